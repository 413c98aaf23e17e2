import type { RunRow } from '../shared/api/table_methods.ts'
import { formatAge, formatNumber } from '../shared/base/quantity.ts'
import { describeBaselines } from '../shared/views/baseline_text.ts'
import type { Project } from './project.ts'
import { sectionButton, type Section, type SectionParts } from './section.ts'

/** How many runs the sidebar lists; the table has them all. */
const listed = 50

/** Ages grow. */
const lookEveryMs = 30_000

/** The newest runs of the project in front, live. */
export class RunsSection implements Section {
  readonly node = document.createElement('div')
  readonly #parts: SectionParts
  readonly #timer: ReturnType<typeof setInterval>
  #project: Project | null = null
  #stop: () => void = () => undefined
  #rows: readonly RunRow[] = []
  #total = 0
  #chosen = new Set<string>()
  #asked = 0

  constructor(parts: SectionParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.#draw(), lookEveryMs)
    this.#draw()
  }

  follow(project: Project): void {
    this.#stop()
    this.#project = project
    this.#rows = []
    this.#chosen.clear()
    this.#stop = project.client.onChange('runs.changed', () => void this.#load(project))
    this.#draw()
  }

  fail(why: string): void {
    this.#draw(why)
  }

  dispose(): void {
    clearInterval(this.#timer)
    this.#stop()
  }

  async #load(project: Project): Promise<void> {
    const asked = ++this.#asked
    try {
      const { rows, total } = await project.client.call('runs.window', { limit: listed })
      if (asked !== this.#asked || project !== this.#project) return
      this.#rows = rows.filter((row) => row.kind === 'run')
      this.#total = total
      this.#draw()
    } catch {
      // The line broke meanwhile: this is asked again when it stands.
    }
  }

  #draw(failure: string | null = null): void {
    const { open, trans } = this.#parts
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
      sectionButton(trans.__('Table'), () => open({ kind: 'runs' }), this.#project === null),
    )
    const list = document.createElement('ul')
    list.setAttribute('aria-label', trans.__('Runs, the newest first'))
    list.append(...this.#rows.map((row) => this.#item(row)))
    const words = document.createElement('p')
    words.className = 'quiet'
    words.textContent = failure ?? this.#words()
    this.node.replaceChildren(head, list, ...(words.textContent === '' ? [] : [words]))
  }

  #words(): string {
    const { trans } = this.#parts
    if (this.#project === null) return trans.__('Open a notebook: the runs of its project are listed here.')
    if (this.#rows.length === 0)
      return trans.__(
        'No runs yet. Train a model in a notebook: it is recorded without a change of code, and nothing leaves this computer.',
      )
    const more = this.#total - this.#rows.length
    return more > 0 ? trans.__('%1 older ones are in the table.', more) : ''
  }

  #item(row: RunRow): HTMLElement {
    const { trans, open } = this.#parts
    const item = document.createElement('li')
    item.tabIndex = 0
    item.setAttribute('role', 'button')
    item.setAttribute('aria-pressed', String(this.#chosen.has(row.id)))
    item.title = `${row.name} · ${row.experiment} · ${row.status.toLowerCase()}`
    const dot = document.createElement('span')
    dot.className = `daybook-dot ${row.status}`
    const name = document.createElement('span')
    name.className = 'name'
    name.textContent = `${this.#chosen.has(row.id) ? '✓ ' : ''}${row.name}`
    const metric = document.createElement('span')
    metric.textContent = row.headline === null ? '' : formatNumber(row.headline.value)
    const beside = row.headline === null ? '' : describeBaselines(row.headline)
    metric.title = [row.headline?.key ?? '', beside].filter((part) => part !== '').join(' · ')
    const age = document.createElement('span')
    age.className = 'quiet'
    age.textContent = row.endMs === null ? trans.__('running') : formatAge(Date.now() - row.endMs)
    item.append(dot, name, metric, age)
    const act = (choose: boolean): void => {
      if (!choose) return open({ kind: 'run', id: row.id })
      if (!this.#chosen.delete(row.id)) this.#chosen.add(row.id)
      this.#draw()
    }
    item.addEventListener('click', (event) => act(event.ctrlKey || event.metaKey || event.shiftKey))
    item.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') act(event.ctrlKey || event.metaKey || event.key === ' ')
    })
    return item
  }
}
