import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import type { ParsedOf } from '../../api/contract.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { Problem } from '../../base/problem.ts'
import type { StatePaths } from '../../base/project.ts'
import { exists } from '../../kernel/disk.ts'
import type { KernelId, KernelInfo } from '../../kernel/kernel.ts'
import { renameNotebookOfRuns } from '../../runs/notebook_name.ts'
import type { Store } from '../../store/store.ts'
import { nameNotebook } from '../capability.ts'
import { openCellFiles, type CellFiles, type KeptCell } from '../cells/cell_files.ts'
import { CellFollower, type Listener } from '../cells/cell_follower.ts'
import {
  addCellRows,
  cellRowsOfKernel,
  dropConfirmedRows,
  followedPrefix,
  renameRowsOfKernel,
  saveCellRow,
  unconfirmedRows,
} from '../cells/cell_rows.ts'
import { cellOfExecution } from '../execution.ts'
import type { Kernels } from '../kernels.ts'
import type { TopicBoard } from '../topics.ts'
import type { FollowedCell } from './followed_cell.ts'
import { FollowedKernel } from './followed_kernel.ts'

/** What following kernels needs. */
export interface FollowedParts {
  store: Store
  clock: Clock
  paths: StatePaths
  kernels: Kernels
  topics: TopicBoard
  log: Log
}

/** A page that listens. */
interface Reader {
  page: string
  follower: CellFollower
}

/** The kernels of Jupyter servers that run for notebooks of this project, and the pages that show those. */
export class FollowedKernels {
  readonly #parts: FollowedParts
  readonly #files: CellFiles
  readonly #open = new Map<string, Promise<FollowedKernel | null>>()
  readonly #known = new Map<string, FollowedKernel>()
  readonly #readers = new Map<string, Set<Reader>>()

  constructor(parts: FollowedParts) {
    this.#parts = parts
    this.#files = openCellFiles(parts.paths.dir)
  }

  /** Goes on with what a daemon before this one has followed. */
  async resume(): Promise<void> {
    for (const kernel of await this.#parts.kernels.followed()) await this.#get(kernel)
  }

  /** A server says that a kernel runs, or what changed of it. @throws Problem as `Supervisor.follow` does */
  async attach({ id, notebook: given, ...rest }: ParsedOf<'followed.attach'>): Promise<KernelInfo> {
    const { kernels, paths, store } = this.#parts
    const notebook = this.nameOf(given)
    const cwd = dirname(join(paths.root, notebook))
    const kernelId = (followedPrefix + id) as KernelId
    const before = (await kernels.followed()).find((one) => one.id === kernelId)?.notebook ?? notebook
    const kernel = await (await kernels.supervisor()).follow({ ...rest, id: kernelId, notebook, cwd })
    const followed = await this.#get(kernel)
    await this.#moveRuns(before, notebook)
    renameRowsOfKernel(store, kernelId, notebook)
    followed?.rename(notebook)
    nameNotebook(store, kernel.process, notebook)
    return kernel
  }

  /** A server says that it has stopped a kernel. What no page has shown yet is kept. */
  async detach(id: string): Promise<void> {
    const supervisor = await this.#parts.kernels.supervisor()
    await supervisor.stop((followedPrefix + id) as KernelId).catch((error: unknown) => {
      if (!(error instanceof Problem && error.code === 'kernel_not_found')) throw error
    })
  }

  /** A page says for which cells it sent executions. @throws Problem `kernel_not_found` if it is not followed yet */
  async sent({ kernel, notebook, page, executions }: ParsedOf<'followed.sent'>): Promise<void> {
    const followed = await this.#byId(followedPrefix + kernel)
    if (followed === null) throw new Problem('kernel_not_found', `Kernel ${kernel} is not followed`)
    followed.sent(executions, this.nameOf(notebook), page)
  }

  /** What these gave is saved in the notebook, or not wanted. */
  confirm({ notebook, executions }: ParsedOf<'followed.confirm'>): void {
    const { store } = this.#parts
    const left = new Map(unconfirmedRows(store, this.nameOf(notebook), true).map((row) => [row.id, row]))
    for (const id of executions) {
      if ([...this.#known.values()].some((kernel) => kernel.confirm(id))) continue
      const row = left.get(id)
      if (row === undefined) continue
      saveCellRow(store, { ...row, confirmed: 1 })
      this.#files.drop(id)
    }
  }

  /** The notebook has another name from now on. */
  async rename(from: string, to: string): Promise<void> {
    const { store, kernels } = this.#parts
    for (const { id, notebook, process } of await kernels.followed()) {
      if (notebook !== this.nameOf(from)) continue
      renameRowsOfKernel(store, id, this.nameOf(to))
      this.#known.get(id)?.rename(this.nameOf(to))
      nameNotebook(store, process, this.nameOf(to))
    }
    await this.#moveRuns(this.nameOf(from), this.nameOf(to))
  }

  /** Its runs go with a notebook that was renamed; where it was saved under another name too, they stay. */
  async #moveRuns(from: string, to: string): Promise<void> {
    const { store, paths, topics } = this.#parts
    if (from === to || (await exists(join(paths.root, from)))) return
    if (renameNotebookOfRuns(store, from, to) > 0) topics.bump('runs.changed')
  }

  /**
   * Tells a page everything that no notebook on disk has yet, then all that comes, without what it asked for itself.
   * @param of the page's name, a blank, the notebook
   * @returns a function that stops
   */
  async follow(of: string, listener: Listener): Promise<() => void> {
    const [page = '', ...words] = of.split(' ')
    const notebook = this.nameOf(words.join(' '))
    // The notebook's kernel is being started: whoever follows it should stand by when its first cell runs.
    void this.#parts.kernels.supervisor().catch(() => undefined)
    for (const kernel of await this.#parts.kernels.followed()) await this.#get(kernel)
    const follower = new CellFollower(listener, (id) => this.#look(id))
    // From here on without a pause: nothing may come between what is told now and what changes from now on.
    const left = unconfirmedRows(this.#parts.store, notebook, true).map(({ id }) => id)
    const live = [...this.#known.values()].flatMap((kernel) => kernel.undelivered(notebook))
    for (const id of new Set([...left, ...live])) {
      const cell = this.#look(id) ?? this.#files.kept(id)
      if (cell !== null && this.#pageOf(id) !== page) follower.tellWhole(cell)
    }
    follower.tell({ kind: 'ready' })
    const readers = this.#readers.get(notebook) ?? new Set<Reader>()
    const reader = { page, follower }
    this.#readers.set(notebook, readers.add(reader))
    return () => {
      follower.close()
      readers.delete(reader)
    }
  }

  /** How a notebook is called: by its path in the project. */
  nameOf(notebook: string): string {
    return isAbsolute(notebook) ? relative(this.#parts.paths.root, notebook).split(sep).join('/') : notebook
  }

  close(): void {
    for (const kernel of this.#known.values()) kernel.close()
    for (const readers of this.#readers.values()) for (const { follower } of readers) follower.close()
  }

  #look(id: string): KeptCell | null {
    for (const kernel of this.#known.values()) {
      const cell = kernel.look(id)
      if (cell !== null) return cell
    }
    return null
  }

  #pageOf(id: string): string | null {
    for (const kernel of this.#known.values()) {
      const page = kernel.pageOf(id)
      if (page !== null) return page
    }
    return null
  }

  async #byId(id: string): Promise<FollowedKernel | null> {
    const opening = this.#open.get(id)
    if (opening !== undefined) return opening
    const kernel = (await this.#parts.kernels.followed()).find((one) => one.id === id)
    return kernel === undefined ? null : this.#get(kernel)
  }

  /** Each is opened once, its journal read. */
  #get(kernel: KernelInfo): Promise<FollowedKernel | null> {
    const opening = this.#open.get(kernel.id) ?? this.#openKernel(kernel)
    this.#open.set(kernel.id, opening)
    opening.catch(() => this.#open.delete(kernel.id))
    return opening
  }

  async #openKernel(kernel: KernelInfo): Promise<FollowedKernel | null> {
    const { store, clock, kernels, log } = this.#parts
    const { id } = kernel
    try {
      const connection = await (await kernels.supervisor()).attach(id, 0)
      const followed = new FollowedKernel({
        kernel,
        connection,
        rows: cellRowsOfKernel(store, id),
        files: this.#files,
        nowMs: () => clock.nowMs(),
        cellOf: (execution) => cellOfExecution(store, execution),
        add: (rows) => addCellRows(store, rows),
        save: (row) => saveCellRow(store, row),
        changed: (cell, urgent) => this.#tell(cell, urgent),
        ended: () => this.#forget(id),
      })
      this.#known.set(id, followed)
      await followed.ready
      return followed
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'kernel_not_found')) throw error
      log(`kernel ${id} went before it could be followed`)
      this.#open.delete(id)
      return null
    }
  }

  #tell(cell: FollowedCell, urgent: boolean): void {
    for (const { page, follower } of this.#readers.get(cell.row.notebook) ?? [])
      if (cell.page === null || cell.page !== page) follower.changed(cell.row.id, urgent)
  }

  #forget(id: string): void {
    this.#open.delete(id)
    this.#known.delete(id)
    dropConfirmedRows(this.#parts.store, id)
  }
}
