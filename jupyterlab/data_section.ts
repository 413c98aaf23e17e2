import type { DataSummary } from '../shared/api/data_methods.ts'
import { amount } from '../shared/base/wording.ts'
import { columnFacts, sparkText } from '../shared/views/data_spark.ts'
import { worstLevel } from '../shared/views/finding_places.ts'
import { LiveSection } from './live_section.ts'
import type { Project } from './project.ts'
import { sectionButton, sectionPart, sectionWords, type SectionParts } from './section.ts'

/** So many frames and files, and columns of each, are listed; the pages have them all. */
const listed = { data: 50, columns: 60 } as const

/** The sidebar's list of data: frames and files that were looked at, with a line for each column, live. */
export class DataSection extends LiveSection<readonly DataSummary[]> {
  #opened = new Set<string>()

  constructor(parts: SectionParts) {
    super(parts, { topics: ['data.changed'], nothing: [] })
    this.draw()
  }

  protected override forget(): void {
    this.#opened.clear()
  }

  protected async ask({ client }: Project): Promise<readonly DataSummary[]> {
    const found = await client.call('data.findings', { limit: 300 })
    // The newest come first: of a frame that several cells changed, the last change counts.
    const seen = Map.groupBy(found, ({ notebook, name }) => JSON.stringify([notebook, name]))
    return [...seen.values()].flatMap(([newest]) => newest ?? []).slice(0, listed.data)
  }

  protected draw(): void {
    const { open, trans } = this.parts
    const head = document.createElement('div')
    head.className = 'daybook-actions'
    head.append(sectionButton(trans.__('List'), () => open({ kind: 'data' }), this.project === null))
    const list = document.createElement('ul')
    list.setAttribute('aria-label', trans.__('Frames and files, the newest first'))
    list.append(...this.told.flatMap((summary) => this.#item(summary)))
    const words = this.failure ?? this.#words()
    this.node.replaceChildren(head, list, ...(words === '' ? [] : [sectionWords(words)]))
  }

  #words(): string {
    const { trans } = this.parts
    if (this.project === null || this.told.length > 0) return ''
    return trans.__(
      'No data was looked at yet. Run a cell that makes a data frame, or right-click a CSV, Parquet or JSON file.',
    )
  }

  #item(summary: DataSummary): HTMLElement[] {
    const { open, trans } = this.parts
    const { id, name, rows, columns, findings, notebook } = summary
    const count = findings.filter(({ level }) => level !== 'info').length
    const item = document.createElement('li')
    const isOpen = this.#opened.has(id)
    const fold = sectionButton(isOpen ? '▾' : '▸', () => {
      if (!this.#opened.delete(id)) this.#opened.add(id)
      this.draw()
    })
    fold.className = 'daybook-fold'
    fold.setAttribute('aria-expanded', String(isOpen))
    fold.setAttribute('aria-label', trans.__('Columns of %1', name))
    const label = sectionButton(name, () => open({ kind: 'data', id }))
    label.className = 'daybook-link name'
    label.title = findings[0]?.says ?? trans.__('nothing to look at')
    const size = sectionPart(`${amount(rows)} × ${amount(columns)}`, 'quiet')
    size.title = notebook ?? ''
    const badge = sectionPart(String(count), 'daybook-badge')
    badge.title = trans.__('%1 to look at', count)
    const dot = sectionPart('', `daybook-level ${worstLevel(findings) ?? 'none'}`)
    item.append(fold, dot, label, size, ...(count > 0 ? [badge] : []))
    return isOpen ? [item, this.#columns(id)] : [item]
  }

  #columns(id: string): HTMLElement {
    const item = document.createElement('li')
    item.className = 'daybook-columns'
    const fill = async (): Promise<void> => {
      const report = await this.project?.client.call('data.report', { id }).catch(() => null)
      item.replaceChildren(
        ...(report?.columns ?? []).slice(0, listed.columns).map((column) => {
          const line = document.createElement('div')
          line.title = [`${column.name}: ${column.kind}`, ...columnFacts(column)].join('\n')
          line.append(sectionPart(column.name, 'name'), sectionPart(sparkText(column), 'daybook-spark'))
          return line
        }),
      )
    }
    void fill()
    return item
  }
}
