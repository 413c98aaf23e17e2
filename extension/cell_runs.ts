import { relative } from 'node:path'
import * as vscode from 'vscode'
import { cellRunsQuery, describeCellRuns, runsByCell } from '../shared/views/cell_runs.ts'
import { idOf } from './cell_stale.ts'
import type { Daemon } from './daemon.ts'
import type { Daemons } from './daemons.ts'
import type { RunRow } from './runs_tree.ts'

/** What is known of one notebook's runs. */
interface Followed {
  daemon: Daemon
  stop(): void
  /** Runs by the cell that made them, the newest first. */
  byCell: ReadonlyMap<string, readonly RunRow[]>
  /** Of two answers under way, only the one that was asked last counts. */
  asked: number
}

/** Under each cell that made runs: how many, the headline of the newest, and which way it went. */
export class CellRuns implements vscode.NotebookCellStatusBarItemProvider, vscode.Disposable {
  readonly #daemons: Daemons
  readonly #changed = new vscode.EventEmitter<void>()
  readonly #followed = new Map<vscode.NotebookDocument, Followed>()
  readonly #listeners: { dispose(): unknown }[]

  readonly onDidChangeCellStatusBarItems = this.#changed.event

  constructor(daemons: Daemons) {
    this.#daemons = daemons
    this.#listeners = [
      vscode.window.onDidChangeVisibleNotebookEditors(() => this.#follow()),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)),
      vscode.notebooks.registerNotebookCellStatusBarItemProvider('jupyter-notebook', this),
      this.#changed,
    ]
    this.#follow()
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    const followed = this.#followed.get(cell.notebook)
    const runs = followed?.byCell.get(idOf(cell) ?? '') ?? []
    const [newest] = runs
    if (followed === undefined || newest === undefined) return []
    const item = new vscode.NotebookCellStatusBarItem(
      `$(graph-line) ${describeCellRuns(runs)}`,
      vscode.NotebookCellStatusBarAlignment.Left,
    )
    const ids = runs.slice(0, 20).map(({ id }) => id)
    item.command = { command: 'daybook.openCellRuns', title: 'Open', arguments: [followed.daemon, ids] }
    item.tooltip = runs.length === 1 ? 'Open the run of this cell' : 'Compare the runs of this cell'
    item.accessibilityInformation = { label: `Runs of this cell: ${describeCellRuns(runs)}`, role: 'button' }
    return [item]
  }

  dispose(): void {
    for (const { stop } of this.#followed.values()) stop()
    for (const listener of this.#listeners) listener.dispose()
  }

  #follow(): void {
    for (const { notebook } of vscode.window.visibleNotebookEditors) {
      if (this.#followed.has(notebook) || notebook.uri.scheme !== 'file') continue
      const daemon = this.#daemons.of(notebook.uri)
      const followed: Followed = { daemon, stop: () => undefined, byCell: new Map(), asked: 0 }
      this.#followed.set(notebook, followed)
      followed.stop = daemon.onChange('runs.changed', () => void this.#load(notebook, followed))
    }
  }

  #forget(notebook: vscode.NotebookDocument): void {
    this.#followed.get(notebook)?.stop()
    this.#followed.delete(notebook)
  }

  async #load(notebook: vscode.NotebookDocument, followed: Followed): Promise<void> {
    const asked = ++followed.asked
    const name = relative(followed.daemon.root, notebook.uri.fsPath)
    try {
      const { rows } = await followed.daemon.call('runs.window', cellRunsQuery(name))
      if (asked !== followed.asked) return
      followed.byCell = runsByCell(rows.filter((row) => row.kind === 'run'))
      this.#changed.fire()
    } catch {
      // The line broke meanwhile: this is asked again when it stands.
    }
  }
}
