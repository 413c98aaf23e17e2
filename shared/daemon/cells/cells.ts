import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import type { CellNews, NotebookKernel } from '../../api/cell_methods.ts'
import type { ParsedOf } from '../../api/contract.ts'
import type { Clock } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { StatePaths } from '../../base/project.ts'
import type { KernelInfo } from '../../kernel/kernel.ts'
import { renameNotebookOfRuns } from '../../runs/notebook_name.ts'
import type { Store } from '../../store/store.ts'
import type { Kernels } from '../kernels.ts'
import type { TopicBoard } from '../topics.ts'
import { openCellFiles, type CellFiles } from './cell_files.ts'
import { CellFollower, type Listener } from './cell_follower.ts'
import {
  addCellRows,
  applyRow,
  confirmRows,
  kernelsWithOpenCells,
  rememberKernel,
  rememberedKernel,
  renameNotebook,
  unconfirmedRows,
  type CellRow,
} from './cell_rows.ts'
import type { CommListener } from './comm_follower.ts'
import { CommFollowers } from './comm_followers.ts'
import type { LiveKernel } from './live_kernel.ts'
import { LiveKernels } from './live_kernels.ts'

/** What the cells of editors need. */
export interface CellParts {
  store: Store
  clock: Clock
  paths: StatePaths
  kernels: Kernels
  topics: TopicBoard
}

/** The notebooks that editors show: which kernel each has, what its cells do, and who follows that. */
export class Cells {
  readonly #parts: CellParts
  readonly #files: CellFiles
  readonly #live: LiveKernels
  readonly #followers = new Map<string, Set<CellFollower>>()
  readonly #comms = new CommFollowers()

  constructor(parts: CellParts) {
    this.#parts = parts
    this.#files = openCellFiles(parts.paths.dir)
    this.#live = new LiveKernels({
      ...parts,
      files: this.#files,
      changed: ({ row }, urgent) => {
        for (const follower of this.#followers.get(row.notebook) ?? []) follower.changed(row.id, urgent)
      },
      audienceOf: (kernel) => this.#comms.audienceOf(kernel),
      kernelChanged: ({ id }, state, reason) => {
        parts.topics.bump('kernels.changed')
        if (state === 'stopped') this.#comms.stopped(id)
        this.#tellAll({ kind: 'kernel', kernelId: id, state, reason })
      },
    })
  }

  /** How a notebook is called: by its path in the project, or by what the editor calls one without a file. */
  nameOf(notebook: string): string {
    if (!isAbsolute(notebook)) return notebook
    return relative(this.#parts.paths.root, notebook).split(sep).join('/')
  }

  /** Goes on with the queues that a daemon before this one had. */
  async resume(): Promise<void> {
    for (const id of kernelsWithOpenCells(this.#parts.store)) await this.#live.get(id)
  }

  /** Which kernel a notebook has. */
  async kernelOf(notebook: string): Promise<NotebookKernel> {
    const remembered = rememberedKernel(this.#parts.store, notebook)
    const all = remembered?.kernelId == null ? [] : await this.#parts.kernels.list()
    const kernel = all.find(({ id }) => id === remembered?.kernelId) ?? null
    return { name: remembered?.name ?? null, kernel }
  }

  /** @throws Problem as `Kernels.start` does, `kernel_not_found` for an id that does not run */
  async start(wanted: ParsedOf<'cells.start'>): Promise<KernelInfo> {
    const { kernels, store, topics } = this.#parts
    const notebook = this.nameOf(wanted.notebook)
    const present = await this.kernelOf(notebook)
    const name = wanted.name ?? present.name
    const running = present.kernel?.state === 'dead' ? null : present.kernel
    const known =
      wanted.kernelId !== null
        ? await kernels.get(wanted.kernelId)
        : running !== null && (name === null || running.name === name)
          ? running
          : null
    const kernel = known ?? (await this.#startNew(notebook, name, wanted.kernelspec))
    rememberKernel(store, notebook, kernel)
    if (known === null) topics.bump('kernels.changed')
    this.#comms.moved(notebook, await this.#live.get(kernel.id))
    return kernel
  }

  /** @throws Problem `kernel_not_found` if the notebook has no kernel */
  async execute({ notebook: given, cells }: ParsedOf<'cells.execute'>): Promise<{ executions: string[] }> {
    const notebook = this.nameOf(given)
    const live = await this.live(notebook)
    const askedMs = this.#parts.clock.nowMs()
    const rows = cells.map(({ cell, code }): CellRow => {
      const id = globalThis.crypto.randomUUID()
      this.#files.putCode(id, code)
      return { id, kernelId: live.kernel.id, notebook, cell, askedMs, ended: false, applied: 0, confirmed: 0 }
    })
    addCellRows(this.#parts.store, rows)
    live.add(rows)
    return { executions: rows.map(({ id }) => id) }
  }

  /**
   * The notebook's kernel.
   * @throws Problem `kernel_not_found` if it has none
   */
  async live(notebook: string): Promise<LiveKernel> {
    const live = await this.liveOrNull(notebook)
    if (live !== null) return live
    throw new Problem('kernel_not_found', `No kernel runs for "${notebook}"`, {
      hint: 'Choose a kernel for it first.',
    })
  }

  /** The notebook's kernel; null if it has none. */
  async liveOrNull(notebook: string): Promise<LiveKernel | null> {
    const id = rememberedKernel(this.#parts.store, notebook)?.kernelId ?? null
    return id === null ? null : this.#live.get(id)
  }

  /** An editor shows these outputs. */
  async applied(notebook: string, executions: readonly { id: string; revision: number }[]): Promise<void> {
    const live = await this.liveOrNull(notebook)
    for (const { id, revision } of executions) {
      if (live?.look(id) == null) applyRow(this.#parts.store, id, revision)
      else live.applied(id, revision)
    }
  }

  /** They are saved, or not wanted; null: all of the notebook. */
  async confirm(notebook: string, ids: readonly string[] | null): Promise<void> {
    const live = await this.liveOrNull(notebook)
    live?.confirm(notebook, ids)
    const gone = confirmRows(this.#parts.store, notebook, ids)
    for (const id of gone) this.#files.drop(id)
  }

  /** The notebook is called otherwise from now on. */
  async rename(from: string, to: string): Promise<void> {
    const live = await this.liveOrNull(from)
    const { store, topics } = this.#parts
    renameNotebook(store, from, to)
    if (renameNotebookOfRuns(store, from, to) > 0) topics.bump('runs.changed')
    live?.rename(from, to)
    this.#comms.renamed(from, to)
  }

  /** Tells everything that is not delivered yet, then all that comes. @returns a function that stops */
  async follow(notebook: string, listener: Listener): Promise<() => void> {
    const follower = new CellFollower(listener, (id) => this.#live.look(id))
    const live = await this.liveOrNull(notebook)
    // From here on without a pause: nothing may come between what is told now and what changes from now on.
    const left = unconfirmedRows(this.#parts.store, notebook).map(({ id }) => id)
    for (const id of new Set([...left, ...(live?.undelivered(notebook) ?? [])])) {
      const cell = this.#live.look(id) ?? this.#files.kept(id)
      if (cell !== null) follower.tellWhole(cell)
    }
    follower.tell({ kind: 'ready' })
    const followers = this.#followers.get(notebook) ?? new Set()
    this.#followers.set(notebook, followers.add(follower))
    return () => {
      follower.close()
      followers.delete(follower)
    }
  }

  /** Tells the widgets of the notebook's kernel, then how they change. @returns a function that stops */
  async followComms(notebook: string, listener: CommListener): Promise<() => void> {
    return this.#comms.follow(notebook, await this.liveOrNull(notebook), listener)
  }

  close(): void {
    this.#live.close()
    this.#comms.close()
    for (const followers of this.#followers.values()) for (const one of followers) one.close()
  }

  async #startNew(
    notebook: string,
    name: string | null,
    kernelspec: ParsedOf<'cells.start'>['kernelspec'],
  ): Promise<KernelInfo> {
    const { kernels, paths } = this.#parts
    // "untitled:Untitled-1.ipynb" has no folder.
    const file = /^[a-z][a-z-]+:/i.test(notebook) ? null : join(paths.root, notebook)
    const cwd = file === null ? paths.root : dirname(file)
    const { kernel } = await kernels.start({ name, notebook: file, kernelspec, parentRunId: null, cwd })
    return kernel
  }

  #tellAll(news: CellNews): void {
    for (const followers of this.#followers.values()) for (const one of followers) one.tell(news)
  }
}
