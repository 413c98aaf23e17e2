import type { CommNews } from '../../api/comm_methods.ts'
import { composeMessage, parentId } from '../../kernel/compose.ts'
import type { JournalEntry, KernelConnection, KernelInfo } from '../../kernel/kernel.ts'
import { openKernelFold, type KernelFold } from '../../kernel/kernel_fold.ts'
import type { KernelMessage } from '../../kernel/message.ts'
import { openSession, type Session } from '../../kernel/session.ts'
import type { NotebookOutput } from '../../notebook/output.ts'
import type { CellFiles, KeptCell } from './cell_files.ts'
import type { CellRow } from './cell_rows.ts'
import { toLetGo, type Held } from './held_outputs.ts'
import { KeepTimers } from './keep_timers.ts'
import { readJournal } from './journal_reader.ts'
import { LiveComms, type CommAudience } from './live_comms.ts'
import { deathReason, fatesIn, ourWord } from './own_words.ts'
import { TrackedCell } from './tracked_cell.ts'

/** What a kernel that editors use needs. */
export interface LiveKernelParts {
  kernel: KernelInfo
  /** From the beginning of its journal. */
  connection: KernelConnection
  /** The executions that are kept of it. */
  rows: readonly CellRow[]
  files: CellFiles
  nowMs(): number
  /** Writes what changed of an execution. */
  save(row: CellRow): void
  /** Told after each change of an execution. `urgent`: not only what it prints. */
  changed(cell: TrackedCell, urgent: boolean): void
  /** Who follows its widgets. */
  comms: CommAudience
  /** The kernel's process ended, or another one took its place. */
  restarted(state: 'dead' | 'restarted' | 'stopped', reason: string | null): void
}

/**
 * A kernel as editors use it: cells go to it one by one, and its journal is folded into the outputs of each.
 *
 * Invariants. (1) A cell is sent when the one before it has ended well; when it failed, those behind it never begin.
 * (2) What is in the store, in the files and in the journal is enough to go on after the daemon's death.
 * (3) An execution is told as ended only when all that it wrote until then was folded.
 */
export class LiveKernel {
  readonly kernel: KernelInfo
  readonly session: Session
  /** Resolves once the journal's past has been read. */
  readonly ready: Promise<void>
  readonly #parts: LiveKernelParts
  readonly #cells: Map<string, TrackedCell>
  readonly #fold: KernelFold = openKernelFold()
  readonly #comms: LiveComms
  readonly #keepers = new KeepTimers()
  #queue: TrackedCell[] = []
  #current: TrackedCell | null = null
  /** When a process of this kernel ended last: what was asked for before was meant for it. */
  #endedAtMs = 0
  #caughtUp = false
  #closed = false

  constructor(parts: LiveKernelParts) {
    this.#parts = parts
    this.kernel = parts.kernel
    this.#comms = new LiveComms(parts.comms)
    this.#cells = new Map(parts.rows.map((row) => [row.id, new TrackedCell(row)]))
    this.session = openSession(parts.connection, { subshells: parts.kernel.subshells })
    this.ready = readJournal(parts.connection, {
      take: (entry) => this.#take(entry),
      caughtUp: () => {
        this.#caughtUp = true
        this.#resume()
      },
      ended: () => this.#end(),
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Puts executions at the end of the queue. */
  add(rows: readonly CellRow[]): void {
    for (const row of rows) {
      const cell = new TrackedCell(row)
      this.#cells.set(row.id, cell)
      this.#queue.push(cell)
      this.#parts.changed(cell, true)
    }
    if (this.#caughtUp) this.#next()
  }

  /** Takes executions off the queue; null: all. */
  cancel(ids: readonly string[] | null): void {
    const gone = this.#queue.filter(({ row }) => ids === null || ids.includes(row.id))
    this.#queue = this.#queue.filter((cell) => !gone.includes(cell))
    for (const cell of gone) this.#endCell(cell, null)
  }

  /** Answers what the cell asks. @returns false if it asks nothing */
  answer(id: string, value: string): boolean {
    const question = this.#cells.get(id)?.question ?? null
    if (question === null) return false
    const parent = question.header
    const message = composeMessage(
      'input_reply',
      { value, status: 'ok' },
      { session: this.session.id, parent },
    )
    this.#parts.connection.send('stdin', message)
    return true
  }

  /** The execution that runs now; null for none. */
  get running(): string | null {
    return this.#current?.row.id ?? null
  }

  /** An execution and what it shows; null if it is not known. */
  look(id: string): KeptCell | null {
    const cell = this.#cells.get(id)
    return cell === undefined ? null : { execution: cell.told, outputs: this.#outputs(cell) }
  }

  /** Its widgets, as one who begins to follow them is told. */
  widgets(): CommNews[] {
    return this.#comms.whole(this.#fold.board)
  }

  /** What an Output widget caught; null if it is gone. */
  caught(comm: string): readonly NotebookOutput[] | null {
    return this.#fold.board.widgetOutputs(comm)
  }

  /** Executions that an editor must be told of. */
  undelivered(notebook: string): string[] {
    const cells = [...this.#cells.values()]
    return cells
      .filter((cell) => cell.row.notebook === notebook && cell.isUndelivered)
      .map(({ row }) => row.id)
  }

  /** An editor shows it so. */
  applied(id: string, revision: number): void {
    const cell = this.#cells.get(id)
    if (cell === undefined || revision <= cell.row.applied) return
    cell.row.applied = Math.min(revision, cell.revision)
    if (cell.row.applied >= cell.revision) this.#keepers.stop(id)
    if (cell.row.ended) this.#parts.save(cell.row)
  }

  /** What an editor showed is saved, or not wanted. Null: of the whole notebook. */
  confirm(notebook: string, ids: readonly string[] | null): void {
    for (const cell of this.#cells.values()) {
      const { row } = cell
      if (row.notebook !== notebook || (ids !== null && !ids.includes(row.id)) || !row.ended) continue
      const upTo = ids === null ? row.applied : cell.revision
      if (upTo <= row.confirmed) continue
      row.confirmed = upTo
      this.#parts.save(row)
      this.#keepers.stop(row.id)
      this.#parts.files.drop(row.id)
    }
    this.#prune()
  }

  rename(from: string, to: string): void {
    for (const { row } of this.#cells.values()) if (row.notebook === from) row.notebook = to
  }

  close(): void {
    this.#closed = true
    this.#keepers.clear()
    this.session.close()
  }

  #outputs(cell: TrackedCell): readonly NotebookOutput[] {
    const outputs = this.#fold.execution(cell.row.id)?.outputs ?? []
    return cell.failure === null ? outputs : [...outputs, cell.failure]
  }

  #take(entry: JournalEntry): void {
    const { direction, seq } = entry
    this.#comms.take(entry)
    const isCaught = this.#fold.board.widgets.catcher(entry.message.parent_header.msg_id) !== null
    const message = isCaught ? entry.message : this.#comms.attribute(entry.message)
    const id = parentId(message)
    const asked = direction === 'out' ? this.#cells.get(message.header.msg_id) : undefined
    const cell = asked ?? this.#ofReply(message) ?? this.#cells.get(id)
    const touched = direction === 'out' ? [] : this.#foldIn(message, cell)
    const urgent = cell?.take(entry) === true
    if (asked !== undefined) this.#parts.files.dropCode(asked.row.id)
    if (direction === 'mark') this.#heed(entry)
    const others = touched.flatMap((other) => this.#cells.get(other) ?? [])
    for (const one of new Set(cell !== undefined && urgent ? [cell, ...others] : others)) {
      one.revision = seq
      if (this.#caughtUp) this.#parts.changed(one, urgent && one === cell)
      if (one.row.ended) this.#keepLater(one)
    }
    if (cell?.row.ended === true && cell === this.#current) this.#ended(cell)
  }

  /** An answer of ours names the question, and the question the cell. */
  #ofReply({ header, parent_header: parent }: KernelMessage): TrackedCell | undefined {
    if (header.msg_type !== 'input_reply') return undefined
    return [...this.#cells.values()].find(({ question }) => question?.header.msg_id === parent.msg_id)
  }

  /** What others execute on the kernel is of interest only where it changes a display of ours, or a widget. */
  #foldIn(message: KernelMessage, cell: TrackedCell | undefined): readonly string[] {
    const type = message.header.msg_type
    const { board } = this.#fold
    const isCaught = board.widgets.catcher(message.parent_header.msg_id) !== null
    if (cell !== undefined || isCaught || type.startsWith('daybook_') || type.startsWith('comm_')) {
      const touched = this.#fold.take(message)
      this.#comms.heedOutput(message, board)
      return touched
    }
    if (type !== 'display_data' && type !== 'update_display_data') return []
    const touched = this.#fold.take(message)
    this.#fold.forget(parentId(message))
    return touched
  }

  #heed({ message, atMs, seq }: JournalEntry): void {
    for (const { id, failure } of fatesIn(message)) {
      const cell = this.#cells.get(id)
      if (cell === undefined) continue
      cell.revision = seq
      this.#endCell(cell, false, { atMs, failure })
    }
    const { msg_type: type } = message.header
    if (type === 'daybook_dead') this.#forsake('dead', atMs, deathReason(message.content))
    if (type === 'daybook_restarted') this.#forsake('restarted', atMs, null)
  }

  /** The process that the queue was meant for is gone. */
  #forsake(state: 'dead' | 'restarted', atMs: number, reason: string | null): void {
    this.#current = null
    this.#endedAtMs = atMs
    if (!this.#caughtUp) return
    this.cancel(null)
    this.#parts.restarted(state, reason)
  }

  #endCell(
    cell: TrackedCell,
    success: boolean | null,
    { atMs = this.#parts.nowMs(), failure = null as NotebookOutput | null } = {},
  ): void {
    cell.end(atMs, success, failure)
    this.#parts.files.dropCode(cell.row.id)
    // What never began has nothing to deliver.
    if (success === null) cell.row.confirmed = cell.revision
    this.#parts.save(cell.row)
    if (this.#caughtUp) this.#parts.changed(cell, true)
  }

  #ended(cell: TrackedCell): void {
    this.#current = null
    this.#parts.save(cell.row)
    if (cell.success === false) this.cancel(null)
    if (this.#caughtUp) this.#next()
  }

  #next(): void {
    if (this.#current !== null || this.#closed) return
    const cell = this.#queue.shift()
    if (cell === undefined) return
    const code = this.#parts.files.code(cell.row.id)
    if (code === null) {
      this.#endCell(cell, null)
      return this.#next()
    }
    this.#current = cell
    this.session
      .execute(code, { id: cell.row.id, cellId: cell.row.cell, allowStdin: true })
      // Its messages are seen in the journal; the session needs not remember it.
      .forget()
  }

  /** The past was read: what runs goes on, what was never sent waits again. */
  #resume(): void {
    for (const cell of this.#cells.values()) {
      if (cell.row.ended) continue
      if (cell.sent) this.#current = cell
      else if (cell.row.askedMs < this.#endedAtMs) this.#endCell(cell, null)
      else if (!this.#queue.includes(cell)) this.#queue.push(cell)
    }
    this.#next()
  }

  #keepLater(cell: TrackedCell): void {
    const { id } = cell.row
    if (!this.#caughtUp) return
    this.#keepers.start(id, () => {
      if (cell.row.applied < cell.revision)
        this.#parts.files.keep({ execution: cell.told, outputs: this.#outputs(cell) })
    })
  }

  /** The kernel was stopped: its journal will go, so what nobody took goes into files. */
  #end(): void {
    if (this.#closed) return
    for (const cell of this.#cells.values()) {
      if (!cell.row.ended) this.#endCell(cell, cell.sent ? false : null, { failure: stopped })
      if (cell.isUndelivered) this.#parts.files.keep({ execution: cell.told, outputs: this.#outputs(cell) })
    }
    this.close()
    this.#parts.restarted('stopped', null)
  }

  /** Holds memory within bounds: what is saved can be let go. */
  #prune(): void {
    const held = (cell: TrackedCell): Held => ({ outputs: this.#outputs(cell), isSaved: !cell.isUndelivered })
    for (const { row } of toLetGo([...this.#cells.values()], held)) {
      this.#fold.forget(row.id)
      this.#cells.delete(row.id)
    }
  }
}

const stopped = ourWord('the kernel was stopped')
