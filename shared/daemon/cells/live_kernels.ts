import type { Clock } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { KernelInfo } from '../../kernel/kernel.ts'
import type { Store } from '../../store/store.ts'
import type { Kernels } from '../kernels.ts'
import type { CellFiles, KeptCell } from './cell_files.ts'
import { cellRowsOfKernel, dropConfirmedRows, saveCellRow } from './cell_rows.ts'
import type { CommAudience } from './live_comms.ts'
import { LiveKernel } from './live_kernel.ts'
import type { TrackedCell } from './tracked_cell.ts'

/** What opening kernels for editors needs. */
export interface LiveKernelsParts {
  store: Store
  clock: Clock
  kernels: Kernels
  files: CellFiles
  changed(cell: TrackedCell, urgent: boolean): void
  /** Who follows the widgets of a kernel. */
  audienceOf(kernel: KernelInfo['id']): CommAudience
  kernelChanged(kernel: KernelInfo, state: 'dead' | 'restarted' | 'stopped', reason: string | null): void
}

/** The kernels that editors use, each opened once. */
export class LiveKernels {
  readonly #parts: LiveKernelsParts
  readonly #opening = new Map<string, Promise<LiveKernel | null>>()
  readonly #open = new Map<string, LiveKernel>()

  constructor(parts: LiveKernelsParts) {
    this.#parts = parts
  }

  /** The kernel of this id, its journal read; null if none runs. */
  async get(id: string): Promise<LiveKernel | null> {
    const opening = this.#opening.get(id) ?? this.#openKernel(id)
    this.#opening.set(id, opening)
    const live = await opening.catch((error: unknown) => {
      this.#opening.delete(id)
      throw error
    })
    if (live === null || live.closed) {
      this.#opening.delete(id)
      return null
    }
    await live.ready
    return live
  }

  /** An execution of one of the open kernels. */
  look(id: string): KeptCell | null {
    for (const live of this.#open.values()) {
      const cell = live.look(id)
      if (cell !== null) return cell
    }
    return null
  }

  close(): void {
    for (const live of this.#open.values()) live.close()
  }

  async #openKernel(id: string): Promise<LiveKernel | null> {
    const { store, clock, kernels, files } = this.#parts
    try {
      const kernel = await kernels.get(id)
      const connection = await (await kernels.supervisor()).attach(kernel.id, 0)
      const live = new LiveKernel({
        kernel,
        connection,
        rows: cellRowsOfKernel(store, id),
        files,
        nowMs: () => clock.nowMs(),
        save: (row) => saveCellRow(store, row),
        changed: this.#parts.changed,
        comms: this.#parts.audienceOf(kernel.id),
        restarted: (state, reason) => {
          if (state === 'stopped') this.#forget(id)
          this.#parts.kernelChanged(kernel, state, reason)
        },
      })
      this.#open.set(id, live)
      return live
    } catch (error) {
      if (error instanceof Problem && error.code === 'kernel_not_found') return null
      throw error
    }
  }

  #forget(id: string): void {
    this.#open.delete(id)
    this.#opening.delete(id)
    dropConfirmedRows(this.#parts.store, id)
  }
}
