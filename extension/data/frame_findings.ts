import { relative } from 'node:path'
import * as vscode from 'vscode'
import type { Finding } from '../../shared/base/finding.ts'
import { placeFindings, type CellData } from '../../shared/views/finding_places.ts'
import { idOf } from '../cell_stale.ts'
import type { Daemon } from '../daemon.ts'
import type { Daemons } from '../daemons.ts'

/** A finding as it is shown under a cell. */
export interface ShownFinding {
  daemon: Daemon
  data: CellData
  finding: Finding
}

/** What is known of one notebook's frames. */
interface Followed {
  daemon: Daemon
  stop(): void
  byCell: ReadonlyMap<string, readonly CellData[]>
  /** Of two answers under way, only the one that was asked last counts. */
  asked: number
}

/** What was found in the frames of the notebooks that are shown, by cell, live. */
export class FrameFindings implements vscode.Disposable {
  readonly #daemons: Daemons
  readonly #changed = new vscode.EventEmitter<vscode.NotebookDocument>()
  readonly #followed = new Map<vscode.NotebookDocument, Followed>()
  readonly #listeners: { dispose(): unknown }[]

  /** Told after every look at one of a notebook's frames. */
  readonly onChange = this.#changed.event

  constructor(daemons: Daemons) {
    this.#daemons = daemons
    this.#listeners = [
      vscode.window.onDidChangeVisibleNotebookEditors(() => this.#follow()),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)),
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges }) => {
        // What is told where depends on the order of the cells.
        const followed = this.#followed.get(notebook)
        if (contentChanges.length > 0 && followed !== undefined) void this.#load(notebook, followed)
      }),
      this.#changed,
    ]
    this.#follow()
  }

  /** What stands under a cell, a frame each. */
  of(cell: vscode.NotebookCell): readonly CellData[] {
    return this.#followed.get(cell.notebook)?.byCell.get(idOf(cell) ?? '') ?? []
  }

  /** The line to the project of a notebook that is followed. */
  daemonOf(notebook: vscode.NotebookDocument): Daemon | null {
    return this.#followed.get(notebook)?.daemon ?? null
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
      followed.stop = daemon.onChange('data.changed', () => void this.#load(notebook, followed))
    }
  }

  #forget(notebook: vscode.NotebookDocument): void {
    this.#followed.get(notebook)?.stop()
    this.#followed.delete(notebook)
    this.#changed.fire(notebook)
  }

  async #load(notebook: vscode.NotebookDocument, followed: Followed): Promise<void> {
    // A closed line is not opened again for this: it tells when it stands.
    if (followed.daemon.state.kind !== 'ready') return
    const asked = ++followed.asked
    const name = relative(followed.daemon.root, notebook.uri.fsPath)
    try {
      const found = await followed.daemon.call('data.findings', { notebook: name, limit: 300 })
      if (asked !== followed.asked || notebook.isClosed) return
      const cells = notebook.getCells().flatMap((cell) => idOf(cell) ?? [])
      followed.byCell = placeFindings(found, cells)
      this.#changed.fire(notebook)
    } catch {
      // The line broke meanwhile: this is asked again when it stands.
    }
  }
}
