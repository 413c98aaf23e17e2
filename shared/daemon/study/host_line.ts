import { isAlive, thisProcess, type ProcessIdentity } from '../../base/process.ts'
import type { HostAnswer, HostMessage, TrialOrder } from '../../compute/host_message.ts'
import { endProcessGroup, readHostLog, readSharedShown, startTrialHost } from '../../compute/trial_host.ts'
import { HostDesk } from './host_desk.ts'
import { hostPlan } from './host_plan.ts'
import { suggestedNames } from './study_search.ts'
import type { StudyParts } from './study_parts.ts'
import { phaseOf, sharedFailure, type HostedStudy, type TrialLine, type TrialPlace } from './trial_line.ts'

/** How often a host that dies is started again. */
const maxStarts = 3

/** The line to the host of a study's trials on this machine, which is started again when it dies. */
export class HostLine implements TrialLine {
  readonly #parts: StudyParts
  readonly #study: HostedStudy
  readonly #desk: HostDesk
  #starts = 0
  #heard = false
  #starting = false

  constructor(parts: StudyParts, study: HostedStudy) {
    this.#parts = parts
    this.#study = study
    this.#desk = new HostDesk(study)
  }

  /** Finds the host of an earlier daemon alive, or starts one. */
  async open(): Promise<void> {
    const host = this.#study.record.progress.host
    if (host !== null && isAlive(host)) return
    if (host !== null) this.#study.hostLost()
    await this.#start()
  }

  /** Looks whether the host lives; a dead one is started again, a few times. */
  look(): void {
    const host = this.#study.record.progress.host
    if (this.#starting || (host !== null && isAlive(host))) return
    this.#desk.clear()
    this.#study.hostLost()
    if (this.#study.isOver) return
    if (this.#starts >= maxStarts) {
      this.#study.fail(`The process that runs the trials ended ${maxStarts} times${this.#lastWords()}`)
    } else void this.#start()
  }

  hears(capability: string): boolean {
    return this.#study.record.progress.host?.capability === capability
  }

  /** A share of this machine. */
  place(): TrialPlace | null {
    const { record, machine, measuredBytes } = this.#study
    const { progress, settings } = record
    const lease = this.#parts.leases.take(
      machine,
      {
        project: this.#parts.paths.root,
        holder: progress.host ?? thisProcess(),
        wanted: { cores: progress.cores, gpu: settings.gpu },
        measuredBytes,
      },
      this.#parts.clock.nowMs(),
    )
    if (lease === null) return null
    const gpu = lease.share.gpu?.uuid ?? null
    const env: Record<string, string> = gpu === null ? {} : { CUDA_VISIBLE_DEVICES: gpu }
    return { lease: lease.id, device: gpu, env, host: progress.host?.capability ?? null }
  }

  poll(message: HostMessage): Promise<HostAnswer> {
    const study = this.#study
    if (!this.#heard) study.reconcile(new Set(message.attempts.map(({ attempt }) => attempt)))
    this.#heard = true
    study.prepared(phaseOf(message))
    this.#desk.hear(message, ({ attempt, pid, start, ran_ms: ranMs }) => {
      const identity = { pid: pid ?? 0, startTime: start ?? null }
      this.#parts.store.transaction(() => study.attemptBegan(attempt, identity, ranMs))
    })
    const failure = sharedFailure(message)
    if (message.broken?.refused !== undefined) this.#useKernels(message.broken.refused)
    else if (failure !== null) study.fail(failure)
    return this.#desk.answer(message)
  }

  /** Has a trial run as soon as the host asks. */
  order(order: TrialOrder): void {
    this.#desk.order(order)
  }

  hasOrder(attempt: string): boolean {
    return this.#desk.hasOrder(attempt)
  }

  wake(): void {
    this.#desk.wake()
  }

  /** What the shared cells showed. */
  sharedOutputs(): string[] {
    return readSharedShown(this.#study.folder)
  }

  /** The study is over: so is the host, which is told, and ended if it does not hear. */
  finish(): void {
    this.wake()
    const host = this.#study.record.progress.host
    if (host !== null) setTimeout(() => endProcessGroup(host), 3000).unref()
  }

  close(): Promise<void> {
    this.#desk.close()
    return Promise.resolve()
  }

  #useKernels(why: string): void {
    const [asked] = suggestedNames(this.#study.document)
    if (asked === undefined) this.#study.useKernels(why)
    // A kernel is given its values as variables, which a call does not see.
    else {
      this.#study.fail(
        `Cell code asks for "${asked}" by daybook.suggest, which works without a kernel only, and this notebook needs one: ${why}`,
      )
    }
  }

  async #start(): Promise<void> {
    const { record, document } = this.#study
    this.#starting = true
    this.#starts++
    this.#heard = true
    try {
      const found = await this.#parts.findPython(document, record.settings.kernel)
      if ('why' in found || record.settings.mode === 'kernel') {
        this.#useKernels('why' in found ? found.why : 'asked for')
        return
      }
      const capability = this.#parts.grantHost(record.notebook)
      const holder: ProcessIdentity = await startTrialHost({
        plan: hostPlan(this.#study, this.#parts.address(capability)),
        folder: this.#study.folder,
        packageFolder: this.#parts.packageFolder,
        ...found,
      })
      this.#parts.bindCapability(capability.id, holder)
      record.progress.host = { capability: capability.id, ...holder }
    } catch (error) {
      this.#study.fail((error as Error).message)
    } finally {
      this.#starting = false
    }
  }

  #lastWords(): string {
    const lines = readHostLog(this.#study.folder).slice(-3)
    return lines.length === 0 ? '' : `: ${lines.join(' / ')}`
  }
}
