import type { Cell } from '@jupyterlab/cells'
import type { NotebookPanel } from '@jupyterlab/notebook'
import { PanelLayout, Widget } from '@lumino/widgets'
import type { Finding } from '../shared/base/finding.ts'
import { amount } from '../shared/base/wording.ts'
import { describeCellData, levelNames, placeFindings, type CellData } from '../shared/views/finding_places.ts'
import type { Page } from '../shared/views/host.ts'
import { insertCode } from './insert_code.ts'
import { pathInProject, type Project } from './project.ts'

/** What the footers of one notebook need. */
export interface DataFootersParts {
  panel: NotebookPanel
  project: Project
  open(page: Page): void
}

/** Under each cell that made or changed data frames: how big they are, what is odd, and what to do about it. */
export class DataFooters {
  readonly #parts: DataFootersParts
  readonly #stop: () => void
  #placed = new Map<string, CellData[]>()
  #asked = 0

  constructor(parts: DataFootersParts) {
    this.#parts = parts
    const { panel, project } = parts
    this.#stop = project.client.onChange('data.changed', () => void this.#load())
    panel.content.model?.cells.changed.connect(this.#reload, this)
    panel.disposed.connect(() => this.dispose())
  }

  /** Takes them away. */
  dispose(): void {
    const { panel } = this.#parts
    this.#stop()
    panel.content.model?.cells.changed.disconnect(this.#reload, this)
    this.#placed.clear()
    if (!panel.isDisposed) this.#draw()
  }

  #reload(): void {
    void this.#load()
  }

  async #load(): Promise<void> {
    const { panel, project } = this.#parts
    const asked = ++this.#asked
    try {
      const notebook = pathInProject(project, panel.context.path)
      const found = await project.client.call('data.findings', { notebook, limit: 300 })
      if (asked !== this.#asked || panel.isDisposed) return
      this.#placed = placeFindings(
        found,
        panel.content.widgets.map(({ model }) => model.id),
      )
      this.#draw()
    } catch {
      // The line broke meanwhile: this is asked again when it stands.
    }
  }

  #draw(): void {
    for (const cell of this.#parts.panel.content.widgets) {
      if (cell.model.type !== 'code' || !(cell.layout instanceof PanelLayout)) continue
      const found = this.#placed.get(cell.model.id) ?? []
      const shown = [...cell.layout.widgets].find((widget) => widget instanceof DataFooter)
      if (found.length === 0) shown?.dispose()
      else if (shown === undefined) cell.layout.addWidget(new DataFooter(this.#parts, cell, found))
      else shown.tell(found)
    }
  }
}

class DataFooter extends Widget {
  readonly #parts: DataFootersParts
  readonly #cell: Cell

  constructor(parts: DataFootersParts, cell: Cell, first: readonly CellData[]) {
    super()
    this.#parts = parts
    this.#cell = cell
    this.addClass('daybook-footer')
    this.addClass('daybook-data-footer')
    this.tell(first)
  }

  tell(found: readonly CellData[]): void {
    this.node.replaceChildren(
      ...found.flatMap((data) => [this.#head(data), ...data.shown.map((finding) => this.#line(finding))]),
    )
  }

  #head(data: CellData): HTMLElement {
    const { summary } = data
    const text = describeCellData(data)
    const button = act(text, () => this.#parts.open({ kind: 'data', id: summary.id }))
    button.title = `Open the report about ${summary.name}, ${amount(summary.rows)} rows`
    button.setAttribute('aria-label', `Data of this cell: ${text}`)
    return button
  }

  #line(finding: Finding): HTMLElement {
    const line = document.createElement('div')
    line.className = `daybook-finding ${finding.level}`
    const level = document.createElement('b')
    level.textContent = levelNames[finding.level]
    const says = document.createElement('span')
    says.textContent = finding.says
    says.title = finding.why
    const [fix] = finding.fixes
    line.append(level, says)
    if (fix !== undefined) {
      const button = act('Insert fix', () => insertCode(this.#parts.panel, this.#cell.model.id, fix.code))
      button.title = `${fix.title}:\n${fix.code}`
      line.append(button)
    }
    return line
  }
}

function act(label: string, work: () => void): HTMLButtonElement {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = label
  made.addEventListener('click', work)
  return made
}
