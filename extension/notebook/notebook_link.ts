import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { CellExecution, CellNews } from '../../shared/api/cell_methods.ts'
import type { MethodName, ParamsOf, ResultOf } from '../../shared/api/contract.ts'
import { toWireProblem } from '../../shared/base/problem.ts'
import type { Daemon } from '../daemon.ts'
import { CellKeys } from './cell_keys.ts'
import { toCellOutput } from './cell_output.ts'
import { ask, type Question } from './question.ts'
import { ShownCell } from './shown_cell.ts'

type KernelInfo = ResultOf<'cells.start'>

/** What a link needs. */
export interface NotebookLinkParts {
  notebook: vscode.NotebookDocument
  daemon: Daemon
  memory: vscode.Memento
  controller: vscode.NotebookController
  /** Name of the kernel that the controller stands for. */
  kernelName: string
  log(message: string): void
}

/**
 * A notebook on one of our controllers: what the user runs goes to the daemon, and what the daemon tells is shown,
 * whoever began it and whenever. (1) The daemon decides what runs, in which order and what came of it; nothing is
 * shown as ended that it has not told so. (2) What was shown is acknowledged, what was saved is confirmed.
 */
export class NotebookLink implements vscode.Disposable {
  readonly notebook: vscode.NotebookDocument
  readonly daemon: Daemon
  #controller: vscode.NotebookController
  #kernelName: string
  readonly #log: (message: string) => void
  readonly #keys: CellKeys
  readonly #shown = new Map<string, ShownCell>()
  /** Executions of the editor that the daemon has not named yet. */
  readonly #waiting = new Map<vscode.NotebookCell, vscode.NotebookCellExecution>()
  readonly #questions = new Map<string, Question>()
  readonly #ended = new vscode.EventEmitter<NotebookLink>()
  readonly #disposables: { dispose(): unknown }[]
  #told: Set<string> | null = null
  #kernel: KernelInfo | null = null
  #moves = 0

  /** Told after a cell has ended, or the kernel is another. */
  readonly onChange = this.#ended.event

  constructor(parts: NotebookLinkParts) {
    this.notebook = parts.notebook
    this.daemon = parts.daemon
    this.#controller = parts.controller
    this.#kernelName = parts.kernelName
    this.#log = parts.log
    this.#keys = new CellKeys(parts.notebook, parts.memory)
    const stop = this.daemon.onLog('notebook.cells', {
      of: this.name,
      cursor: 0,
      onEntry: (news) => this.#take(news),
      onError: (problem) => this.#log(problem.message),
    })
    this.#disposables = [
      { dispose: stop },
      { dispose: this.daemon.onState(({ kind }) => kind === 'ready' && this.#begin()) },
      this.#keys,
      this.#ended,
      vscode.workspace.onDidSaveNotebookDocument((saved) => {
        if (saved !== this.notebook) return
        for (const shown of this.#shown.values()) shown.saved()
        this.#tell('cells.confirm', { notebook: this.name, executions: null })
      }),
      vscode.workspace.onDidChangeNotebookDocument((event) => this.#heedChange(event)),
    ]
    this.#begin()
  }

  /** How the daemon calls the notebook. */
  get name(): string {
    return this.notebook.uri.scheme === 'file' ? this.notebook.uri.fsPath : this.notebook.uri.toString()
  }

  /** Whether a cell runs or waits. */
  get isBusy(): boolean {
    return [...this.#shown.values()].some(({ execution }) => execution.state !== 'ended')
  }

  /** Another of our controllers was chosen for it; the kernel changes with the next run. @returns whether it is another kernel */
  use(controller: vscode.NotebookController, kernelName: string): boolean {
    this.#controller = controller
    const isOther = kernelName !== this.#kernelName
    if (isOther) this.#kernel = null
    this.#kernelName = kernelName
    return isOther
  }

  /** Runs cells, in their order, after what waits already. */
  async execute(cells: readonly vscode.NotebookCell[]): Promise<void> {
    const wanted = cells.filter((cell) => !this.#waiting.has(cell))
    for (const cell of wanted) this.#waiting.set(cell, this.#controller.createNotebookCellExecution(cell))
    const blank = wanted.filter((cell) => cell.document.getText().trim() === '')
    for (const cell of blank) await this.#skip(cell)
    const asked = wanted.filter((cell) => !blank.includes(cell))
    if (asked.length === 0) return
    try {
      await this.startKernel()
      await this.daemon.call('cells.execute', {
        notebook: this.name,
        cells: asked.map((cell) => ({ cell: this.#keys.keyOf(cell), code: cell.document.getText() })),
      })
    } catch (error) {
      this.#kernel = null
      await this.#fail(asked, error)
    }
  }

  /** The notebook's kernel, started if none runs. @throws Problem */
  async startKernel(kernelId: string | null = null): Promise<KernelInfo> {
    if (kernelId === null && this.#kernel !== null) return this.#kernel
    const options = { location: vscode.ProgressLocation.Window, title: 'Daybook: starting the kernel' }
    const kernel = await vscode.window.withProgress(options, () =>
      this.daemon.call('cells.start', { notebook: this.name, name: this.#kernelName, kernelId }),
    )
    this.#kernel = kernel
    return kernel
  }

  async interrupt(): Promise<void> {
    // VS Code interrupts, too, where a running cell goes: with its notebook, which does not end what runs, or because
    // the file was read again, when it comes back at once.
    const moves = this.#moves
    await new Promise((resolve) => setTimeout(resolve, 50))
    if (this.#moves !== moves || this.notebook.isClosed) return
    await this.daemon.call('cells.interrupt', { notebook: this.name })
  }

  async restart(): Promise<void> {
    await this.startKernel()
    this.#kernel = await this.daemon.call('cells.restart', { notebook: this.name })
  }

  async stop(): Promise<void> {
    this.#kernel = null
    await this.daemon.call('cells.stop', { notebook: this.name })
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose()
    // An execution that is left open keeps its cell busy when the notebook is opened again: nothing could be shown.
    for (const shown of this.#shown.values()) shown.drop()
    for (const execution of this.#waiting.values()) execution.end(undefined)
    for (const question of this.#questions.values()) question.dispose()
  }

  /** A new line: everything is told again that is not saved, and after `ready` nothing is missing. */
  #begin(): void {
    this.#told = new Set()
    this.#kernel = null
  }

  #take(news: CellNews): void {
    if (news.kind === 'ready') return this.#dropForgotten()
    if (news.kind === 'kernel') {
      if (news.state === 'stopped') this.#kernel = null
      return this.#ended.fire(this)
    }
    const { id, state } = news.execution
    this.#told?.add(id)
    const shown = this.#shown.get(id) ?? this.#show(news.execution)
    if (shown === null) return
    shown.take(news)
    this.#heedInput(news.execution)
    if (state === 'ended') this.#ended.fire(this)
  }

  /** Makes room for an execution in its cell; null if the cell is gone. */
  #show(execution: CellExecution): ShownCell | null {
    const cell = this.#keys.find(execution.cell)
    if (cell === null) {
      this.#tell('cells.confirm', { notebook: this.name, executions: [execution.id] })
      return null
    }
    const waiting = this.#waiting.get(cell) ?? null
    this.#waiting.delete(cell)
    for (const [id, other] of this.#shown) {
      if (other.cell !== cell) continue
      other.drop()
      this.#shown.delete(id)
      this.#tell('cells.confirm', { notebook: this.name, executions: [id] })
    }
    const parts = {
      cell,
      begin: () => this.#createExecution(cell),
      applied: ({ id, revision }: CellExecution) =>
        this.#tell('cells.applied', { notebook: this.name, executions: [{ id, revision }] }),
    }
    const shown = new ShownCell(parts, execution, waiting)
    this.#shown.set(execution.id, shown)
    return shown
  }

  #createExecution(cell: vscode.NotebookCell): vscode.NotebookCellExecution | null {
    try {
      const made = this.#controller.createNotebookCellExecution(cell)
      made.token.onCancellationRequested(() => this.#cancel(cell))
      return made
    } catch (error) {
      // Something else runs in the cell, or another kernel was chosen meanwhile.
      this.#log(`cell ${cell.index + 1} of ${this.name}: ${(error as Error).message}`)
      return null
    }
  }

  #cancel(cell: vscode.NotebookCell): void {
    const executions = [...this.#shown].flatMap(([id, shown]) => (shown.cell === cell ? [id] : []))
    this.#tell('cells.cancel', { notebook: this.name, executions })
  }

  /** What was shown as running, and the daemon does not know: its kernel went while nobody looked. */
  #dropForgotten(): void {
    const told = this.#told
    this.#told = null
    if (told === null) return
    for (const [id, shown] of this.#shown) {
      if (told.has(id) || !shown.isActive) continue
      shown.drop()
      this.#shown.delete(id)
    }
  }

  #heedInput({ id, input, cell: key }: CellExecution): void {
    const known = this.#questions.get(id)
    if (input === null) {
      known?.dispose()
      this.#questions.delete(id)
    } else if (known === undefined) {
      const cell = this.#keys.find(key)
      const title = `${basename(this.notebook.uri.path)}, cell ${(cell?.index ?? 0) + 1}`
      const question = ask({
        input,
        title,
        answer: (value) => this.#answer(id, value),
        interrupt: () => this.#tell('cells.interrupt', { notebook: this.name }),
      })
      this.#questions.set(id, question)
    }
  }

  #answer(execution: string, value: string): void {
    this.#questions.delete(execution)
    this.#tell('cells.answer', { notebook: this.name, execution, value })
  }

  /** What a user, or a file that is read again, does to the cells that are shown. */
  #heedChange(event: vscode.NotebookDocumentChangeEvent): void {
    if (event.notebook !== this.notebook) return
    // No edit of a user's touches what the notebook as a whole is described by.
    const isReverted = event.metadata !== undefined
    const cleared = new Set(
      event.cellChanges.flatMap(({ cell, outputs }) => (outputs?.length === 0 ? [cell] : [])),
    )
    const unwanted: string[] = []
    for (const [id, shown] of this.#shown) {
      if (shown.cell.index < 0) this.#follow(id, shown)
      else if (isReverted) shown.reverted()
      else if (cleared.has(shown.cell)) {
        shown.cleared()
        // A user who clears what was shown does not want it back.
        if (!shown.isActive) unwanted.push(id)
      }
    }
    if (unwanted.length > 0) this.#tell('cells.confirm', { notebook: this.name, executions: unwanted })
  }

  /** Its cell was taken out. Where another one came in its place, of the same id, it goes on in there. */
  #follow(id: string, shown: ShownCell): void {
    const { execution, outputs } = shown
    if (this.#keys.find(execution.cell) === null) return
    shown.drop()
    this.#shown.delete(id)
    this.#moves++
    this.#show(execution)?.take({ kind: 'whole', execution, outputs: [...outputs] })
  }

  /** A cell without code has no outputs. */
  async #skip(cell: vscode.NotebookCell): Promise<void> {
    const execution = this.#waiting.get(cell)
    this.#waiting.delete(cell)
    execution?.start()
    await execution?.clearOutput()
    execution?.end(undefined)
  }

  /** Nothing could be run: the first cell says why. */
  async #fail(cells: readonly vscode.NotebookCell[], error: unknown): Promise<void> {
    const { code, message, hint } = toWireProblem(error)
    const evalue = hint === undefined ? message : `${message}\n${hint}`
    for (const cell of cells) {
      const execution = this.#waiting.get(cell)
      this.#waiting.delete(cell)
      if (execution === undefined) continue
      if (cell !== cells[0]) {
        execution.end(undefined)
        continue
      }
      execution.start()
      await execution.replaceOutput(
        toCellOutput({ output_type: 'error', ename: code, evalue, traceback: [] }),
      )
      execution.end(false)
    }
  }

  /** Tells the daemon something that needs no answer. */
  #tell<M extends MethodName>(method: M, params: ParamsOf<M>): void {
    this.daemon.call(method, params).catch((error: unknown) => {
      this.#log(`${method}: ${(error as Error).message}`)
    })
  }
}
