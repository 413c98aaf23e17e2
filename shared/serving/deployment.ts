import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { Problem } from '../base/problem.ts'
import { deploymentFiles, type DeploymentFiles } from './deployment_files.ts'
import { writeDeploymentRecord } from './deployment_record.ts'
import type { DeploymentAnswer, DeploymentRequest, Placing, Progress } from './deployment_request.ts'
import type { GatewayMetrics } from './gateway_metrics.ts'
import { toPredictions, type ModelOutput } from './model_output.ts'
import { ModelRevision } from './model_revision.ts'
import type { Slot } from './prediction.ts'
import type { OnnxRuntime } from './onnx_runtime.ts'
import { PredictionLog } from './prediction_log.ts'
import { recordsOf, type Asked } from './prediction_record.ts'
import type { DeploymentEvent, DeploymentRecord, RevisionSpec } from './revision_spec.ts'
import { shareOf } from './route_share.ts'
import { ShadowCopies } from './shadow_copies.ts'
import type { WorkerDoor } from './worker_door.ts'
import { ModelError, WorkerDiedError } from './worker_process.ts'

/** What a deployment needs. */
export interface DeploymentParts {
  stateDir: string
  door: WorkerDoor
  program: string
  clock: Clock
  log: Log
  metrics: GatewayMetrics
  /** What runs ONNX models in this process, looked for each time; null if there is nothing. */
  findOnnx: () => OnnxRuntime | null
}

/** So long after its promotion a revision whose process dies is taken back at once. */
const watchMs = 60_000

/**
 * One name that answers.
 *
 * 1. A request is answered by exactly one revision, the one that its slot holds when the request is taken up.
 * 2. A revision gets a slot only after it has loaded and answered its example.
 * 3. The shadow is asked after the champion's answer has gone out; nothing of what it does comes back.
 * 4. A new champion that dies gives its place back to the former one, and what it was asked is asked there.
 */
export class Deployment {
  readonly record: DeploymentRecord
  readonly #parts: DeploymentParts
  readonly #predictions: PredictionLog
  readonly #loaded = new Map<number, ModelRevision>()
  readonly #copies: ShadowCopies
  /** By the machine's running time: the clock may be set meanwhile. */
  #promotedAtMs = -Infinity
  #unloading: NodeJS.Timeout | null = null
  #version = 0

  constructor(record: DeploymentRecord, parts: DeploymentParts) {
    this.record = record
    this.#parts = parts
    this.#predictions = new PredictionLog({
      folder: this.files.predictions,
      clock: parts.clock,
      onTrouble: (says) => this.#tell('trouble', null, says),
    })
    this.#copies = new ShadowCopies({
      deployment: record.name,
      metrics: parts.metrics,
      record: (rows) => this.#predictions.add(rows),
    })
  }

  /** Where its things lie. */
  get files(): DeploymentFiles {
    return deploymentFiles(this.#parts.stateDir, this.record.name)
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version
  }

  /** The revision in the champion's place. @throws Problem `busy` while there is none */
  get champion(): ModelRevision {
    const { champion, name, stopped } = this.record
    const revision = champion === null ? undefined : this.#loaded.get(champion)
    if (revision !== undefined) return revision
    throw new Problem('busy', `"${name}" ${stopped ? 'is stopped' : 'has no model that is ready'}`, {
      hint: stopped
        ? `"daybook up ${name}" starts it.`
        : 'It may still be loading; "daybook deployments" tells.',
      details: { retryAfterS: 1 },
    })
  }

  /** A loaded revision by its number. */
  loaded(revision: number): ModelRevision | undefined {
    return this.#loaded.get(revision)
  }

  /** What the log and the shadow are at. */
  get state(): { log: PredictionLog['state']; shadowDropped: number; loaded: number[] } {
    return {
      log: this.#predictions.state,
      shadowDropped: this.#copies.dropped,
      loaded: [...this.#loaded.keys()],
    }
  }

  /** Answers. @throws Problem `busy`, `not_found`, `internal`; ModelError */
  async predict(request: DeploymentRequest): Promise<DeploymentAnswer> {
    const { slot, revision } = this.#route(request)
    try {
      return await this.#ask(revision, slot, request, false)
    } catch (error) {
      if (!(error instanceof WorkerDiedError)) throw error
      // Whoever is champion now; alone, as this very request may be what it died of.
      const second = request.revision === null ? this.champion : revision
      try {
        return await this.#ask(second, second === revision ? slot : 'champion', request, true)
      } catch (again) {
        if (!(again instanceof WorkerDiedError)) throw again
        throw new Problem('internal', `The model's process died twice on this request: ${again.message}`)
      }
    }
  }

  /** After the answer has gone out: the log, and the shadow. Never fails, never waits. */
  after(request: DeploymentRequest, answer: DeploymentAnswer, latencyMs: number): void {
    const { name } = this.record
    const asked: Asked = { ...request, revision: answer.revision.spec, slot: answer.slot, latencyMs }
    this.#parts.metrics.answered(
      { deployment: name, revision: asked.revision.revision, slot: asked.slot },
      latencyMs,
    )
    const { logShare } = this.record.settings
    const logged = logShare >= 1 || shareOf(`log ${request.requestId}`) < logShare
    if (logged) this.#predictions.add(recordsOf(asked, answer.output))
    if (answer.slot !== 'shadow') this.#askShadow(request, logged)
  }

  /** A request that failed in the model's own words. */
  failed(request: DeploymentRequest, error: unknown, latencyMs: number): void {
    const slot = this.#route(request)
    const { spec } = slot.revision
    this.#parts.metrics.failed({ deployment: this.record.name, revision: spec.revision, slot: slot.slot })
    if (!(error instanceof ModelError)) return
    this.#predictions.add(
      recordsOf({ ...request, revision: spec, slot: slot.slot, latencyMs }, error.message),
    )
    this.#askShadow(request, true)
  }

  /**
   * Loads a new revision beside what runs, warms it, and puts it where it is wanted.
   * @throws Problem if it does not come up; all stays as it was then
   */
  async deploy(
    spec: Omit<RevisionSpec, 'revision'>,
    place: Placing,
    progress: Progress,
  ): Promise<{ revision: number; example: unknown }> {
    const revision = Math.max(0, ...this.record.revisions.map((one) => one.revision)) + 1
    const complete = { ...spec, revision }
    const example = await this.#load(complete, place.slot === 'shadow', progress)
    this.record.revisions.push(complete)
    this.record.stopped = false
    this.#place(revision, place)
    this.#tell('deployed', revision, `Revision ${revision} (${spec.modelUri}) is ${place.slot}`)
    return { revision, example: example === null ? null : toPredictions(example) }
  }

  /**
   * Makes a revision the champion; the one before stays loaded for a while.
   * @throws Problem `not_found` for a number that is none, or what its start says
   */
  async promote(revision: number, why: string, kind: 'promoted' | 'rolled_back' = 'promoted'): Promise<void> {
    const spec = this.spec(revision)
    if (this.record.champion === revision) return
    const loaded = this.#loaded.get(revision)
    // One that has only listened so far gave way to all others: as champion it must not.
    if (loaded === undefined || loaded.nice) {
      await this.#load(spec, false, () => undefined)
      void loaded?.stop()
    }
    this.#place(revision, { slot: 'champion' })
    this.#tell(kind, revision, why)
  }

  /** Back to the champion before. @throws Problem `not_found` if there is none */
  async rollback(why: string): Promise<number> {
    const former = this.record.former.at(-1)
    if (former === undefined)
      throw new Problem('not_found', `"${this.record.name}" has no former revision to go back to`)
    const kept = this.record.former.slice(0, -1)
    await this.promote(former, why, 'rolled_back')
    // Going back is no step forward: the one that was left is not the next to go back to.
    this.record.former = kept
    this.#save()
    return former
  }

  /** Gives a loaded revision another place, or takes canary or shadow out of theirs. */
  async place(revision: number | null, place: Placing): Promise<void> {
    if (revision === null) {
      if (place.slot === 'canary') this.record.canary = null
      if (place.slot === 'shadow') this.record.shadow = null
      this.#save()
      this.#scheduleUnload()
      return
    }
    if (place.slot === 'champion') return this.promote(revision, 'by hand')
    const spec = this.spec(revision)
    if (!this.#loaded.has(revision)) await this.#load(spec, place.slot === 'shadow', () => undefined)
    this.#place(revision, place)
    this.#tell(place.slot, revision, `Revision ${revision} is ${place.slot}`)
  }

  /** A revision's facts. @throws Problem `not_found` */
  spec(revision: number): RevisionSpec {
    const spec = this.record.revisions.find((one) => one.revision === revision)
    if (spec !== undefined) return spec
    const known = this.record.revisions.map((one) => one.revision).join(', ')
    throw new Problem('not_found', `"${this.record.name}" has no revision ${revision}`, {
      hint: `It has ${known}.`,
    })
  }

  /** Loads what the record says: after a start of the gateway, or when it was stopped. */
  async start(): Promise<void> {
    const { champion, canary, shadow } = this.record
    const wanted = [champion, canary?.revision, shadow?.revision].filter((one) => typeof one === 'number')
    for (const revision of new Set(wanted))
      if (!this.#loaded.has(revision))
        await this.#load(this.spec(revision), revision === shadow?.revision, () => undefined)
    this.record.stopped = false
    this.#tell('started', champion, 'Started')
  }

  /** Takes it down; its record stays. @param said whether a person wants it so */
  async stop({ said }: { said: boolean }): Promise<void> {
    if (this.#unloading !== null) clearTimeout(this.#unloading)
    if (said) {
      this.record.stopped = true
      this.#tell('stopped', null, 'Stopped')
    }
    this.#copies.clear()
    const all = [...this.#loaded.values()]
    this.#loaded.clear()
    await Promise.all(all.map((revision) => revision.stop()))
    await this.#predictions.close()
  }

  #route({ revision, routeKey }: DeploymentRequest): { revision: ModelRevision; slot: Slot } {
    const { canary } = this.record
    if (revision !== null && revision !== this.record.champion) {
      const loaded = this.#loaded.get(this.spec(revision).revision)
      if (loaded === undefined) {
        throw new Problem('not_found', `Revision ${revision} of "${this.record.name}" is not loaded`)
      }
      return { revision: loaded, slot: canary?.revision === revision ? 'canary' : 'champion' }
    }
    const other = canary === null ? undefined : this.#loaded.get(canary.revision)
    if (revision === null && canary !== null && other !== undefined && shareOf(routeKey) < canary.weight)
      return { revision: other, slot: 'canary' }
    return { revision: this.champion, slot: 'champion' }
  }

  async #ask(
    revision: ModelRevision,
    slot: Slot,
    request: DeploymentRequest,
    solo: boolean,
  ): Promise<DeploymentAnswer> {
    const { output, batchRows } = await revision.ask(request.input, { solo, chances: true })
    this.#parts.metrics.batch(this.record.name, batchRows)
    return { output, revision, slot }
  }

  #askShadow(request: DeploymentRequest, logged: boolean): void {
    const { shadow } = this.record
    const revision = shadow === null ? undefined : this.#loaded.get(shadow.revision)
    if (shadow === null || revision === undefined || shareOf(request.requestId) >= shadow.sample) return
    this.#copies.add(revision, request, logged)
  }

  async #load(spec: RevisionSpec, nice: boolean, progress: Progress): Promise<ModelOutput | null> {
    const { door, program, log } = this.#parts
    progress('load', `loading ${spec.modelUri}`)
    this.#predictions.reopen()
    const revision = await ModelRevision.start(spec, {
      ...{ door, program, log, nice, onnx: this.#parts.findOnnx() },
      logFile: `${this.files.folder}/worker.log`,
      settings: this.record.settings,
      onCrash: (why) => this.#crashed(spec.revision, why),
    })
    try {
      progress(
        'warm-up',
        `loaded in ${Math.round(revision.loaded.loadMs)} ms${revision.inside ? ', answers inside the gateway by onnxruntime-node' : ''}, asking the example`,
      )
      const example = await revision.warmUp()
      this.#loaded.set(spec.revision, revision)
      progress(
        'ready',
        example === null ? 'ready; the model brings no example' : 'ready, the example is answered',
      )
      return example
    } catch (error) {
      revision.kill('did not answer its example')
      const says = error instanceof Error ? error.message : String(error)
      throw new Problem('bad_request', `The model does not answer its own example: ${says}`, { cause: error })
    }
  }

  #place(revision: number, place: Placing): void {
    const { record } = this
    if (record.canary?.revision === revision) record.canary = null
    if (record.shadow?.revision === revision) record.shadow = null
    if (place.slot === 'canary') record.canary = { revision, weight: place.share ?? 0.1 }
    if (place.slot === 'shadow') record.shadow = { revision, sample: place.share ?? 1 }
    if (place.slot === 'champion') {
      if (record.champion !== null) record.former = [...record.former, record.champion].slice(-10)
      record.champion = revision
      this.#promotedAtMs = performance.now()
    }
    this.#scheduleUnload()
  }

  #crashed(revision: number, why: string): void {
    this.#parts.metrics.crashed(this.record.name)
    const { champion, former } = this.record
    const before = former.at(-1)
    const fresh = performance.now() - this.#promotedAtMs < watchMs
    if (revision === champion && fresh && before !== undefined && this.#loaded.has(before)) {
      // At once, in this very turn: what the dead process was asked goes to the former champion.
      this.record.former = former.slice(0, -1)
      this.record.champion = before
      const loaded = this.#loaded.get(revision)
      this.#loaded.delete(revision)
      loaded?.kill('it was taken back')
      this.#tell(
        'rolled_back',
        before,
        `Revision ${revision} ${why} right after its promotion: back to ${before}`,
      )
    } else {
      this.#tell('crashed', revision, `A process of revision ${revision} ${why}; another one is started`)
    }
  }

  /** What stands in no place is unloaded: the last champion after a while, all others now. */
  #scheduleUnload(): void {
    const { champion, canary, shadow, former, settings } = this.record
    this.#copies.clear()
    const wanted = new Set([champion, canary?.revision, shadow?.revision])
    const last = former.at(-1)
    for (const [number, revision] of this.#loaded) {
      if (wanted.has(number) || number === last) continue
      this.#loaded.delete(number)
      void revision.stop()
    }
    if (this.#unloading !== null) clearTimeout(this.#unloading)
    this.#unloading = setTimeout(() => {
      const revision = last === undefined ? undefined : this.#loaded.get(last)
      if (last === undefined || revision === undefined || wanted.has(last)) return
      this.#loaded.delete(last)
      void revision.stop()
    }, settings.keepLoadedMs)
    this.#unloading.unref()
  }

  #tell(kind: DeploymentEvent['kind'], revision: number | null, says: string): void {
    const event: DeploymentEvent = { atMs: this.#parts.clock.nowMs(), kind, revision, says }
    this.record.events = [...this.record.events, event].slice(-100)
    this.#parts.log(`${this.record.name}: ${says}`)
    this.#save()
  }

  #save(): void {
    this.#version++
    try {
      writeDeploymentRecord(this.#parts.stateDir, this.record)
    } catch (error) {
      // What is served goes on; a start would bring the state before.
      this.#parts.log(`${this.record.name}: cannot keep its state: ${(error as Error).message}`)
    }
  }
}
