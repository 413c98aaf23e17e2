import type { NotebookPanel } from '@jupyterlab/notebook'
import type { TranslationBundle } from '@jupyterlab/translation'
import { PanelLayout, Widget } from '@lumino/widgets'
import { describeStale, type Stale } from '../shared/views/stale.ts'
import { RanCells } from './ran_cells.ts'

/** Under each cell whose outputs may be out of date: why. */
export class StaleMarks {
  readonly #panel: NotebookPanel
  readonly #trans: TranslationBundle
  readonly #ran: RanCells

  constructor(panel: NotebookPanel, trans: TranslationBundle) {
    this.#panel = panel
    this.#trans = trans
    this.#ran = new RanCells(panel, (marks) => this.#draw(marks))
  }

  /** Takes them away. */
  dispose(): void {
    this.#ran.dispose()
    if (!this.#panel.isDisposed) this.#draw(new Map())
  }

  #draw(marks: ReadonlyMap<string, Stale>): void {
    for (const cell of this.#panel.content.widgets) {
      if (cell.model.type !== 'code' || !(cell.layout instanceof PanelLayout)) continue
      const mark = marks.get(cell.model.id) ?? null
      const shown = [...cell.layout.widgets].find((widget) => widget instanceof StaleMark)
      if (shown?.mark === mark) continue
      shown?.dispose()
      if (mark !== null) cell.layout.addWidget(new StaleMark(mark, this.#trans))
    }
  }
}

class StaleMark extends Widget {
  readonly mark: Stale

  constructor(mark: Exclude<Stale, null>, trans: TranslationBundle) {
    super()
    this.mark = mark
    const { label, says } = describeStale(mark)
    this.addClass('daybook-stale')
    this.node.textContent = `↺ ${trans.__(label)}`
    this.node.title = trans.__(says)
  }
}
