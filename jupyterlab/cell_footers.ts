import type { NotebookPanel } from '@jupyterlab/notebook'
import type { TranslationBundle } from '@jupyterlab/translation'
import { PanelLayout, Widget } from '@lumino/widgets'
import { cellRunsQuery, describeCellRuns, runsByCell } from '../shared/views/cell_runs.ts'
import type { Page } from '../shared/views/host.ts'
import { pathInProject, type Project } from './project.ts'

/** What footers need. */
export interface CellFootersParts {
  project: Project
  trans: TranslationBundle
  /** Whether the number that sums the newest run up is shown. */
  headline: boolean
  open(page: Page): void
}

/** Under each cell that made runs: how many, the headline of the newest, and which way it went. */
export class CellFooters {
  readonly #panel: NotebookPanel
  readonly #parts: CellFootersParts
  readonly #stop: () => void
  #texts = new Map<string, { text: string; ids: string[] }>()
  #asked = 0

  constructor(panel: NotebookPanel, parts: CellFootersParts) {
    this.#panel = panel
    this.#parts = parts
    this.#stop = parts.project.client.onChange('runs.changed', () => void this.#load())
    panel.content.model?.cells.changed.connect(this.#draw, this)
    panel.disposed.connect(this.dispose, this)
  }

  /** Takes them away. */
  dispose(): void {
    this.#stop()
    this.#panel.disposed.disconnect(this.dispose, this)
    this.#panel.content.model?.cells.changed.disconnect(this.#draw, this)
    this.#texts.clear()
    if (!this.#panel.isDisposed) this.#draw()
  }

  async #load(): Promise<void> {
    const asked = ++this.#asked
    try {
      const { project, headline } = this.#parts
      const query = cellRunsQuery(pathInProject(project, this.#panel.context.path))
      const { rows } = await project.client.call('runs.window', query)
      if (asked !== this.#asked) return
      const cells = runsByCell(rows.filter((row) => row.kind === 'run'))
      this.#texts = new Map(
        [...cells].map(([cell, runs]) => [
          cell,
          {
            text: describeCellRuns(headline ? runs : runs.map((run) => ({ ...run, headline: null }))),
            ids: runs.slice(0, 20).map(({ id }) => id),
          },
        ]),
      )
      this.#draw()
    } catch {
      // The line broke meanwhile: this is asked again when it stands.
    }
  }

  #draw(): void {
    for (const cell of this.#panel.content.widgets) {
      if (cell.model.type !== 'code' || !(cell.layout instanceof PanelLayout)) continue
      const found = this.#texts.get(cell.model.id)
      const shown = [...cell.layout.widgets].find((widget) => widget instanceof CellFooter)
      if (found === undefined) shown?.dispose()
      else if (shown === undefined) cell.layout.addWidget(new CellFooter(found, this.#parts))
      else shown.tell(found)
    }
  }
}

class CellFooter extends Widget {
  readonly #button = document.createElement('button')
  readonly #trans: TranslationBundle
  #ids: readonly string[] = []

  constructor(first: { text: string; ids: string[] }, { open, trans }: CellFootersParts) {
    super()
    this.#trans = trans
    this.addClass('daybook-footer')
    this.#button.type = 'button'
    this.#button.addEventListener('click', () => {
      const [only] = this.#ids
      if (this.#ids.length === 1 && only !== undefined) open({ kind: 'run', id: only })
      else open({ kind: 'compare', ids: this.#ids })
    })
    this.node.append(this.#button)
    this.tell(first)
  }

  tell({ text, ids }: { text: string; ids: string[] }): void {
    this.#ids = ids
    this.#button.textContent = text
    this.#button.setAttribute('aria-label', this.#trans.__('Runs of this cell: %1', text))
    this.#button.title =
      ids.length === 1
        ? this.#trans.__('Open the run of this cell')
        : this.#trans.__('Compare the runs of this cell')
  }
}
