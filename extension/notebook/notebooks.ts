import { dirname } from 'node:path'
import * as vscode from 'vscode'
import { Problem } from '../../shared/base/problem.ts'
import type { Daemon } from '../daemon.ts'
import type { Daemons } from '../daemons.ts'
import { tellProblem } from '../problem_message.ts'
import { Controllers, notebookType, type Controller, type FoundKernel } from './controllers.ts'
import { NotebookLink } from './notebook_link.ts'
import { offerRemedy } from './remedy.ts'

/** What running notebooks needs. */
export interface NotebooksParts {
  daemons: Daemons
  /** Of this workspace. */
  memory: vscode.Memento
  log(message: string): void
}

/** A notebook and the kernel it has got. */
export interface ChosenKernel {
  notebook: vscode.NotebookDocument
  kernel: FoundKernel
}

/** The notebooks of this window that run on our kernels, and the picker's list of them. */
export class Notebooks implements vscode.Disposable {
  readonly controllers: Controllers
  readonly #parts: NotebooksParts
  readonly #links = new Map<vscode.NotebookDocument, NotebookLink>()
  readonly #chosen = new Map<vscode.NotebookDocument, Controller>()
  readonly #changed = new vscode.EventEmitter<NotebookLink>()
  readonly #got = new vscode.EventEmitter<ChosenKernel>()
  readonly #listeners: { dispose(): unknown }[]

  /** Told after a notebook has got one of our kernels that can run it, after a reload of the window too. */
  readonly onKernel = this.#got.event

  /** Told after a cell of one of ours has ended, or its kernel is another. */
  readonly onChange = this.#changed.event

  constructor(parts: NotebooksParts) {
    this.#parts = parts
    this.controllers = new Controllers({
      memory: parts.memory,
      execute: (cells, notebook, controller) => this.#execute(cells, notebook, controller),
      interrupt: async (notebook) => this.linkOf(notebook)?.interrupt().catch(tellProblem),
      selected: (notebook, controller, selected) => this.#select(notebook, controller, selected),
    })
    this.#listeners = [
      this.controllers,
      this.#changed,
      this.#got,
      vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#prepare(notebook)),
      vscode.window.onDidChangeVisibleNotebookEditors((editors) => {
        for (const { notebook } of editors) if (!this.#chosen.has(notebook)) this.#prepare(notebook)
      }),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#close(notebook)),
      vscode.workspace.onDidRenameFiles(({ files }) => this.#rename(files)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#prepareAll()),
    ]
    this.#prepareAll()
  }

  /** The notebook as it runs on ours; null if it does not. */
  linkOf(notebook: vscode.NotebookDocument): NotebookLink | null {
    return this.#links.get(notebook) ?? null
  }

  /** That of the notebook in front. */
  get active(): NotebookLink | null {
    const notebook = vscode.window.activeNotebookEditor?.notebook
    return notebook === undefined ? null : this.linkOf(notebook)
  }

  /** Chooses a kernel for a notebook that is shown, as the picker would. */
  async choose(notebook: vscode.NotebookDocument, kernel: FoundKernel): Promise<void> {
    const controller = this.controllers.of(({ path }) => path === kernel.path)
    if (controller === null) throw new Problem('kernel_not_found', `There is no kernel "${kernel.name}"`)
    const { id } = controller.vscode
    const notebookEditor = vscode.window.visibleNotebookEditors.find((one) => one.notebook === notebook)
    const wanted = { notebookEditor, id, extension: 'daybook.daybook' }
    await vscode.commands.executeCommand('notebook.selectKernel', wanted)
  }

  /** Chooses the kernel that a notebook would get by itself where nobody else brings kernels. */
  async chooseBest(notebook: vscode.NotebookDocument): Promise<void> {
    const daemon = this.daemonOf(notebook)
    const best = daemon === null ? undefined : await this.#bestOf(notebook, daemon)
    if (best !== undefined) return this.choose(notebook, best)
    throw new Problem('kernel_not_found', 'There is no Daybook kernel for this notebook', {
      hint: '"Daybook: Make a Python Environment…" makes one.',
    })
  }

  /** The project of a notebook; that in front for one without a file. */
  daemonOf(notebook: vscode.NotebookDocument): Daemon | null {
    if (notebook.uri.scheme !== 'file') return this.#parts.daemons.current
    return this.#parts.daemons.of(vscode.Uri.file(dirname(notebook.uri.fsPath)))
  }

  /** Looks again for kernels, for all open notebooks. */
  async refresh(): Promise<void> {
    const daemons = new Set(vscode.workspace.notebookDocuments.map((one) => this.daemonOf(one)))
    for (const daemon of daemons) if (daemon !== null) await this.controllers.search(daemon, true)
  }

  dispose(): void {
    for (const one of this.#listeners) one.dispose()
    for (const link of this.#links.values()) link.dispose()
  }

  #prepareAll(): void {
    for (const notebook of vscode.workspace.notebookDocuments) this.#prepare(notebook)
  }

  #prepare(notebook: vscode.NotebookDocument): void {
    if (notebook.notebookType !== notebookType || !vscode.workspace.isTrusted) return
    this.#propose(notebook).catch((error: unknown) => {
      this.#parts.log(`kernels for ${notebook.uri.fsPath}: ${(error as Error).message}`)
    })
  }

  /**
   * Where nobody else brings kernels, the notebook gets its own of the last time, else the best, without a question;
   * unless its user has turned away from ours before.
   */
  async #propose(notebook: vscode.NotebookDocument): Promise<void> {
    const daemon = this.daemonOf(notebook)
    if (daemon === null) return
    await this.controllers.search(daemon)
    if (othersBringKernels() || this.#parts.memory.get(leftEntry(notebook)) === true) return
    const best = await this.#bestOf(notebook, daemon)
    const isShown = vscode.window.visibleNotebookEditors.some((editor) => editor.notebook === notebook)
    if (best !== undefined && isShown && !this.#chosen.has(notebook)) await this.choose(notebook, best)
  }

  /** Its own of the last time, else the best of its language; undefined where there is none. */
  async #bestOf(notebook: vscode.NotebookDocument, daemon: Daemon): Promise<FoundKernel | undefined> {
    const found = await this.controllers.search(daemon)
    const { name } = await daemon.call('cells.kernel', { notebook: nameOf(notebook) })
    const language = languageOf(notebook)
    return (
      found.find((one) => one.name === name) ??
      found.find((one) => one.usable && one.language === language) ??
      found.find((one) => one.language === language)
    )
  }

  #select(notebook: vscode.NotebookDocument, controller: Controller, selected: boolean): void {
    const { memory } = this.#parts
    if (selected) {
      this.#chosen.set(notebook, controller)
      if (memory.get(leftEntry(notebook)) === true) void memory.update(leftEntry(notebook), undefined)
      if (!controller.kernel.usable) void this.#mend(notebook, controller, false).catch(tellProblem)
      else this.#link(notebook, controller)
      return
    }
    if (this.#chosen.get(notebook) !== controller) return
    this.#chosen.delete(notebook)
    // Another one of ours may follow at once.
    setTimeout(() => {
      if (this.#chosen.has(notebook) || notebook.isClosed) return
      this.#unlink(notebook)
      void memory.update(leftEntry(notebook), true)
    }, 100)
  }

  #link(notebook: vscode.NotebookDocument, controller: Controller): NotebookLink | null {
    const daemon = this.daemonOf(notebook)
    if (daemon === null) return null
    const { kernel } = controller
    const known = this.#links.get(notebook)
    if (known !== undefined) {
      if (known.use(controller.vscode, kernel.name)) this.#got.fire({ notebook, kernel })
      return known
    }
    const { memory, log } = this.#parts
    const link = new NotebookLink({
      notebook,
      daemon,
      memory,
      controller: controller.vscode,
      kernelName: kernel.name,
      log,
    })
    this.#links.set(notebook, link)
    link.onChange((changed) => this.#changed.fire(changed))
    // What ran while nobody looked is told as soon as the line stands.
    daemon.client().catch((error: unknown) => log((error as Error).message))
    this.#changed.fire(link)
    this.#got.fire({ notebook, kernel })
    return link
  }

  #unlink(notebook: vscode.NotebookDocument): void {
    this.#links.get(notebook)?.dispose()
    this.#links.delete(notebook)
  }

  async #execute(
    cells: readonly vscode.NotebookCell[],
    notebook: vscode.NotebookDocument,
    controller: Controller,
  ): Promise<void> {
    const mend = (): Promise<boolean> => this.#mend(notebook, controller, true).catch(tellAndRefuse)
    if (!controller.kernel.usable && !(await mend())) return
    await this.#link(notebook, controller)?.execute(cells)
  }

  async #mend(notebook: vscode.NotebookDocument, controller: Controller, isRun: boolean): Promise<boolean> {
    const daemon = this.daemonOf(notebook)
    const how = { isRun, log: this.#parts.log }
    if (daemon === null || !(await offerRemedy(controller.kernel, daemon.root, how))) return false
    await this.controllers.search(daemon, true)
    if (!controller.kernel.usable) {
      throw new Problem('kernel_not_found', controller.kernel.problem ?? 'The kernel still cannot be used')
    }
    this.#link(notebook, controller)
    return true
  }

  #close(notebook: vscode.NotebookDocument): void {
    this.#chosen.delete(notebook)
    this.#unlink(notebook)
  }

  #rename(files: readonly { oldUri: vscode.Uri; newUri: vscode.Uri }[]): void {
    for (const { oldUri, newUri } of files) {
      if (!newUri.path.endsWith('.ipynb') || newUri.scheme !== 'file') continue
      const daemon = this.#parts.daemons.of(vscode.Uri.file(dirname(newUri.fsPath)))
      daemon
        .call('cells.rename', { notebook: oldUri.fsPath, to: newUri.fsPath })
        .catch((error: unknown) => this.#parts.log((error as Error).message))
    }
  }
}

function nameOf({ uri }: vscode.NotebookDocument): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString()
}

/** Noted where a notebook's user chose a kernel that is not ours. */
function leftEntry(notebook: vscode.NotebookDocument): string {
  return `left:${notebook.uri.toString()}`
}

/** Whether another extension may have a kernel for notebooks: then the choice is the user's. */
function othersBringKernels(): boolean {
  return vscode.extensions.all.some(({ id, packageJSON }) => {
    const events = (packageJSON as { activationEvents?: unknown }).activationEvents
    const isOurs = id === 'daybook.daybook' || id === 'vscode.ipynb'
    return !isOurs && Array.isArray(events) && events.includes(`onNotebook:${notebookType}`)
  })
}

function languageOf(notebook: vscode.NotebookDocument): string {
  const code = notebook.getCells().find(({ kind }) => kind === vscode.NotebookCellKind.Code)
  return code?.document.languageId ?? 'python'
}

function tellAndRefuse(error: unknown): false {
  tellProblem(error)
  return false
}
