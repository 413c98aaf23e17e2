import type { HostAnswer, HostMessage, TrialOrder } from '../../compute/host_message.ts'
import { join } from 'node:path'
import { Problem } from '../../base/problem.ts'
import { readSharedShown } from '../../compute/trial_host.ts'
import { slotsOf, type WorkerHello, type WorkerJoined } from '../../compute/worker_message.ts'
import { packWorker } from '../remote/worker_bundle.ts'
import type { RunningWorker, WorkerHost } from '../remote/worker_host.ts'
import { HostDesk } from './host_desk.ts'
import { hostPlan } from './host_plan.ts'
import type { StudyParts } from './study_parts.ts'
import { phaseOf, sharedFailure, type HostedStudy, type TrialLine, type TrialPlace } from './trial_line.ts'

/** A worker that says nothing for so long is lost: its host asks every 20 seconds at the latest. */
const silentMs = Number(process.env['DAYBOOK_SILENT_S'] ?? 60) * 1000

/** So long the first worker may take to join, before the study is given up. */
const joinMs = Number(process.env['DAYBOOK_JOIN_S'] ?? 300) * 1000

/** So long a study waits with no worker at all, once it had some. */
const goneMs = 30 * 60_000

/** How soon a lost worker is replaced, the first time and at most. */
const againMs = { first: 2000, most: 60_000 }

/** One worker, from before it is started until the study is over: a lost one is started again in its place. */
interface Worker {
  readonly host: WorkerHost
  readonly desk: HostDesk
  capability: { id: string; path: string } | null
  running: RunningWorker | null
  /** Null until it has joined. */
  slots: number | null
  machine: string
  heardMs: number
  starting: boolean
  failures: number
  againAtMs: number
}

/**
 * The way to workers on other machines.
 *
 * 1. No trial is begun before a worker has said that it reaches the daemon.
 * 2. A worker that is lost gives its trials back; another one is started in its place as long as the study runs.
 * 3. The next daemon finds workers that live, by what `progress.workers` says.
 */
export class RemoteLine implements TrialLine {
  readonly #parts: StudyParts
  readonly #study: HostedStudy
  #hosts: readonly WorkerHost[] = []
  #workers: Worker[] = []
  #placed: Worker | null = null
  #sinceMs = 0
  /** How many at a time, as the places of its workers said last. */
  #parallel = 0
  #joined = false
  #lastFailure: string | null = null
  /** Whether all workers of an earlier daemon have been looked for. */
  #opened = false
  #reconciled = false
  #zip: Buffer | null = null
  #closed = false

  constructor(parts: StudyParts, study: HostedStudy) {
    this.#parts = parts
    this.#study = study
  }

  /** Asks each place what it is, finds workers of an earlier daemon, and starts the others. */
  async open(): Promise<void> {
    const { record } = this.#study
    this.#sinceMs = this.#parts.clock.nowMs()
    this.#parallel = record.progress.parallel
    const kept = [...(record.progress.workers ?? [])]
    const hosts = this.#parts.openHosts(record.settings, record.progress)
    this.#hosts = hosts
    for (const host of hosts) {
      for (let count = 0; count < host.workers && !this.#closed; count++) {
        const worker: Worker = {
          ...{ host, desk: new HostDesk(this.#study), capability: null, running: null, slots: null },
          ...{ machine: host.name, heardMs: 0, starting: false, failures: 0, againAtMs: 0 },
        }
        this.#workers.push(worker)
        const at = kept.findIndex((one) => one.host === host.name)
        const found = at < 0 ? undefined : kept.splice(at, 1)[0]
        if (found === undefined) void this.#start(worker)
        else await this.#adopt(worker, found)
      }
    }
    this.#opened = true
    if (!this.#closed) this.#reconcile()
  }

  hears(capability: string): boolean {
    return this.#of(capability) !== undefined
  }

  /** A worker has come up and reached the daemon. */
  greet(hello: WorkerHello, capability: string): WorkerJoined {
    const study = this.#study
    const { progress, settings } = study.record
    const worker = this.#of(capability)
    if (worker === undefined) throw new Problem('conflict', 'This worker is not expected any more')
    const again = worker.slots !== null
    const { oneEach } = worker.host
    const slots = oneEach ? 1 : slotsOf(hello, { cores: progress.cores, gpu: settings.gpu })
    Object.assign(worker, { slots, machine: hello.host, heardMs: this.#parts.clock.nowMs(), failures: 0 })
    if (again) this.#giveBack(worker)
    worker.desk.heard = true
    this.#joined = true
    if (settings.parallel === null && !study.search.deterministic) {
      const places = this.#workers.reduce((sum, one) => sum + (one.slots ?? 0), 0)
      // Unless a person has changed it meanwhile.
      if (progress.parallel === this.#parallel) progress.parallel = places
      this.#parallel = places
    }
    this.#keep()
    setImmediate(() => study.pump())
    // Ray shows a job the GPUs that it asked for, and no others.
    const gpu = oneEach ? 0 : settings.gpu
    return { daemon: this.#parts.url(), slots, gpu, plan: hostPlan(study, '') }
  }

  poll(message: HostMessage, capability: string): Promise<HostAnswer> {
    const study = this.#study
    const worker = this.#of(capability)
    if (worker === undefined) return Promise.resolve({ run: [], stop: {}, seen: [], over: true })
    worker.heardMs = this.#parts.clock.nowMs()
    if (study.record.progress.mode === null) study.prepared(phaseOf(message))
    worker.desk.hear(message, ({ attempt, ran_ms: ranMs }) => study.attemptBegan(attempt, null, ranMs))
    this.#reconcile()
    const failure = sharedFailure(message)
    const refused = message.broken?.refused
    if (refused !== undefined)
      study.fail(`The notebook needs a kernel, which workers elsewhere do without: ${refused}`)
    else if (failure !== null) study.fail(`On ${worker.machine}: ${failure}`)
    return worker.desk.answer(message)
  }

  /** The worker that has joined and has the largest part of its places free. */
  place(): TrialPlace | null {
    let best: Worker | null = null
    let most = 0
    for (const worker of this.#workers) {
      const free = 1 - worker.desk.attempts.size / (worker.slots ?? 1)
      const isReady = worker.slots !== null && worker.running !== null && worker.desk.heard
      if (isReady && free > most) [best, most] = [worker, free]
    }
    this.#placed = best
    if (best === null) return null
    const device = best.host.oneEach ? `${best.machine} · ${best.host.name}` : best.host.name
    return { lease: null, device, env: {}, host: best.capability?.id ?? null }
  }

  order(order: TrialOrder): void {
    this.#placed?.desk.order(order)
  }

  hasOrder(attempt: string): boolean {
    return this.#workers.some(({ desk }) => desk.hasOrder(attempt))
  }

  wake(): void {
    for (const { desk } of this.#workers) desk.wake()
  }

  /** Where what an attempt or the shared cells showed is kept; null for another name. */
  shownFile(name: string): string | null {
    const { folder } = this.#study
    if (name === 'shared') return join(folder, 'shared-elsewhere.jsonl')
    return /^[0-9A-Z]{26}$/.test(name) ? join(folder, `${name}.jsonl`) : null
  }

  sharedOutputs(): string[] {
    return readSharedShown(this.#study.folder)
  }

  /** Starts what is to be started again, and gives up on what stays silent. */
  look(): void {
    const nowMs = this.#parts.clock.nowMs()
    for (const worker of this.#workers) {
      if (worker.running !== null && worker.slots !== null && nowMs - worker.heardMs > silentMs) {
        this.#lose(worker, `the worker on ${worker.machine} said nothing for ${silentMs / 1000} seconds`)
      }
      if (worker.running !== null && worker.slots === null && nowMs - worker.heardMs > joinMs && this.#joined)
        this.#study.note(`Not all workers on ${worker.host.name} have been placed yet: ${worker.host.asks}`)
      if (worker.running === null && !worker.starting && nowMs >= worker.againAtMs) void this.#start(worker)
    }
    if (this.#workers.some(({ running, slots }) => running !== null && slots !== null)) this.#sinceMs = nowMs
    else if (nowMs - this.#sinceMs > (this.#joined ? goneMs : joinMs)) this.#giveUp()
  }

  finish(): void {
    this.wake()
    this.#closed = true
    // Workers hear that the study is over, and clean up; what is left of them is ended.
    setTimeout(() => void this.#stopAll(), 3000)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { desk } of this.#workers) desk.close()
    if (this.#study.isOver) await this.#stopAll()
    else for (const { running } of this.#workers) running?.close()
  }

  async #stopAll(): Promise<void> {
    const running = this.#workers.splice(0).flatMap((worker) => worker.running ?? [])
    await Promise.all(running.map((one) => one.stop().catch(() => null)))
    for (const host of this.#hosts) host.close()
  }

  #of(capability: string): Worker | undefined {
    return this.#workers.find((worker) => worker.capability?.id === capability)
  }

  async #start(worker: Worker): Promise<void> {
    worker.starting = true
    const capability = this.#parts.grantHost(this.#study.record.notebook)
    const path = `/k/${capability.token}`
    Object.assign(worker, { capability: { id: capability.id, path }, slots: null })
    try {
      const running = await worker.host.start({ path, zip: this.#pack() })
      if (this.#closed || this.#study.isOver) return void running.stop().catch(() => null)
      this.#follow(worker, running)
    } catch (error) {
      this.#failed(worker, (error as Error).message)
    } finally {
      worker.starting = false
    }
  }

  async #adopt(worker: Worker, kept: { id: string; capability: string; slots: number }): Promise<void> {
    const path = this.#parts.pathOf(kept.capability)
    const running = path === null ? null : await worker.host.adopt(kept.id, path).catch(() => null)
    if (this.#closed) return running?.close()
    if (path === null || running === null) return void this.#start(worker)
    const nowMs = this.#parts.clock.nowMs()
    Object.assign(worker, { capability: { id: kept.capability, path }, slots: kept.slots, heardMs: nowMs })
    this.#joined = true
    this.#follow(worker, running)
  }

  #follow(worker: Worker, running: RunningWorker): void {
    worker.running = running
    worker.heardMs = this.#parts.clock.nowMs()
    running.onEnd((why) => {
      if (worker.running === running) this.#lose(worker, why)
    })
    this.#keep()
    this.#study.pump()
  }

  /** Its trials wait for another worker, and another worker is started in its place. */
  #lose(worker: Worker, why: string): void {
    const running = worker.running
    running?.close()
    Object.assign(worker, { running: null, slots: null, capability: null })
    if (this.#study.isOver) void running?.stop().catch(() => null)
    if (this.#closed || this.#study.isOver) return
    const back = this.#giveBack(worker)
    const trials = back === 0 ? '' : `; ${back === 1 ? 'its trial is' : `its ${back} trials are`} tried again`
    this.#failed(worker, `${why}${trials}`)
    void running?.stop().catch(() => null)
    this.#keep()
  }

  #giveBack({ desk }: Worker): number {
    const attempts = [...desk.attempts]
    desk.clear()
    for (const attempt of attempts) this.#study.attemptEnded(attempt, { attempt, outcome: 'lost' })
    return attempts.length
  }

  #failed(worker: Worker, why: string): void {
    if (this.#closed || this.#study.isOver) return
    worker.againAtMs =
      this.#parts.clock.nowMs() + Math.min(againMs.first * 2 ** worker.failures, againMs.most)
    worker.failures++
    this.#lastFailure = why
    this.#study.note(capital(why))
    // What never worked, and was tried by all, is not tried for minutes.
    if (!this.#joined && this.#workers.every(({ failures }) => failures >= 2)) this.#study.fail(capital(why))
  }

  #giveUp(): void {
    const hosts = [...new Set(this.#workers.map(({ host }) => host.name))].join(', ')
    const within = this.#joined ? goneMs : joinMs
    const time = within < 120_000 ? `${within / 1000} seconds` : `${Math.round(within / 60_000)} minutes`
    const asks = [...new Set(this.#workers.map(({ host }) => host.asks))].filter((one) => one !== '')
    const why = this.#lastFailure ?? asks.join('; ')
    this.#study.fail(`No worker on ${hosts} has joined in ${time}${why === '' ? '' : `: ${why}`}`)
  }

  /** Attempts that no worker knows of were lost with an earlier daemon; told once all have spoken or are gone. */
  #reconcile(): void {
    if (this.#reconciled || !this.#opened) return
    const silent = this.#workers.some(({ slots, desk }) => slots !== null && !desk.heard)
    if (silent) return
    this.#reconciled = true
    this.#study.reconcile(new Set(this.#workers.flatMap(({ desk }) => [...desk.attempts])))
  }

  #keep(): void {
    const { progress } = this.#study.record
    progress.workers = this.#workers.flatMap(({ host, running, capability, slots, machine }) =>
      running === null || capability === null || slots === null
        ? []
        : [{ host: host.name, machine, id: running.id, capability: capability.id, slots }],
    )
    progress.devices = [...new Set(this.#workers.map(({ host }) => host))].map((host) => {
      const own = this.#workers.filter((worker) => worker.host === host && worker.slots !== null)
      const places = own.reduce((sum, { slots }) => sum + (slots ?? 0), 0)
      return `${host.describes} (${places} at a time)`
    })
    this.#study.changed()
  }

  #pack(): Buffer {
    if (this.#zip !== null) return this.#zip
    const { zip, left } = packWorker(this.#parts.packageFolder, this.#study.cwd)
    this.#zip = zip
    if (left.length > 0) {
      const [first] = left
      const more = left.length > 1 ? ` and ${left.length - 1} more files` : ''
      this.#study.note(
        `Not sent to the workers, as it is too much: ${first?.path ?? ''} (${Math.round((first?.bytes ?? 0) / 1e6)} MB)${more}. Cells must find it on their machine by an absolute path.`,
      )
    }
    return zip
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
