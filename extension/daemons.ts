import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as vscode from 'vscode'
import { findProjectRoot } from '../shared/base/project.ts'
import { Daemon } from './daemon.ts'

/** What the daemons of a window need. */
export interface DaemonsParts {
  /** The bundled command line. */
  program: string
  log(message: string): void
}

/**
 * The daemons of one window: one for each project folder whose notebooks are open in it. The current one is
 * that of the notebook in front, else of the first folder; sidebar and status bar show it.
 */
export class Daemons implements vscode.Disposable {
  readonly #parts: DaemonsParts
  readonly #daemons = new Map<string, Daemon>()
  readonly #currentChanged = new vscode.EventEmitter<Daemon | null>()
  readonly #listeners: { dispose(): unknown }[]
  #current: Daemon | null

  /** Told when another project came to the front. */
  readonly onCurrent = this.#currentChanged.event

  constructor(parts: DaemonsParts) {
    this.#parts = parts
    this.#current = this.#choose()
    this.#listeners = [
      vscode.window.onDidChangeActiveNotebookEditor(() => this.#look()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#look()),
      this.#currentChanged,
    ]
  }

  /** The daemon of the project that a file or folder belongs to. Asking it something starts it. */
  of(uri: vscode.Uri): Daemon {
    return this.#at(projectOf(uri))
  }

  /** The daemon of the project in front; null where no folder and no saved notebook is open. */
  get current(): Daemon | null {
    return this.#current
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose()
    for (const daemon of this.#daemons.values()) daemon.close()
  }

  #look(): void {
    const chosen = this.#choose()
    if (chosen === this.#current) return
    this.#current = chosen
    this.#currentChanged.fire(chosen)
  }

  #choose(): Daemon | null {
    const notebook = vscode.window.activeNotebookEditor?.notebook
    if (notebook?.uri.scheme === 'file') return this.of(vscode.Uri.file(dirname(notebook.uri.fsPath)))
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')
    return folder === undefined ? null : this.of(folder.uri)
  }

  #at(root: string): Daemon {
    const known = this.#daemons.get(root)
    if (known !== undefined) return known
    const mayStart = (): boolean => vscode.workspace.isTrusted
    const made = new Daemon({ ...this.#parts, mayStart, root })
    this.#daemons.set(root, made)
    return made
  }
}

/** The project by the rule of base/project; where nothing marks one, the folder that is open in the window. */
function projectOf(uri: vscode.Uri): string {
  const found = findProjectRoot(uri.fsPath)
  const isMarked = ['.daybook', '.git'].some((mark) => existsSync(join(found, mark)))
  const open = isMarked ? undefined : vscode.workspace.getWorkspaceFolder(uri)
  return open === undefined ? found : open.uri.fsPath
}
