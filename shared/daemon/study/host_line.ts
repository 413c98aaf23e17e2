import { isAlive, type ProcessIdentity } from '../../base/process.ts'
import type { HostAnswer, HostMessage, TrialOrder } from '../../compute/host_message.ts'
import {
  endProcessGroup,
  readHostLog,
  readSharedShown,
  startTrialHost,
  type HostPlan,
} from '../../compute/trial_host.ts'
import type { NotebookDocument } from '../../notebook/document.ts'
import type { StudyPhase, StudyRecord, TrialRecord } from './study_record.ts'
import { assignments, suggestedNames, type StudySearch } from './study_search.ts'
import type { StudyParts } from './study_parts.ts'

/** How long a question for work waits for an answer: shorter than the host's own patience. */
const holdMs = 20_000

/** How often a host that dies is started again. */
const maxStarts = 3

/** After this long without CPU, waiting on a lock, a trial stands still. */
const stallSeconds = Number(process.env['DAYBOOK_STALL_S'] ?? 10)

/** What the line tells the study, and asks of it. */
export interface HostedStudy {
  readonly record: StudyRecord
  readonly document: NotebookDocument
  readonly search: StudySearch
  readonly trials: readonly TrialRecord[]
  readonly folder: string
  readonly cwd: string
  readonly seedParameter: string | null
  readonly stops: ReadonlyMap<string, 'cancelled' | 'pruned'>
  readonly isOver: boolean
  attemptBegan(id: string, pid: number, startTime: string | null): void
  attemptEnded(id: string, told: HostMessage['attempts'][number]): void
  /** All that the host knows of: what is not among it was lost. */
  reconcile(known: ReadonlySet<string>): void
  hostLost(): void
  prepared(phase: StudyPhase): void
  useKernels(why: string): void
  fail(why: string): void
}

/**
 * The line to the host of a study's trials. The host asks over and over, with all that it knows; the answer names
 * all that is open. So nothing is lost when a message is, and either side may be killed and come back.
 */
export class HostLine {
  readonly #parts: StudyParts
  readonly #study: HostedStudy
  #orders = new Map<string, TrialOrder>()
  #known: ReadonlySet<string> = new Set()
  #seen = new Set<string>()
  #waiting: { resolve(answer: HostAnswer): void; timer: NodeJS.Timeout } | null = null
  #starts = 0
  #heard = false
  #starting = false

  constructor(parts: StudyParts, study: HostedStudy) {
    this.#parts = parts
    this.#study = study
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
    this.#orders.clear()
    this.#study.hostLost()
    if (this.#study.isOver) return
    if (this.#starts >= maxStarts) {
      this.#study.fail(`The process that runs the trials ended ${maxStarts} times${this.#lastWords()}`)
    } else void this.#start()
  }

  poll(message: HostMessage): Promise<HostAnswer> {
    this.#known = new Set(message.attempts.map(({ attempt }) => attempt))
    if (!this.#heard) this.#study.reconcile(this.#known)
    this.#heard = true
    this.#take(message)
    const answer = this.#answer()
    if (!message.wait || isNews(answer)) return Promise.resolve(answer)
    this.wake()
    return new Promise((resolve) => {
      this.#waiting = { resolve, timer: setTimeout(() => this.wake(), holdMs) }
    })
  }

  /** Has a trial run as soon as the host asks. */
  order(order: TrialOrder): void {
    this.#orders.set(order.attempt, order)
    this.wake()
  }

  hasOrder(attempt: string): boolean {
    return this.#orders.has(attempt)
  }

  /** Answers the question that waits. */
  wake(): void {
    const waiting = this.#waiting
    if (waiting === null) return
    this.#waiting = null
    clearTimeout(waiting.timer)
    waiting.resolve(this.#answer())
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

  close(): void {
    if (this.#waiting !== null) clearTimeout(this.#waiting.timer)
    this.#waiting = null
  }

  #take(message: HostMessage): void {
    const study = this.#study
    study.prepared({
      phase: message.phase,
      mode: message.mode === 'fork' ? 'fork' : 'prepared',
      why: message.why,
      sharedCells: message.shared.shared ?? null,
      sharedSeconds: message.shared.seconds ?? null,
    })
    for (const told of message.attempts) {
      if (told.outcome !== undefined) {
        this.#orders.delete(told.attempt)
        this.#seen.add(told.attempt)
        if (told.outcome !== 'unprepared') study.attemptEnded(told.attempt, told)
      } else if (told.pid != null) study.attemptBegan(told.attempt, told.pid, told.start ?? null)
    }
    for (const attempt of this.#seen) if (!this.#known.has(attempt)) this.#seen.delete(attempt)
    const { broken } = message
    if (broken?.refused !== undefined) this.#useKernels(broken.refused)
    else if (broken?.failed !== undefined) {
      const { cell, name, message: words, traceback } = broken.failed
      const where = cell === null ? 'The shared cells' : `Cell ${cell + 1}, which all trials share,`
      const trace = cell === null && traceback.length > 0 ? ` (${traceback.slice(-3).join(' / ')})` : ''
      study.fail(`${where} failed with ${name}: ${words}${trace}`)
    }
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

  #answer(): HostAnswer {
    const stops = [...this.#study.stops].filter(([id]) => this.#known.has(id))
    return {
      run: [...this.#orders.values()].filter(({ attempt }) => !this.#known.has(attempt)),
      stop: Object.fromEntries(stops),
      seen: [...this.#seen],
      over: this.#study.isOver || this.#study.record.progress.mode === 'kernel',
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
        plan: this.#plan(this.#parts.address(capability)),
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

  #plan(url: string): HostPlan {
    const { record, document, search, cwd, seedParameter } = this.#study
    const { settings, progress } = record
    const tagged = document.cells.find(({ type, tags }) => type === 'code' && tags.includes('parameters'))
    const names = search.search.space.parameters.map(({ name }) => name)
    const fixed = settings.parameters as Parameters<typeof assignments>[1]
    return {
      study: record.id,
      notebook: record.notebook,
      cwd,
      url,
      cells: document.cells
        .filter(({ type, source, tags }) => {
          return type === 'code' && source.trim() !== '' && !tags.includes('injected-parameters')
        })
        .map(({ index, id, source }) => ({ index, id, source })),
      parameters: seedParameter === null ? names : [...names, seedParameter],
      parameters_cell: tagged?.index ?? null,
      fixed: assignments(document, fixed),
      mode: settings.mode === 'prepared' || settings.mode === 'fork' ? settings.mode : 'auto',
      threads: Math.max(1, Math.floor(progress.cores)),
      parallel: progress.parallel,
      limits: {
        seconds: settings.trialTimeoutS,
        memory_bytes: settings.trialMemoryMb === null ? null : settings.trialMemoryMb * 1e6,
        stall_seconds: stallSeconds,
      },
    }
  }

  #lastWords(): string {
    const lines = readHostLog(this.#study.folder).slice(-3)
    return lines.length === 0 ? '' : `: ${lines.join(' / ')}`
  }
}

function isNews(answer: HostAnswer): boolean {
  return answer.run.length > 0 || answer.over || answer.seen.length > 0 || Object.keys(answer.stop).length > 0
}
