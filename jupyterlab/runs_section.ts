import type { RunRow } from '../shared/api/table_methods.ts'
import { formatAge, formatNumber } from '../shared/base/quantity.ts'
import { describeBaselines } from '../shared/views/baseline_text.ts'
import { LiveSection } from './live_section.ts'
import type { Project } from './project.ts'
import { sectionButton, sectionPart, sectionRow, sectionWords, type SectionParts } from './section.ts'

/** How many runs the sidebar lists; the table has them all. */
const listed = 50

/** Ages grow. */
const agesEveryMs = 30_000

interface RunWindow {
  rows: readonly RunRow[]
  total: number
}

/** The newest runs of the project in front, live. */
export class RunsSection extends LiveSection<RunWindow> {
  #chosen = new Set<string>()

  constructor(parts: SectionParts) {
    super(parts, { topics: ['runs.changed'], nothing: { rows: [], total: 0 }, everyMs: agesEveryMs })
    this.draw()
  }

  protected override forget(): void {
    this.#chosen.clear()
  }

  protected async ask({ client }: Project): Promise<RunWindow> {
    const { rows, total } = await client.call('runs.window', { limit: listed })
    return { rows: rows.filter((row) => row.kind === 'run'), total }
  }

  protected draw(): void {
    const { open, trans } = this.parts
    const head = document.createElement('div')
    head.className = 'daybook-actions'
    const compare = sectionButton(
      trans.__('Compare'),
      () => open({ kind: 'compare', ids: [...this.#chosen].slice(0, 20) }),
      this.#chosen.size < 2,
    )
    compare.title = trans.__('Choose two or more runs with Ctrl or Shift held')
    head.append(
      compare,
      sectionButton(trans.__('Table'), () => open({ kind: 'runs' }), this.project === null),
    )
    const list = document.createElement('ul')
    list.setAttribute('aria-label', trans.__('Runs, the newest first'))
    list.append(...this.told.rows.map((row) => this.#item(row)))
    const words = this.failure ?? this.#words()
    this.node.replaceChildren(head, list, ...(words === '' ? [] : [sectionWords(words)]))
  }

  #words(): string {
    const { trans } = this.parts
    if (this.project === null) return trans.__('Open a notebook: the runs of its project are listed here.')
    if (this.told.rows.length === 0)
      return trans.__(
        'No runs yet. Train a model in a notebook: it is recorded without a change of code, and nothing leaves this computer.',
      )
    const more = this.told.total - this.told.rows.length
    return more > 0 ? trans.__('%1 older ones are in the table.', more) : ''
  }

  #item(row: RunRow): HTMLElement {
    const { trans, open } = this.parts
    const isChosen = this.#chosen.has(row.id)
    const item = sectionRow(`${row.name} · ${row.experiment} · ${row.status.toLowerCase()}`, (choose) => {
      if (!choose) return open({ kind: 'run', id: row.id })
      if (!this.#chosen.delete(row.id)) this.#chosen.add(row.id)
      this.draw()
    })
    item.setAttribute('aria-pressed', String(isChosen))
    const metric = sectionPart(row.headline === null ? '' : formatNumber(row.headline.value), '')
    const beside = row.headline === null ? '' : describeBaselines(row.headline)
    metric.title = [row.headline?.key ?? '', beside].filter((part) => part !== '').join(' · ')
    item.append(
      sectionPart('', `daybook-dot ${row.status}`),
      sectionPart(`${isChosen ? '✓ ' : ''}${row.starred ? '★ ' : ''}${row.name}`, 'name'),
      metric,
      sectionPart(row.endMs === null ? trans.__('running') : formatAge(Date.now() - row.endMs), 'quiet'),
    )
    return item
  }
}
