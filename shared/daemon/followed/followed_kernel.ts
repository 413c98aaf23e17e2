import { parentId } from '../../kernel/compose.ts'
import type { JournalEntry, KernelConnection, KernelInfo } from '../../kernel/kernel.ts'
import { openKernelFold, type KernelFold } from '../../kernel/kernel_fold.ts'
import type { NotebookOutput } from '../../notebook/output.ts'
import type { CellFiles, KeptCell } from '../cells/cell_files.ts'
import type { CellRow } from '../cells/cell_rows.ts'
import { toLetGo, type Held } from '../cells/held_outputs.ts'
import { KeepTimers } from '../cells/keep_timers.ts'
import { readJournal } from '../cells/journal_reader.ts'
import { fatesIn, ourWord } from '../cells/own_words.ts'
import { FollowedCell } from './followed_cell.ts'

/** What following a kernel needs. */
export interface FollowedKernelParts {
  kernel: KernelInfo
  /** From the beginning of its journal. */
  connection: KernelConnection
  /** The executions that are kept of it. */
  rows: readonly CellRow[]
  files: CellFiles
  nowMs(): number
  /** The cell that the kernel module has named for an execution; null if it has not. */
  cellOf(execution: string): string | null
  /** Keeps executions from now on. */
  add(rows: readonly CellRow[]): void
  /** Writes what changed of one that is kept. */
  save(row: CellRow): void
  /** Told after each change of an execution that belongs to a cell. `urgent`: not only what it prints. */
  changed(cell: FollowedCell, urgent: boolean): void
  /** The following has ended: the server stopped the kernel. */
  ended(): void
}

/** So many executions are remembered that belong to no cell, as somebody may still say to which. */
const rememberedStrays = 100

/** A request that has not begun after so long, on a kernel that does nothing, was handled before we listened. */
const missedAfterMs = 5_000

/**
 * A Jupyter server's kernel: its journal is folded into what each execution gave, and who asked for it says to which
 * cell that belongs, before or after.
 *
 * Invariants. (1) An execution counts only if its beginning was heard: half of its outputs must never replace the whole.
 * (2) What is in the store, in the files and in the journal is enough to go on after the daemon's death.
 */
export class FollowedKernel {
  readonly id: string
  /** Resolves once the journal's past has been read. */
  readonly ready: Promise<void>
  readonly #parts: FollowedKernelParts
  readonly #cells: Map<string, FollowedCell>
  readonly #fold: KernelFold = openKernelFold()
  readonly #keepers = new KeepTimers()
  #notebook: string
  #caughtUp = false
  #closed = false

  constructor(parts: FollowedKernelParts) {
    this.id = parts.kernel.id
    this.#notebook = parts.kernel.notebook ?? ''
    this.#parts = parts
    this.#cells = new Map(parts.rows.map((row) => [row.id, new FollowedCell(row, true)]))
    this.ready = readJournal(parts.connection, {
      take: (entry) => this.#take(entry),
      caughtUp: () => {
        this.#caughtUp = true
      },
      ended: () => this.#end(),
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /** A page says which cells it executed. */
  sent(executions: readonly { id: string; cell: string }[], notebook: string, page: string): void {
    for (const { id, cell } of executions) this.#name(id, { cell, notebook, page })
  }

  /** An execution and what it gave; null if it is not known or belongs to no cell. */
  look(id: string): KeptCell | null {
    const cell = this.#cells.get(id)
    return cell?.isKept === true ? { execution: cell.told, outputs: this.#outputs(cell) } : null
  }

  /** The page that asked for an execution. */
  pageOf(id: string): string | null {
    return this.#cells.get(id)?.page ?? null
  }

  /** Executions of a notebook that a page must be told of. */
  undelivered(notebook: string): string[] {
    this.#dropMissed()
    for (const cell of this.#cells.values()) if (!cell.isKept) this.#askModule(cell)
    return [...this.#cells.values()]
      .filter((cell) => cell.isKept && cell.row.notebook === notebook && cell.isUndelivered)
      .map(({ row }) => row.id)
  }

  /** What an execution gave is saved, or not wanted. @returns false if it is not known here */
  confirm(id: string): boolean {
    const cell = this.#cells.get(id)
    if (cell?.isKept !== true) return false
    if (cell.row.ended && cell.revision > cell.row.confirmed) {
      cell.row.confirmed = cell.revision
      this.#parts.save(cell.row)
      this.#keepers.stop(id)
      this.#parts.files.drop(id)
    }
    return true
  }

  /** The notebook is called otherwise. */
  rename(notebook: string): void {
    this.#notebook = notebook
    for (const { row } of this.#cells.values()) row.notebook = notebook
  }

  close(): void {
    this.#closed = true
    this.#keepers.clear()
    this.#parts.connection.close()
  }

  #outputs(cell: FollowedCell): readonly NotebookOutput[] {
    const outputs = this.#fold.execution(cell.row.id)?.outputs ?? []
    return cell.failure === null ? outputs : [...outputs, cell.failure]
  }

  /** To which cell an execution belongs. */
  #name(id: string, to: { cell: string; notebook: string; page: string | null }): void {
    const cell = this.#cells.get(id) ?? this.#newCell(id)
    cell.page ??= to.page
    if (cell.isKept) return
    cell.row.cell = to.cell
    cell.row.notebook = to.notebook
    cell.isKept = true
    this.#parts.add([cell.row])
    if (cell.row.ended) this.#parts.save(cell.row)
    if (cell.row.ended) this.#keepLater(cell)
    this.#parts.changed(cell, true)
  }

  #newCell(id: string): FollowedCell {
    const rest = { cell: '', askedMs: this.#parts.nowMs(), ended: false, applied: 0, confirmed: 0 }
    const cell = new FollowedCell({ id, kernelId: this.id, notebook: this.#notebook, ...rest }, false)
    this.#cells.set(id, cell)
    return cell
  }

  #take(entry: JournalEntry): void {
    const { message, direction, seq } = entry
    if (direction === 'mark') return this.#heed(entry)
    const id = parentId(message)
    const isExecution = message.parent_header.msg_type === 'execute_request'
    const begins = isExecution && message.content['execution_state'] === 'busy'
    if (begins) this.#begin(id)
    const cell = this.#cells.get(id)
    if (isExecution && (cell === undefined || !(cell.sent || begins))) return
    const touched = this.#fold.take(message)
    const urgent = cell !== undefined && isExecution && cell.take(entry)
    const others = touched.flatMap((other) => this.#cells.get(other) ?? [])
    for (const one of new Set(cell !== undefined && urgent ? [cell, ...others] : others)) {
      one.revision = seq
      this.#tell(one, urgent && one === cell)
      if (one.row.ended) this.#keepLater(one)
    }
    if (urgent && cell.row.ended) this.#ended(cell)
  }

  #begin(id: string): void {
    const cell = this.#cells.get(id) ?? this.#newCell(id)
    // A kernel takes its requests in their order: what was asked before this one and never began, we have not heard.
    for (const one of this.#cells.values()) {
      if (one === cell) break
      if (!one.sent && !one.row.ended) this.#endCell(one, null)
    }
  }

  #ended(cell: FollowedCell): void {
    const { row } = cell
    if (cell.isKept) return this.#parts.save(row)
    this.#askModule(cell)
    const strays = [...this.#cells.values()].filter((one) => !one.isKept && one.row.ended)
    for (const one of strays.slice(0, -rememberedStrays)) this.#forget(one)
  }

  /** Where no page has said it, the kernel module may have. */
  #askModule({ row }: FollowedCell): void {
    const cell = this.#parts.cellOf(row.id)
    if (cell !== null) this.#name(row.id, { cell, notebook: row.notebook, page: null })
  }

  #heed({ message, atMs, seq }: JournalEntry): void {
    this.#fold.take(message)
    for (const { id, failure } of fatesIn(message)) {
      const cell = this.#cells.get(id)
      if (cell === undefined || cell.endedAtMs !== null) continue
      cell.revision = seq
      this.#endCell(cell, false, { atMs, failure })
    }
    const type = message.header.msg_type
    if (type !== 'daybook_dead' && type !== 'daybook_restarted') return
    // The process that the others waited for is gone.
    for (const cell of this.#cells.values())
      if (!cell.sent && !cell.row.ended && cell.row.askedMs < atMs) this.#endCell(cell, null)
  }

  #endCell(
    cell: FollowedCell,
    success: boolean | null,
    { atMs = this.#parts.nowMs(), failure = null as NotebookOutput | null } = {},
  ): void {
    cell.end(atMs, success, failure)
    // What never began has nothing to deliver.
    if (success === null) cell.row.confirmed = cell.revision
    if (cell.isKept) this.#parts.save(cell.row)
    this.#tell(cell, true)
  }

  #tell(cell: FollowedCell, urgent: boolean): void {
    if (this.#caughtUp && cell.isKept) this.#parts.changed(cell, urgent)
  }

  #dropMissed(): void {
    const cells = [...this.#cells.values()]
    if (cells.some((cell) => cell.sent && !cell.row.ended)) return
    const oldest = this.#parts.nowMs() - missedAfterMs
    for (const cell of cells)
      if (!cell.sent && !cell.row.ended && cell.row.askedMs < oldest) this.#endCell(cell, null)
  }

  #keepLater(cell: FollowedCell): void {
    const { id } = cell.row
    if (!cell.isKept || this.#closed) return
    this.#keepers.start(id, () => {
      if (cell.isUndelivered) this.#parts.files.keep({ execution: cell.told, outputs: this.#outputs(cell) })
      this.#prune()
    })
  }

  #end(): void {
    if (this.#closed) return
    for (const cell of this.#cells.values()) {
      const failure = ourWord('the kernel was stopped')
      if (!cell.row.ended) this.#endCell(cell, cell.sent ? false : null, { failure })
      if (cell.isKept && cell.isUndelivered)
        this.#parts.files.keep({ execution: cell.told, outputs: this.#outputs(cell) })
    }
    this.close()
    this.#parts.ended()
  }

  /** Holds memory within bounds: what is saved can be let go. */
  #prune(): void {
    const held = (cell: FollowedCell): Held => ({
      outputs: this.#outputs(cell),
      isSaved: !cell.isUndelivered,
    })
    for (const cell of toLetGo([...this.#cells.values()], held)) this.#forget(cell)
  }

  #forget(cell: FollowedCell): void {
    this.#fold.forget(cell.row.id)
    this.#cells.delete(cell.row.id)
  }
}
