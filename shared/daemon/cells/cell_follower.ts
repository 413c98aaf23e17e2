import type { CellNews } from '../../api/cell_methods.ts'
import type { NotebookOutput } from '../../notebook/output.ts'
import { outputChange } from '../../api/output_change.ts'
import type { KeptCell } from './cell_files.ts'

/** Who follows the cells of a notebook. */
export interface Listener {
  onNews(news: CellNews): void
  /** Whether more can be taken now. */
  isReady(): boolean
}

/** Outputs of a cell that runs are told at most so often: the eye sees no more. */
const pauseMs = 30

/**
 * Tells one listener how cells change. It remembers what it told and tells the difference to what holds now, when
 * the listener is ready for it: so a flood of outputs costs a slow listener, or a fast one, no more than it can show,
 * and nothing is told twice or in the wrong order.
 */
export class CellFollower {
  readonly #listener: Listener
  /** What holds now of an execution; null once it was let go. */
  readonly #look: (id: string) => KeptCell | null
  readonly #told = new Map<string, readonly NotebookOutput[]>()
  readonly #dirty = new Set<string>()
  #timer: NodeJS.Timeout | null = null
  #isHurrying = false
  #restMs = pauseMs
  #closed = false

  constructor(listener: Listener, look: (id: string) => KeptCell | null) {
    this.#listener = listener
    this.#look = look
  }

  /** Tells all of an execution, whatever was told before. */
  tellWhole(cell: KeptCell): void {
    this.#told.set(cell.execution.id, cell.outputs)
    this.#listener.onNews({ kind: 'whole', ...cell })
  }

  /** Tells something that is no execution's. */
  tell(news: CellNews): void {
    this.#flush()
    this.#listener.onNews(news)
  }

  /** An execution changed. `urgent`: not only what it prints. */
  changed(id: string, urgent: boolean): void {
    if (this.#closed) return
    this.#dirty.add(id)
    if (urgent && !this.#isHurrying) {
      this.#isHurrying = true
      // What came in one piece is told in one piece.
      setImmediate(() => this.#flush())
    } else if (!urgent) this.#timer ??= setTimeout(() => this.#flush(), this.#restMs)
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #flush(): void {
    this.#isHurrying = false
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#closed || this.#dirty.size === 0) return
    if (!this.#listener.isReady()) {
      this.#timer = setTimeout(() => this.#flush(), pauseMs)
      return
    }
    const began = performance.now()
    for (const id of this.#dirty) this.#tellChange(id)
    this.#dirty.clear()
    // Large outputs take long to compare: then less often.
    this.#restMs = Math.min(1000, Math.max(pauseMs, 5 * (performance.now() - began)))
  }

  #tellChange(id: string): void {
    const cell = this.#look(id)
    const told = this.#told.get(id)
    if (cell === null) return void this.#told.delete(id)
    if (told === undefined) return this.tellWhole(cell)
    this.#told.set(id, cell.outputs)
    const change = outputChange(told, cell.outputs) ?? { length: cell.outputs.length, set: [], append: [] }
    this.#listener.onNews({ kind: 'change', execution: cell.execution, ...change })
  }
}
