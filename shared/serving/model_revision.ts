import type { Log } from '../base/log.ts'
import { Problem } from '../base/problem.ts'
import { readModelPackage, type ModelPackage } from '../models/model_package.ts'
import { BatchSizer } from './batch_size.ts'
import { canJoin, joinInputs, type ModelInput } from './frame.ts'
import { hasRows, sliceOutput, type ModelOutput } from './model_output.ts'
import { readBody } from './mlflow_body.ts'
import { onnxInstead } from './onnx_instead.ts'
import type { OnnxRuntime } from './onnx_runtime.ts'
import { processMemoryBytes } from './process_memory.ts'
import { RestartPause } from './restart_pause.ts'
import type { RevisionSpec, ServingSettings } from './revision_spec.ts'
import type { WorkerDoor } from './worker_door.ts'
import type { ServingWorker } from './serving_worker.ts'
import { ModelError, ModelWorker, WorkerDiedError, type LoadedModel } from './worker_process.ts'

/** What a revision needs to run. */
export interface RevisionParts {
  door: WorkerDoor
  /** The worker's program. */
  program: string
  logFile: string
  log: Log
  settings: ServingSettings
  /** A shadow gives way. */
  nice: boolean
  /** What runs ONNX models in this process; null if there is nothing. */
  onnx: OnnxRuntime | null
  /** Told when one of its processes died by itself. */
  onCrash: (why: string) => void
}

/** An answer with how many rows were asked together. */
export interface RevisionAnswer {
  output: ModelOutput
  batchRows: number
}

interface Waiting {
  input: ModelInput
  /** Not together with others: it may have taken a process down. */
  solo: boolean
  chances: boolean
  resolve: (answer: RevisionAnswer) => void
  reject: (error: unknown) => void
}

/** At most so many requests wait, however quick the model is. */
const maxQueue = 10_000

/**
 * A model that is loaded, in one or more processes, with the requests that wait for it.
 *
 * 1. A process that died is started anew, with pauses; what it was asked is told as WorkerDiedError.
 * 2. Requests that come while a process works are asked together, as many rows as the latency goal allows.
 * 3. What would wait too long is refused at once.
 */
export class ModelRevision {
  readonly spec: RevisionSpec
  readonly model: ModelPackage
  readonly loaded: LoadedModel
  /** Whether it answers in this process instead of one of its own. */
  readonly inside: boolean
  readonly #parts: RevisionParts
  readonly #sizer: BatchSizer
  #workers: ServingWorker[] = []
  #idle: ServingWorker[] = []
  #queue: Waiting[] = []
  #queuedRows = 0
  #busyRows = 0
  #restarts = 0
  /** A shadow that dies again and again must not take the machine from the others with its starts. */
  readonly #pause = new RestartPause({ firstMs: 1_000, mostMs: 300_000, calmMs: 60_000 })
  #together = true
  #soon: NodeJS.Immediate | null = null
  #stopped = false
  #watch: NodeJS.Timeout | null = null

  private constructor(
    model: ModelPackage,
    made: { spec: RevisionSpec; loaded: LoadedModel; parts: RevisionParts; inside: boolean },
  ) {
    this.spec = made.spec
    this.model = model
    this.loaded = made.loaded
    this.inside = made.inside
    this.#parts = made.parts
    const { latencyGoalMs } = made.parts.settings
    // While it counts in this process, nobody else is heard.
    const goalMs = made.inside ? Math.min(latencyGoalMs, 5) : latencyGoalMs
    this.#sizer = new BatchSizer({ goalMs, maxRows: 4_096 })
  }

  /**
   * Starts its processes and loads the model.
   * @throws Problem with what is missing
   */
  static async start(spec: RevisionSpec, parts: RevisionParts): Promise<ModelRevision> {
    const model = readModelPackage(spec.folder)
    const started = await Promise.allSettled(
      Array.from({ length: parts.settings.workers }, () =>
        ModelWorker.start(parts.door, options(spec, model, parts)),
      ),
    )
    const good = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const bad = started.find((one) => one.status === 'rejected')
    const [first] = good
    if (first === undefined || bad !== undefined) {
      for (const { worker } of good) worker.kill('not needed')
      throw bad?.reason
    }
    // A shadow shares nothing with those that answer.
    const inside = parts.nice
      ? null
      : await onnxInstead(model, first.worker, { example: exampleOf(model), runtime: parts.onnx })
    const revision = new ModelRevision(model, {
      ...{ spec, parts },
      loaded: first.loaded,
      inside: inside !== null,
    })
    for (const { worker } of good)
      if (inside === null) revision.#adopt(worker)
      else worker.kill('is not needed: the model answers in this process')
    if (inside !== null) revision.#adopt(inside)
    revision.#watch = setInterval(() => revision.#checkMemory(), 2_000)
    return revision
  }

  /** Processes that live, and what waits for them. */
  get state(): { pids: number[]; queuedRows: number; restarts: number; memoryBytes: number } {
    const pids = this.#workers.map(({ pid }) => pid).filter((pid) => pid !== 0)
    const memoryBytes = pids.reduce((sum, pid) => sum + processMemoryBytes(pid), 0)
    return { pids, queuedRows: this.#queuedRows, restarts: this.#restarts, memoryBytes }
  }

  /**
   * Asks the model its own example, as often as makes it warm, and finds out whether it answers row by row.
   * @returns the answer to the example; null if the package brings none
   * @throws ModelError, WorkerDiedError: it cannot answer even that
   */
  async warmUp(): Promise<ModelOutput | null> {
    const example = this.example()
    if (example === null) return null
    const once = await Promise.all(this.#workers.map(() => this.ask(example, { solo: true, chances: true })))
    const twice = joinInputs([example, example])
    const { output } = await this.ask(twice, { solo: true, chances: true })
    this.#together = hasRows(output, twice.rows)
    return once[0]?.output ?? null
  }

  /** The rows that the package brings along; null if it brings none that its signature takes. */
  example(): ModelInput | null {
    return exampleOf(this.model)
  }

  /** Whether it gives way to all others. */
  get nice(): boolean {
    return this.#parts.nice
  }

  /** Whether a process of it lives. */
  get answers(): boolean {
    return this.#workers.length > 0
  }

  /** Whether something waits or is being answered. */
  get busy(): boolean {
    return this.#queuedRows + this.#busyRows > 0
  }

  /**
   * Asks the model.
   * @throws Problem `busy` with `details.retryAfterS` if it would wait too long; ModelError, WorkerDiedError
   */
  ask(input: ModelInput, { solo = false, chances = false } = {}): Promise<RevisionAnswer> {
    const answer = this.#enqueue(input, solo, chances)
    // Not at once: what comes in the same turn goes together, although a process is idle.
    if (this.#idle.length > 0) this.#soon ??= setImmediate(() => this.#pump())
    return answer
  }

  /** Asks the model several at once, with the chances: together, as far as they go together. Fails as `ask` does. */
  askAll(inputs: readonly ModelInput[]): Promise<RevisionAnswer>[] {
    const answers = inputs.map((input) => this.#enqueue(input, false, true))
    this.#pump()
    return answers
  }

  /** Lets what it was asked be answered, then ends its processes. */
  async stop(): Promise<void> {
    const untilMs = Date.now() + 30_000
    while (this.busy && this.#workers.length > 0 && Date.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, 20))
    this.kill('it was taken down')
  }

  /** Ends its processes at once. */
  kill(why: string): void {
    this.#stopped = true
    if (this.#watch !== null) clearInterval(this.#watch)
    for (const worker of this.#workers) worker.kill(why)
    for (const waiting of this.#queue.splice(0)) waiting.reject(new WorkerDiedError(why))
    this.#queuedRows = 0
  }

  #enqueue(input: ModelInput, solo: boolean, chances: boolean): Promise<RevisionAnswer> {
    const waitMs = this.#sizer.waitMs(this.#queuedRows + this.#busyRows, this.#workers.length)
    if (this.#stopped) return Promise.reject(new WorkerDiedError('was taken down'))
    if (this.#queue.length >= maxQueue || waitMs > this.#parts.settings.maxWaitMs) {
      const retryAfterS = Math.max(1, Math.ceil(waitMs / 1000))
      return Promise.reject(
        new Problem('busy', 'Too many requests wait for this model', {
          hint: `Try again in ${retryAfterS} s, or give the deployment more workers.`,
          details: { retryAfterS },
        }),
      )
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ input, solo, chances, resolve, reject })
      this.#queuedRows += input.rows
    })
  }

  #adopt(worker: ServingWorker): void {
    // It may have been taken down while this one was loading.
    if (this.#stopped) return worker.kill('is not needed any more')
    const cameMs = performance.now()
    this.#workers.push(worker)
    this.#idle.push(worker)
    worker.onDeath((why) => {
      this.#workers = this.#workers.filter((one) => one !== worker)
      this.#idle = this.#idle.filter((one) => one !== worker)
      if (this.#stopped) return
      this.#parts.log(`revision ${this.spec.revision}: process ${worker.pid} ${why}`)
      this.#restarts++
      void this.#replace(this.nice ? this.#pause.nextMs(performance.now() - cameMs) : 0)
      this.#parts.onCrash(why)
    })
    this.#pump()
  }

  async #replace(firstPauseMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, firstPauseMs))
    for (let pauseMs = 100; !this.#stopped; pauseMs = Math.min(pauseMs * 2, 10_000)) {
      try {
        const { worker } = await ModelWorker.start(
          this.#parts.door,
          options(this.spec, this.model, this.#parts, true),
        )
        this.#adopt(worker)
        return
      } catch (error) {
        this.#parts.log(`revision ${this.spec.revision}: ${(error as Error).message}`)
        // Nobody is left to answer what waits.
        if (this.#workers.length === 0)
          for (const waiting of this.#queue.splice(0)) {
            this.#queuedRows -= waiting.input.rows
            waiting.reject(new WorkerDiedError('cannot be started again'))
          }
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }

  #pump(): void {
    if (this.#soon !== null) clearImmediate(this.#soon)
    this.#soon = null
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop()
      if (worker === undefined) return
      const batch = this.#nextBatch()
      void this.#run(worker, batch)
    }
  }

  #nextBatch(): Waiting[] {
    const first = this.#queue.shift()
    if (first === undefined) return []
    const batch = [first]
    let { rows } = first.input
    if (this.#together && !first.solo) {
      const limit = this.#sizer.limit
      for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
        if (next.solo || rows + next.input.rows > limit || !canJoin(first.input, next.input)) break
        batch.push(next)
        rows += next.input.rows
        this.#queue.shift()
      }
    }
    this.#queuedRows -= rows
    return batch
  }

  async #run(worker: ServingWorker, batch: readonly Waiting[]): Promise<void> {
    const rows = batch.reduce((sum, { input }) => sum + input.rows, 0)
    this.#busyRows += rows
    const began = performance.now()
    try {
      const input = joinInputs(batch.map((waiting) => waiting.input))
      const output = await worker.predict(input, { chances: batch.some(({ chances }) => chances) })
      this.#sizer.add({ rows, ms: performance.now() - began })
      if (batch.length > 1 && !hasRows(output, rows)) await this.#oneByOne(worker, batch)
      else share(batch, output, rows)
    } catch (error) {
      // One bad row must not make the others fail.
      if (error instanceof ModelError && batch.length > 1) await this.#oneByOne(worker, batch)
      else for (const waiting of batch) waiting.reject(error)
    } finally {
      this.#busyRows -= rows
      if (worker.dead === null && !this.#stopped) this.#idle.push(worker)
      this.#pump()
    }
  }

  async #oneByOne(worker: ServingWorker, batch: readonly Waiting[]): Promise<void> {
    for (const { input, chances, resolve, reject } of batch) {
      await worker
        .predict(input, { chances })
        .then((output) => resolve({ output, batchRows: input.rows }), reject)
    }
  }

  #checkMemory(): void {
    for (const worker of this.#workers) {
      const bytes = processMemoryBytes(worker.pid)
      const { memoryBytes } = this.#parts.settings
      if (bytes > memoryBytes)
        worker.kill(`took ${Math.round(bytes / 1e6)} MB of ${Math.round(memoryBytes / 1e6)} and was ended`)
    }
  }
}

function exampleOf({ example, signature }: ModelPackage): ModelInput | null {
  try {
    return example === null ? null : readBody(example, signature.inputs)
  } catch {
    return null
  }
}

function share(batch: readonly Waiting[], output: ModelOutput, rows: number): void {
  if (batch.length === 1) return batch[0]?.resolve({ output, batchRows: rows })
  let at = 0
  for (const { input, resolve } of batch) {
    resolve({ output: sliceOutput(output, at, at + input.rows), batchRows: rows })
    at += input.rows
  }
}

function options(
  spec: RevisionSpec,
  model: ModelPackage,
  { program, logFile, nice }: RevisionParts,
  again = false,
): Parameters<typeof ModelWorker.start>[1] {
  const rank = nice ? (again ? 'last' : 'later') : 'first'
  // One that gives way to all others may need long where the machine is busy.
  const loadTimeoutMs = rank === 'last' ? 1_800_000 : 120_000
  return { python: spec.python, program, logFile, model, rank, loadTimeoutMs }
}
