import { mkdirSync, rmSync } from 'node:fs'
import { basename, dirname, extname, join, relative } from 'node:path'
import type { CellProgress, NotebookRun } from '../api/notebook_methods.ts'
import type { ParsedOf } from '../api/contract.ts'
import type { Clock } from '../base/clock.ts'
import { ulid } from '../base/id.ts'
import type { Log } from '../base/log.ts'
import { Problem, toWireProblem } from '../base/problem.ts'
import type { StatePaths } from '../base/project.ts'
import type { KernelId } from '../kernel/kernel.ts'
import {
  notebookLanguage,
  parseNotebook,
  type NotebookCell,
  type NotebookDocument,
} from '../notebook/document.ts'
import { editNotebook, type NotebookEdit } from '../notebook/edit.ts'
import { readNotebook, saveNotebook } from '../notebook/file.ts'
import { injectParameters, readParameters } from '../notebook/parameters.ts'
import { ensureExperiment } from '../runs/experiment.ts'
import { logBatch } from '../runs/logging.ts'
import { createRun, getRun, updateRun } from '../runs/run.ts'
import type { Run } from '../runs/run_data.ts'
import { writeRunArtifact } from '../runs/run_artifact.ts'
import { rollUp } from '../runs/roll_up.ts'
import type { Store } from '../store/store.ts'
import type { Capture } from './capture.ts'
import { toldOfExecution } from './execution.ts'
import type { Kernels } from './kernels.ts'
import { redact } from './redact.ts'
import { executeCells, type CellEnd } from './notebook_cells.ts'
import type { TopicBoard } from './topics.ts'

/** What executing notebooks needs. */
export interface NotebookRunnerParts {
  store: Store
  clock: Clock
  paths: StatePaths
  kernels: Kernels
  capture: Capture
  topics: TopicBoard
  log: Log
  /** Told when a notebook run is over. */
  ended?(run: NotebookRun): void
  /** Takes in what processes that are gone could not deliver. */
  takeSpools(): void
}

/** A notebook run that is part of something larger, such as a study. */
export interface NotebookRunWithin {
  name: string
  /** With the run it is nested in. */
  tags: Record<string, string>
}

/** Name of the executed notebook among the artifacts of its run. */
const artifactName = 'notebook.ipynb'

/** Stands for a notebook whose working copy is gone. */
const noDocument = parseNotebook('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')

/** A notebook run under way in this process. */
interface Active {
  progress: NotebookRun
  document: NotebookDocument
  run: Run
  /** msg_id of the cell that runs; null between cells. */
  running: string | null
  cancelled: boolean
}

/**
 * Executes whole notebooks, each on a kernel of its own, as one run with the cells' runs nested in it.
 *
 * Invariants. (1) After every cell the executed notebook is on disk, as working copy and, where asked for, as output;
 * at the end as an artifact of the run.
 * (2) What is on disk and in the store is enough to go on: another daemon picks the running cell up from the
 * journal, whatever happened to this one. (3) Every notebook run ends as finished, failed or cancelled, and its
 * kernel with it.
 */
export class NotebookRunner {
  readonly #parts: NotebookRunnerParts
  #active = new Map<string, Active>()
  #closed = false

  constructor(parts: NotebookRunnerParts) {
    this.#parts = parts
  }

  /** Number of notebook runs under way. */
  get running(): number {
    return this.#active.size
  }

  /**
   * Begins to execute a notebook; returns before the kernel runs.
   * @throws Problem for a notebook that cannot be read or parameters that do not fit
   */
  async start(wanted: ParsedOf<'notebooks.run'>, within?: NotebookRunWithin): Promise<NotebookRun> {
    const { store, clock, paths } = this.#parts
    const file = await readNotebook(wanted.path)
    const given = injectParameters(file.document, wanted.parameters)
    const path = relative(paths.root, wanted.path)
    const nowMs = clock.nowMs()
    const experimentId = ensureExperiment(store, path, nowMs)
    const run = createRun(store, {
      experimentId,
      name: within?.name ?? `${basename(path, extname(path))} ${countRuns(store, experimentId) + 1}`,
      startMs: nowMs,
      tags: {
        'daybook.kind': 'notebook',
        'daybook.notebook': path,
        'mlflow.source.name': path,
        'mlflow.source.type': 'NOTEBOOK',
        ...within?.tags,
      },
    })
    const defaults: Record<string, string> = {}
    for (const { name, text } of readParameters(file.document)) defaults[name] = text
    logBatch(store, run.id, { params: { ...defaults, ...given.values } })
    const progress: NotebookRun = {
      id: ulid(nowMs),
      path: wanted.path,
      output: wanted.output,
      parameters: wanted.parameters,
      kernelId: null,
      kernelName: null,
      runId: run.id,
      state: 'starting',
      cells: codeCells(given.document),
      createdAtMs: nowMs,
      endedAtMs: null,
      failure: null,
      warnings: [...given.warnings],
    }
    const active: Active = { progress, document: given.document, run, running: null, cancelled: false }
    this.#active.set(progress.id, active)
    this.#keep(active)
    await this.#save(active)
    this.#parts.topics.bump('runs.changed')
    void this.#execute(active, wanted.kernel)
    return structuredClone(progress)
  }

  /** @throws Problem `not_found` */
  get(id: string): NotebookRun {
    const row = this.#parts.store.get('SELECT progress FROM notebook_run WHERE id = ?', id)
    if (row === undefined) throw new Problem('not_found', `There is no notebook run ${id}`)
    return JSON.parse(row['progress'] as string) as NotebookRun
  }

  /** The newest first. */
  list(limit: number): NotebookRun[] {
    const rows = this.#parts.store.all('SELECT progress FROM notebook_run ORDER BY id DESC LIMIT ?', limit)
    return rows.map((row) => JSON.parse(row['progress'] as string) as NotebookRun)
  }

  /** The first time it interrupts the running cell, the second time it stops the kernel. */
  async cancel(id: string): Promise<NotebookRun> {
    const active = this.#active.get(id)
    const kernelId = active?.progress.kernelId as KernelId | null | undefined
    if (active === undefined) return this.get(id)
    const again = active.cancelled
    active.cancelled = true
    if (kernelId != null && again) await this.#parts.kernels.stop(kernelId)
    else if (kernelId != null) await (await this.#parts.kernels.supervisor()).interrupt(kernelId)
    return this.get(id)
  }

  /** Goes on with what a daemon before this one had begun. */
  async resume(): Promise<void> {
    const rows = this.#parts.store.all("SELECT * FROM notebook_run WHERE state = 'running'")
    for (const row of rows) {
      const progress = JSON.parse(row['progress'] as string) as NotebookRun
      const run = getRun(this.#parts.store, row['run_id'] as string)
      try {
        const file = await readNotebook(this.#workingCopy(progress), progress.path)
        const running = row['running'] as string | null
        const active: Active = { progress, document: file.document, run, running, cancelled: false }
        this.#active.set(progress.id, active)
        this.#parts.log(`goes on with ${progress.path} (${progress.id})`)
        void this.#execute(active, progress.kernelName)
      } catch (error) {
        const active: Active = { progress, document: noDocument, run, running: null, cancelled: false }
        this.#fail(active, error)
        this.#end(active)
      }
    }
  }

  /** Lets go of everything; what runs is picked up by the next daemon. */
  close(): void {
    this.#closed = true
  }

  async #execute(active: Active, kernelName: string | null): Promise<void> {
    const { progress } = active
    try {
      // The daemon before this one may have ended between the last cell and the kernel's end.
      if (isThrough(progress)) return await this.#finish(active)
      if (progress.kernelId === null) await this.#startKernel(active, kernelName)
      const kernelId = progress.kernelId as KernelId | null
      if (kernelId === null) throw new Problem('kernel_start_failed', 'The kernel did not start')
      await executeCells({
        supervisor: await this.#parts.kernels.supervisor(),
        kernelId,
        clock: this.#parts.clock,
        active,
        stop: () => this.#closed || active.cancelled,
        begun: () => this.#keep(active),
        ended: (end) => this.#cellEnded(active, end),
        succeeded: (execution) => this.#succeeded(active, execution),
      })
      if (this.#closed) return
    } catch (error) {
      if (this.#closed) return
      this.#fail(active, error)
    }
    await this.#finish(active)
  }

  async #startKernel(active: Active, name: string | null): Promise<void> {
    const { progress, document } = active
    const spec = document.metadata['kernelspec'] as { name?: unknown } | undefined
    const { kernel, capability, why } = await this.#parts.kernels.start({
      name,
      notebook: progress.path,
      kernelspec: {
        name: typeof spec?.name === 'string' ? spec.name : null,
        language: notebookLanguage(document),
      },
      parentRunId: active.run.id,
      cwd: dirname(progress.path),
    })
    this.#parts.log(`${progress.path} runs on ${kernel.name}: ${why}`)
    progress.kernelId = kernel.id
    progress.kernelName = kernel.name
    progress.state = 'running'
    this.#keep(active)
    this.#parts.capture.runCreated(active.run.id, capability, null)
    this.#parts.topics.bump('kernels.changed')
  }

  async #cellEnded(active: Active, end: CellEnd): Promise<void> {
    active.document = end.document
    active.running = null
    await this.#save(active)
    if (end.failure !== null) {
      active.progress.state = active.cancelled ? 'cancelled' : 'failed'
      active.progress.failure = end.failure
    }
    this.#keep(active)
  }

  /** What the module says of a cell that ended unheard. Away from the daemon it tries again twice a minute. */
  async #succeeded(active: Active, execution: string): Promise<boolean | null> {
    const until = this.#parts.clock.nowMs() + heardOfWithinMs
    for (;;) {
      this.#parts.takeSpools()
      const told = toldOfExecution(this.#parts.store, execution)
      if (told === 'ok' || told === 'failed') return told === 'ok'
      // The next daemon asks again.
      if (this.#closed) throw new Problem('cancelled', 'The daemon ends')
      if (told === 'nothing' || active.cancelled || this.#parts.clock.nowMs() > until) return null
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  #fail(active: Active, error: unknown): void {
    const problem = toWireProblem(error)
    if (!(error instanceof Problem)) this.#parts.log(`notebook run: ${String((error as Error).stack)}`)
    active.progress.state = active.cancelled ? 'cancelled' : 'failed'
    for (const cell of active.progress.cells) if (cell.state === 'running') cell.state = 'failed'
    const cell = active.progress.cells.find(({ state }) => state === 'failed')?.index ?? null
    const message = problem.hint === undefined ? problem.message : `${problem.message}. ${problem.hint}`
    active.progress.failure = { cell, name: problem.code, message, traceback: [] }
  }

  async #finish(active: Active): Promise<void> {
    const { kernels, log } = this.#parts
    try {
      // The module's last events come while the kernel ends: first the kernel, then the sums.
      if (active.progress.kernelId !== null) await kernels.stop(active.progress.kernelId as KernelId)
    } catch (error) {
      const gone = error instanceof Problem && error.code === 'kernel_not_found'
      if (!gone) log(`cannot stop the kernel of ${active.progress.path}: ${String(error)}`)
    }
    this.#parts.takeSpools()
    this.#end(active)
  }

  #end(active: Active): void {
    const { store, clock, capture, topics } = this.#parts
    const { progress, run } = active
    if (progress.state === 'running') progress.state = active.cancelled ? 'cancelled' : 'finished'
    progress.endedAtMs = clock.nowMs()
    rollUp(store, run.id)
    if (progress.failure !== null) {
      const { name, message } = progress.failure
      logBatch(store, run.id, { tags: { 'daybook.error': redact(`${name}: ${message}`.slice(0, 4000)) } })
    }
    const status = { finished: 'FINISHED', failed: 'FAILED', cancelled: 'KILLED' }[
      progress.state as 'finished'
    ]
    updateRun(store, run.id, { status: status as 'FINISHED', endMs: progress.endedAtMs })
    capture.runsTouched([run.id])
    this.#keepExecuted(active)
    this.#active.delete(progress.id)
    this.#keep(active)
    topics.bump('runs.changed')
    topics.bump('kernels.changed')
    this.#parts.ended?.(progress)
  }

  /** The executed notebook becomes an artifact, secrets in its code taken out; the working copy goes. */
  #keepExecuted({ document, progress, run }: Active): void {
    if (document === noDocument) return
    const { store, paths, log } = this.#parts
    try {
      const edits = document.cells.flatMap(({ index, source }): NotebookEdit[] => {
        const clean = redact(source)
        return clean === source ? [] : [{ kind: 'source', cell: index, source: clean }]
      })
      const text = editNotebook(document, edits).text
      writeRunArtifact({ store, artifactsDir: paths.artifacts, run }, artifactName, text)
      rmSync(this.#workingCopy(progress), { force: true })
    } catch (error) {
      log(`cannot keep the executed ${progress.path}: ${(error as Error).message}`)
    }
  }

  #workingCopy({ id }: NotebookRun): string {
    const folder = join(this.#parts.paths.dir, 'running')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return join(folder, `${id}.ipynb`)
  }

  /** Puts progress into the store and tells whoever listens. */
  #keep({ progress, running, run }: Active): void {
    this.#parts.store.run(
      `INSERT INTO notebook_run (id, state, run_id, running, progress) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, running = excluded.running, progress = excluded.progress`,
      progress.id,
      progress.endedAtMs === null ? 'running' : progress.state,
      run.id,
      running,
      JSON.stringify(progress),
    )
    this.#parts.topics.bump('notebooks.changed')
  }

  async #save({ document, progress }: Active): Promise<void> {
    await saveNotebook(this.#workingCopy(progress), document)
    if (progress.output !== null) await saveNotebook(progress.output, document)
  }
}

/** The module's longest pause between two tries, and a little more. */
const heardOfWithinMs = 35_000

/** Whether no cell of it is to be executed any more. */
function isThrough({ cells }: NotebookRun): boolean {
  return cells.some(({ state }) => state === 'failed') || cells.every(({ state }) => state === 'done')
}

function codeCells(document: NotebookDocument): CellProgress[] {
  return document.cells
    .filter((cell) => cell.type === 'code' && cell.source.trim() !== '')
    .map((cell) => ({
      index: cell.index,
      title: redact(title(document, cell)),
      state: 'waiting',
      startedAtMs: null,
      wallMs: null,
    }))
}

/** What a cell is about: the heading right above it, else its first comment, else its first line of code. */
function title({ cells }: NotebookDocument, { index, source }: NotebookCell): string {
  const above = cells[index - 1]
  const heading = above?.type === 'markdown' ? /^#+ +(.+)$/m.exec(above.source)?.[1] : undefined
  const first = source.split('\n').find((line) => line.trim() !== '') ?? ''
  return (heading ?? first.trim().replace(/^#+ */, '')).slice(0, 60)
}

function countRuns(store: Store, experimentId: string): number {
  const row = store.get(
    'SELECT count(*) AS n FROM run WHERE experiment_id = ? AND parent_id IS NULL',
    Number(experimentId),
  )
  return Number(row?.['n'] ?? 0)
}
