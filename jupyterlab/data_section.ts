import type { DataSummary } from '../shared/api/data_methods.ts'
import { amount } from '../shared/base/wording.ts'
import { columnFacts, sparkText } from '../shared/views/data_spark.ts'
import { worstLevel } from '../shared/views/finding_places.ts'
import type { Project } from './project.ts'
import { sectionButton, type Section, type SectionParts } from './section.ts'

/** So many frames and files, and columns of each, are listed; the pages have them all. */
const listed = { data: 50, columns: 60 } as const

/** The sidebar's list of data: frames and files that were looked at, with a line for each column, live. */
export class DataSection implements Section {
  readonly node = document.createElement('div')
  readonly #parts: SectionParts
  #project: Project | null = null
  #stop: () => void = () => undefined
  #found: readonly DataSummary[] = []
  #opened = new Set<string>()
  #asked = 0

  constructor(parts: SectionParts) {
    this.#parts = parts
    this.#draw()
  }

  follow(project: Project): void {
    this.#stop()
    this.#project = project
    this.#found = []
    this.#opened.clear()
    this.#stop = project.client.onChange('data.changed', () => void this.#load(project))
    this.#draw()
  }

  fail(why: string): void {
    this.#draw(why)
  }

  dispose(): void {
    this.#stop()
  }

  async #load(project: Project): Promise<void> {
    const asked = ++this.#asked
    try {
      const found = await project.client.call('data.findings', { limit: 300 })
      if (asked !== this.#asked || project !== this.#project) return
      // The newest come first: of a frame that several cells changed, the last change counts.
      const seen = Map.groupBy(found, ({ notebook, name }) => JSON.stringify([notebook, name]))
      this.#found = [...seen.values()].flatMap(([newest]) => newest ?? []).slice(0, listed.data)
      this.#draw()
    } catch {
      // The line broke meanwhile: this is asked again when it stands.
    }
  }

  #draw(failure: string | null = null): void {
    const { open, trans } = this.#parts
    const head = document.createElement('div')
    head.className = 'daybook-actions'
    head.append(sectionButton(trans.__('List'), () => open({ kind: 'data' }), this.#project === null))
    const list = document.createElement('ul')
    list.setAttribute('aria-label', trans.__('Frames and files, the newest first'))
    list.append(...this.#found.flatMap((summary) => this.#item(summary)))
    const words = document.createElement('p')
    words.className = 'quiet'
    words.textContent = failure ?? this.#words()
    this.node.replaceChildren(head, list, ...(words.textContent === '' ? [] : [words]))
  }

  #words(): string {
    const { trans } = this.#parts
    if (this.#project === null || this.#found.length > 0) return ''
    return trans.__(
      'No data was looked at yet. Run a cell that makes a data frame, or right-click a CSV, Parquet or JSON file.',
    )
  }

  #item(summary: DataSummary): HTMLElement[] {
    const { open, trans } = this.#parts
    const { id, name, rows, columns, findings, notebook } = summary
    const count = findings.filter(({ level }) => level !== 'info').length
    const item = document.createElement('li')
    const isOpen = this.#opened.has(id)
    const fold = sectionButton(isOpen ? '▾' : '▸', () => {
      if (!this.#opened.delete(id)) this.#opened.add(id)
      this.#draw()
    })
    fold.className = 'daybook-fold'
    fold.setAttribute('aria-expanded', String(isOpen))
    fold.setAttribute('aria-label', trans.__('Columns of %1', name))
    const dot = document.createElement('span')
    dot.className = `daybook-level ${worstLevel(findings) ?? 'none'}`
    const label = sectionButton(name, () => open({ kind: 'data', id }))
    label.className = 'daybook-link name'
    label.title = findings[0]?.says ?? trans.__('nothing to look at')
    const size = document.createElement('span')
    size.className = 'quiet'
    size.textContent = `${amount(rows)} × ${amount(columns)}`
    size.title = notebook ?? ''
    const badge = document.createElement('span')
    badge.className = 'daybook-badge'
    badge.textContent = String(count)
    badge.title = trans.__('%1 to look at', count)
    item.append(fold, dot, label, size, ...(count > 0 ? [badge] : []))
    return isOpen ? [item, this.#columns(id)] : [item]
  }

  #columns(id: string): HTMLElement {
    const item = document.createElement('li')
    item.className = 'daybook-columns'
    const fill = async (): Promise<void> => {
      const report = await this.#project?.client.call('data.report', { id }).catch(() => null)
      item.replaceChildren(
        ...(report?.columns ?? []).slice(0, listed.columns).map((column) => {
          const line = document.createElement('div')
          const [name, spark] = [document.createElement('span'), document.createElement('span')]
          name.className = 'name'
          name.textContent = column.name
          spark.className = 'daybook-spark'
          spark.textContent = sparkText(column)
          line.title = [`${column.name}: ${column.kind}`, ...columnFacts(column)].join('\n')
          line.append(name, spark)
          return line
        }),
      )
    }
    void fill()
    return item
  }
}
