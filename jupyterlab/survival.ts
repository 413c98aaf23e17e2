import type { NotebookPanel } from '@jupyterlab/notebook'
import type { Kernel, KernelMessage } from '@jupyterlab/services'
import type { CellExecution, CellNews, CellOutput } from '../shared/api/cell_methods.ts'
import { pathInProject, type Project } from './project.ts'
import { showChange, showExecution } from './shown_outputs.ts'

/** An execution that another page asked for, as it is shown here. */
interface Foreign {
  execution: CellExecution
  outputs: CellOutput[]
}

/** How long to wait before what could not be told is told again, and how many times. */
const tellAgainMs = 1_000
const tries = 60

/**
 * Brings back into a notebook what its kernel wrote while no page showed it, and what it goes on to write for a page
 * that is gone. What this page executes itself JupyterLab shows as ever: of that only is told to which cell it
 * belongs, and when it is saved.
 */
export class Survival {
  readonly #panel: NotebookPanel
  readonly #project: Project
  /** Names this page to the daemon. */
  readonly #page = crypto.randomUUID()
  readonly #foreign = new Map<string, Foreign>()
  /** The execution whose outputs a cell shows, if another page asked for it. */
  readonly #shown = new Map<string, string>()
  /** Executions that this page asked for; and those of others that a cell showed before it was run here. */
  readonly #own = new Set<string>()
  /** Ended, and shown in this page: with the next save they are in the file. */
  readonly #unsaved = new Set<string>()
  #saving: readonly string[] = []
  #waiting: { id: string; cell: string }[] = []
  #batch: Map<string, string> | null = new Map()
  #kernel: Kernel.IKernelConnection | null = null
  #notebook: string
  #stop: () => void = () => undefined
  #disposed = false

  constructor(panel: NotebookPanel, project: Project) {
    this.#panel = panel
    this.#project = project
    this.#notebook = pathInProject(project, panel.context.path)
    const { sessionContext, context } = panel
    sessionContext.kernelChanged.connect(this.#changeKernel, this)
    context.saveState.connect(this.#takeSave, this)
    panel.disposed.connect(this.#leave, this)
    this.#changeKernel()
    this.#follow()
  }

  /** Ends it; the notebook stays as it is. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#stop()
    this.#kernel?.anyMessage.disconnect(this.#hear, this)
    this.#panel.sessionContext.kernelChanged.disconnect(this.#changeKernel, this)
    this.#panel.context.saveState.disconnect(this.#takeSave, this)
    this.#panel.disposed.disconnect(this.#leave, this)
  }

  /** The notebook is called otherwise, in the same project. */
  async rename(path: string): Promise<void> {
    const [from, to] = [this.#notebook, pathInProject(this.#project, path)]
    if (from === to) return
    this.#notebook = to
    await this.#project.client.call('followed.rename', { notebook: from, to }).catch(() => undefined)
    if (!this.#disposed) this.#follow()
  }

  #follow(): void {
    this.#stop()
    this.#stop = this.#project.client.onLog('notebook.followed', {
      of: `${this.#page} ${this.#notebook}`,
      cursor: 0,
      onEntry: (news) => this.#take(news),
    })
  }

  #take(news: CellNews): void {
    if (this.#disposed || this.#panel.isDisposed || news.kind === 'kernel') return
    if (news.kind === 'ready') return this.#showBatch()
    const { execution } = news
    if (this.#own.has(execution.id)) return
    if (news.kind === 'whole') {
      this.#foreign.set(execution.id, { execution, outputs: [...news.outputs] })
      // What was run in the meantime came later than what is told first.
      if (this.#batch === null) this.#show(execution.id)
      else this.#batch.set(execution.cell, execution.id)
      return
    }
    const known = this.#foreign.get(execution.id)
    if (known === undefined) return
    const isQueued = known.execution.state === 'queued' && execution.state !== 'queued'
    known.execution = execution
    if (this.#shown.get(execution.cell) !== execution.id) return
    known.outputs = showChange(this.#panel, known.outputs, news)
    if (isQueued) showExecution(this.#panel, execution, known.outputs)
    this.#note(execution)
  }

  /** Of several executions of a cell that were told at once only the last one is shown. */
  #showBatch(): void {
    const batch = this.#batch ?? new Map<string, string>()
    this.#batch = null
    for (const id of batch.values()) this.#show(id)
    for (const { execution } of this.#foreign.values()) this.#note(execution)
  }

  #show(id: string): void {
    const known = this.#foreign.get(id)
    if (known === undefined) return
    const { execution, outputs } = known
    this.#shown.set(execution.cell, id)
    // One that never began gave nothing.
    if (execution.state !== 'ended' || execution.startedAtMs !== null)
      showExecution(this.#panel, execution, outputs)
    this.#note(execution)
  }

  /** What has ended is in the file with the next save; a cell that is gone is not wanted. */
  #note({ id, state }: CellExecution): void {
    if (state === 'ended') this.#unsaved.add(id)
  }

  #changeKernel(): void {
    this.#kernel?.anyMessage.disconnect(this.#hear, this)
    this.#kernel = this.#panel.sessionContext.session?.kernel ?? null
    this.#kernel?.anyMessage.connect(this.#hear, this)
  }

  #hear(_: Kernel.IKernelConnection, { msg, direction }: Kernel.IAnyMessageArgs): void {
    if (direction === 'send') {
      const cell = (msg.metadata as { cellId?: unknown }).cellId
      if (msg.header.msg_type === 'execute_request' && typeof cell === 'string')
        this.#sent(msg.header.msg_id, cell)
      return
    }
    const parent = (msg.parent_header as Partial<KernelMessage.IHeader>).msg_id ?? ''
    if (msg.header.msg_type !== 'status' || !this.#own.has(parent)) return
    if ((msg.content as { execution_state?: unknown }).execution_state === 'idle') this.#unsaved.add(parent)
  }

  #sent(id: string, cell: string): void {
    this.#own.add(id)
    // What others executed in this cell before is overwritten by this.
    for (const { execution } of this.#foreign.values())
      if (execution.cell === cell) this.#own.add(execution.id)
    this.#shown.delete(cell)
    this.#waiting.push({ id, cell })
    if (this.#waiting.length === 1) queueMicrotask(() => void this.#tell(tries))
  }

  async #tell(triesLeft: number): Promise<void> {
    const kernel = this.#kernel?.id
    const executions = this.#waiting
    this.#waiting = []
    if (kernel === undefined || executions.length === 0) return
    try {
      const to = { kernel, notebook: this.#notebook, page: this.#page }
      await this.#project.client.call('followed.sent', { ...to, executions })
    } catch {
      // The line broke, or the kernel has started just now and is not followed yet.
      if (triesLeft === 0 || this.#disposed) return
      this.#waiting = [...executions, ...this.#waiting]
      setTimeout(() => void this.#tell(triesLeft - 1), tellAgainMs)
    }
  }

  #takeSave(_: unknown, state: string): void {
    if (state === 'started') this.#saving = [...this.#unsaved]
    if (state === 'completed') this.#confirm(this.#saving)
  }

  #confirm(ids: readonly string[]): void {
    for (const id of ids) {
      this.#unsaved.delete(id)
      this.#foreign.delete(id)
    }
    if (ids.length === 0) return
    const told = { notebook: this.#notebook, executions: [...ids] }
    // Lost with the line it is told once more to the next page, which shows it already.
    this.#project.client.call('followed.confirm', told).catch(() => undefined)
  }

  /** The notebook was closed, not the page: what was not saved then is not wanted. */
  #leave(): void {
    this.#confirm([...this.#unsaved])
    this.dispose()
  }
}
