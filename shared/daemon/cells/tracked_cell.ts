import type { CellExecution, CellInput } from '../../api/cell_methods.ts'
import type { JournalEntry } from '../../kernel/kernel.ts'
import type { MessageHeader } from '../../kernel/message.ts'
import type { NotebookOutput } from '../../notebook/output.ts'
import type { CellRow } from './cell_rows.ts'

/** A question of a running cell, with what its answer must refer to. */
interface Question extends CellInput {
  header: MessageHeader
}

/** One execution of a cell, followed through the kernel's journal from its request to its end and beyond. */
export class TrackedCell {
  readonly row: CellRow
  /** Whether its request stands in the journal. */
  sent = false
  startedAtMs: number | null = null
  endedAtMs: number | null = null
  executionCount: number | null = null
  success: boolean | null = null
  question: Question | null = null
  /** Number of the journal entry that changed it last; what was never sent counts from 1. */
  revision = 1
  /** Shown behind its own outputs: that its kernel died. */
  failure: NotebookOutput | null = null
  readonly #isForeign: boolean
  #replied: boolean | null = null
  #repliedAtMs = 0
  #idled = false
  #failed = false

  /** @param isForeign whether its kernel is another program's: neither its request nor the reply are seen then */
  constructor(row: CellRow, isForeign = false) {
    this.row = row
    this.#isForeign = isForeign
  }

  /** Takes an entry that refers to it. @returns whether that changed anything beside its outputs */
  take({ message, direction, atMs, seq }: JournalEntry): boolean {
    const { header, content } = message
    if (direction === 'out') return this.#takeOurs(header, message.parent_header.msg_id, seq)
    switch (header.msg_type) {
      case 'status':
        return this.#takeStatus(content['execution_state'], atMs)
      case 'execute_input':
        if (typeof content['execution_count'] === 'number') this.executionCount = content['execution_count']
        this.startedAtMs ??= atMs
        return true
      case 'error':
        this.#failed = true
        return false
      case 'execute_reply':
        if (typeof content['execution_count'] === 'number') this.executionCount = content['execution_count']
        this.question = null
        this.#replied = content['status'] === 'ok'
        this.#repliedAtMs = atMs
        return this.#finish()
      case 'input_request':
        this.question = {
          prompt: typeof content['prompt'] === 'string' ? content['prompt'] : '',
          password: content['password'] === true,
          header,
        }
        return true
      default:
        return false
    }
  }

  /** It ends without the kernel's word. `success` null: it never began. */
  end(atMs: number, success: boolean | null, failure: NotebookOutput | null = null): void {
    if (this.endedAtMs !== null) return
    this.row.ended = true
    this.question = null
    this.success = success
    this.failure = failure
    this.endedAtMs = success === null ? null : atMs
  }

  /** As the API tells it. */
  get told(): CellExecution {
    const { id, notebook, cell, kernelId } = this.row
    const { startedAtMs, endedAtMs, executionCount, success, revision } = this
    const input =
      this.question === null ? null : { prompt: this.question.prompt, password: this.question.password }
    return {
      id,
      notebook,
      cell,
      kernelId,
      state: this.row.ended ? 'ended' : this.sent ? 'running' : 'queued',
      startedAtMs,
      endedAtMs,
      executionCount,
      success,
      input,
      revision,
    }
  }

  /** Whether an editor must still be told of it. */
  get isUndelivered(): boolean {
    return !this.row.ended || this.row.confirmed < this.revision
  }

  #takeOurs(header: MessageHeader, parent: string | undefined, seq: number): boolean {
    if (header.msg_type === 'execute_request') {
      this.sent = true
      this.revision = seq
      return true
    }
    if (header.msg_type !== 'input_reply' || parent !== this.question?.header.msg_id) return false
    this.question = null
    return true
  }

  #takeStatus(state: unknown, atMs: number): boolean {
    if (state === 'busy') {
      this.startedAtMs ??= atMs
      if (this.#isForeign) this.sent = true
      return true
    }
    if (state !== 'idle') return true
    this.#idled = true
    return this.#isForeign ? this.#endForeign(atMs) : this.#finish()
  }

  /** What the kernel never echoed it passed over, as a cell before it had failed. */
  #endForeign(atMs: number): boolean {
    this.row.ended = true
    this.success = this.#failed ? false : this.executionCount === null ? null : true
    this.endedAtMs = atMs
    return true
  }

  #finish(): boolean {
    if (!this.#idled || this.#replied === null) return this.row.ended
    // Read again after a restart of the daemon it has ended before; the rest is the same.
    this.row.ended = true
    this.success = this.#replied
    this.endedAtMs = this.#repliedAtMs
    return true
  }
}
