import type * as vscode from 'vscode'
import type { CellExecution, CellNews, CellOutput, OutputChange } from '../../shared/api/cell_methods.ts'
import { applyOutputChange, outputChange } from '../../shared/api/output_change.ts'
import { isSameKind, toCellOutput, toItems } from './cell_output.ts'
import { sinceCleared } from './since_cleared.ts'

/** What showing an execution needs of the notebook around it. */
export interface ShownCellParts {
  cell: vscode.NotebookCell
  /** Begins to show that the cell runs; null if something else runs in it now, or another kernel was chosen. */
  begin(): vscode.NotebookCellExecution | null
  /** What was told up to this revision is in the notebook. */
  applied(execution: CellExecution): void
}

/** Output after the end of a cell is shown at most so often. */
const lateMs = 300

/**
 * One execution of a cell as the notebook shows it: what is told becomes the target, and the outputs are brought
 * there step by step, as fast as the editor takes them. Told while the editor is busy, a flood becomes one step.
 */
export class ShownCell {
  readonly #parts: ShownCellParts
  /** What is to be shown. */
  #execution: CellExecution
  #target: readonly CellOutput[] = []
  /** What is shown; null if that is not known, so that all of it is replaced. */
  #shown: { model: readonly CellOutput[]; outputs: vscode.NotebookCellOutput[] } | null = null
  /** All that was to be shown when the user cleared the cell; null if he did not, or it does not matter any more. */
  #cleared: readonly CellOutput[] | null = null
  /** The target as far as the editor has taken it. */
  #settled: readonly CellOutput[] = []
  /** What the editor is taking just now has no outputs, or some; null while it is taking nothing. */
  #step: 'empties' | 'fills' | null = null
  #running: vscode.NotebookCellExecution | null
  #isSaved = false
  #isStarted = false
  #isWorking = false
  #isDirty = false
  #isDropped = false

  /** @param running an execution of the editor's that waits already */
  constructor(parts: ShownCellParts, execution: CellExecution, running: vscode.NotebookCellExecution | null) {
    this.#parts = parts
    this.#execution = execution
    this.#running = running
  }

  get cell(): vscode.NotebookCell {
    return this.#parts.cell
  }

  get execution(): CellExecution {
    return this.#execution
  }

  /** Whether the editor shows it as running or waiting. */
  get isActive(): boolean {
    return this.#running !== null
  }

  /** All its outputs, as they were told last. */
  get outputs(): readonly CellOutput[] {
    return this.#target
  }

  /** Takes what is told of it. */
  take(news: Extract<CellNews, { kind: 'whole' | 'change' }>): void {
    this.#execution = news.execution
    this.#isSaved = false
    if (news.kind === 'whole') {
      this.#target = news.outputs
      // A notebook that was opened again may hold any part of it already.
      this.#shown = null
      this.#cleared = null
    } else this.#target = applyOutputChange(this.#target, news)
    void this.#work()
  }

  /** The cell has no outputs any more: its user has cleared them, or we have, as told. */
  cleared(): void {
    if (this.#shown === null || this.#step === 'empties') return
    this.#cleared = this.#settled
    this.#shown = { model: [], outputs: [] }
    if (this.#step === null) return
    // What the editor was taking may have come before it was cleared, or gone into outputs that were not there.
    this.#shown = null
    void this.#work()
  }

  /** The file holds now what the cell shows. */
  saved(): void {
    this.#isSaved = this.#running === null && !this.#isWorking
  }

  /** The cell shows what its file held, which was read again: what is not in there is shown once more. */
  reverted(): void {
    if (this.#isSaved) return
    this.#shown = null
    this.#cleared = null
    void this.#work()
  }

  /** Another execution of the same cell takes its place, or nobody can tell how it ended. */
  drop(): void {
    this.#isDropped = true
    this.#end(undefined)
  }

  async #work(): Promise<void> {
    this.#isDirty = true
    if (this.#isWorking) return
    this.#isWorking = true
    try {
      while (this.#isDirty && !this.#isDropped) {
        // What changes in a cell that has ended is shown through an execution of its own: not for each tick of a bar.
        if (this.#running === null && this.#shown !== null)
          await new Promise((resolve) => setTimeout(resolve, lateMs))
        this.#isDirty = false
        await this.#advance(this.#execution, this.#target)
      }
    } finally {
      this.#isWorking = false
    }
  }

  async #advance(execution: CellExecution, target: readonly CellOutput[]): Promise<void> {
    const { startedAtMs, endedAtMs, executionCount, success, state } = execution
    if (this.#isDropped) return
    this.#running ??= this.#parts.begin()
    const running = this.#running
    if (running === null) return
    if (startedAtMs !== null && !this.#isStarted) {
      this.#isStarted = true
      running.start(startedAtMs)
    }
    if (executionCount !== null) running.executionOrder = executionCount
    if (this.#isStarted) await this.#show(running, target)
    if (this.#running !== running) return
    if (state !== 'ended') return
    // What never began has nothing to say about success.
    this.#end(startedAtMs === null ? undefined : (success ?? undefined), endedAtMs ?? undefined)
    this.#parts.applied(execution)
  }

  #end(success: boolean | undefined, atMs?: number): void {
    this.#running?.end(success, atMs)
    this.#running = null
    this.#isStarted = false
  }

  async #show(running: vscode.NotebookCellExecution, target: readonly CellOutput[]): Promise<void> {
    const visible = this.#cleared === null ? null : sinceCleared(this.#cleared, target)
    if (visible === null) this.#cleared = null
    try {
      this.#step = (visible ?? target).length === 0 ? 'empties' : 'fills'
      await this.#bring(running, visible ?? target)
    } finally {
      this.#step = null
    }
    this.#settled = target
  }

  /** Brings the cell to show these outputs. */
  async #bring(running: vscode.NotebookCellExecution, target: readonly CellOutput[]): Promise<void> {
    const before = this.#shown
    const change = before === null ? null : outputChange(before.model, target)
    if (before !== null && change === null) return
    if (before === null || change === null || !fits(before.model, change)) {
      const outputs = target.map(toCellOutput)
      this.#shown = { model: target, outputs }
      await running.replaceOutput(outputs)
      return
    }
    const { outputs } = before
    const added = change.set.filter(([i]) => i >= outputs.length).map(([, output]) => toCellOutput(output))
    const steps: Thenable<void>[] = []
    for (const [i, text] of change.append) {
      const [stream, output] = [target[i], outputs[i]]
      if (stream?.output_type !== 'stream' || output === undefined) continue
      steps.push(running.appendOutputItems(toItems({ ...stream, text }), output))
    }
    for (const [i, output] of change.set) {
      const old = outputs[i]
      if (old !== undefined) steps.push(running.replaceOutputItems(toItems(output), old))
    }
    if (added.length > 0) steps.push(running.appendOutput(added))
    this.#shown = { model: target, outputs: [...outputs, ...added] }
    await Promise.all(steps)
  }
}

/** Whether the outputs that are there can stay: none goes, and none becomes another kind. */
function fits(before: readonly CellOutput[], { length, set }: OutputChange): boolean {
  if (length < before.length) return false
  return set.every(([i, output]) => before[i] === undefined || isSameKind(before[i], output))
}
