import { createHash } from 'node:crypto'
import * as vscode from 'vscode'
import { describeStale, markStale, type Stale } from '../shared/views/stale.ts'

/** What a cell's code was when it ran last, by the cell's id in the file. */
type RanCode = Record<string, string>

/** How long a burst of edits is waited for. */
const pauseMs = 250

/**
 * Marks under cells whose outputs may be out of date. What ran is remembered over a reload for cells that have an
 * id in their file (nbformat 4.5), else as long as the window lives.
 */
export class StaleMarks implements vscode.NotebookCellStatusBarItemProvider, vscode.Disposable {
  readonly #memory: vscode.Memento
  readonly #changed = new vscode.EventEmitter<void>()
  readonly #ran = new WeakMap<vscode.NotebookCell, string>()
  readonly #begun = new WeakMap<vscode.NotebookCell, string>()
  readonly #marks = new WeakMap<vscode.NotebookCell, Stale>()
  readonly #due = new Map<vscode.NotebookDocument, NodeJS.Timeout>()
  readonly #listeners: { dispose(): unknown }[]

  readonly onDidChangeCellStatusBarItems = this.#changed.event

  constructor(memory: vscode.Memento) {
    this.#memory = memory
    this.#listeners = [
      vscode.workspace.onDidChangeNotebookDocument((event) => this.#hear(event)),
      vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#open(notebook)),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)),
      vscode.notebooks.registerNotebookCellStatusBarItemProvider('jupyter-notebook', this),
      this.#changed,
    ]
    for (const notebook of vscode.workspace.notebookDocuments) this.#open(notebook)
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    const mark = this.#marks.get(cell)
    if (mark === undefined || mark === null) return []
    const { label, says } = describeStale(mark)
    const item = new vscode.NotebookCellStatusBarItem(
      `$(history) ${label}`,
      vscode.NotebookCellStatusBarAlignment.Right,
    )
    item.tooltip = says
    item.priority = 10
    return [item]
  }

  dispose(): void {
    for (const timer of this.#due.values()) clearTimeout(timer)
    for (const listener of this.#listeners) listener.dispose()
  }

  #hear({ notebook, cellChanges, contentChanges }: vscode.NotebookDocumentChangeEvent): void {
    let ran = false
    for (const { cell, executionSummary } of cellChanges) {
      if (executionSummary === undefined) continue
      const { timing, success, executionOrder } = executionSummary
      if (timing !== undefined && success !== undefined) {
        this.#ran.set(cell, this.#begun.get(cell) ?? hashOf(cell))
        this.#begun.delete(cell)
        ran = true
      } else if (executionOrder === undefined) {
        // It has just begun (VS Code tells the times at the end only): what stands in it now is what runs.
        this.#begun.set(cell, hashOf(cell))
      }
    }
    const edited = cellChanges.some(({ document }) => document !== undefined)
    if (ran || edited || contentChanges.length > 0) this.#lookSoon(notebook, ran)
  }

  #open(notebook: vscode.NotebookDocument): void {
    const known = this.#memory.get<RanCode>(entry(notebook)) ?? {}
    for (const cell of notebook.getCells()) {
      const hash = known[idOf(cell) ?? '']
      if (hash !== undefined) this.#ran.set(cell, hash)
    }
    this.#lookSoon(notebook, false)
  }

  #lookSoon(notebook: vscode.NotebookDocument, keep: boolean): void {
    clearTimeout(this.#due.get(notebook))
    const look = (): void => {
      this.#due.delete(notebook)
      this.#look(notebook)
      if (keep) this.#keep(notebook)
    }
    this.#due.set(notebook, setTimeout(look, pauseMs))
  }

  #look(notebook: vscode.NotebookDocument): void {
    const cells = notebook.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code)
    const marks = markStale(cells.map((cell) => ({ startMs: startOf(cell), edited: this.#isEdited(cell) })))
    let news = false
    for (const [i, cell] of cells.entries()) {
      const mark = marks[i] ?? null
      if ((this.#marks.get(cell) ?? null) !== mark) news = true
      this.#marks.set(cell, mark)
    }
    if (news) this.#changed.fire()
  }

  #isEdited(cell: vscode.NotebookCell): boolean {
    const ran = this.#ran.get(cell)
    return ran !== undefined && ran !== hashOf(cell)
  }

  #keep(notebook: vscode.NotebookDocument): void {
    const kept: RanCode = {}
    for (const cell of notebook.getCells()) {
      const [id, hash] = [idOf(cell), this.#ran.get(cell)]
      if (id !== null && hash !== undefined) kept[id] = hash
    }
    void this.#memory.update(entry(notebook), kept)
  }

  #forget(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#due.get(notebook))
    this.#due.delete(notebook)
  }
}

/** The id that the file gives a cell; null before nbformat 4.5. */
export function idOf(cell: vscode.NotebookCell): string | null {
  const id: unknown = cell.metadata['id']
  return typeof id === 'string' && id !== '' ? id : null
}

function startOf({ executionSummary }: vscode.NotebookCell): number | null {
  return executionSummary?.timing?.startTime ?? null
}

function entry(notebook: vscode.NotebookDocument): string {
  return `ran ${notebook.uri.toString()}`
}

function hashOf(cell: vscode.NotebookCell): string {
  return createHash('sha256').update(cell.document.getText()).digest('hex').slice(0, 16)
}
