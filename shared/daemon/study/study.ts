import { dirname, join } from 'node:path'
import type { StudySummary } from '../../api/study_methods.ts'
import { Problem } from '../../base/problem.ts'
import type { ProcessIdentity } from '../../base/process.ts'
import { attemptFollows, meaning, triesAgain } from '../../compute/attempt.ts'
import type { Machine } from '../../compute/device.ts'
import type { ToldAttempt } from '../../compute/host_message.ts'
import { endProcessGroup, removeTraces } from '../../compute/trial_host.ts'
import type { NotebookDocument } from '../../notebook/document.ts'
import { getRun } from '../../runs/run.ts'
import type { Point } from '../../tuning/space.ts'
import { HostLine } from './host_line.ts'
import { RemoteLine } from './remote_line.ts'
import { isInside, judge, type StudySearch } from './study_search.ts'
import { TrialBook } from './trial_book.ts'
import { endTrial, keepShown, prunedMark, tryAgain } from './trial_end.ts'
import { asTrial, saveAttempt, saveReport, saveStudy, saveTrial } from './study_record.ts'
import type { AttemptRecord, StudyPhase, StudyRecord, TrialRecord } from './study_record.ts'
import { bestOf, summarize } from './study_summary.ts'
import { launchTrial, seedParameter } from './trial_launch.ts'
import type { StudyParts } from './study_parts.ts'
import type { TrialLine } from './trial_line.ts'
import { endStudyRun, newReports } from './trial_run.ts'

/** How long a trial that has no use goes on before it is ended, where its code does not ask. */
const graceMs = 2000

/** How soon a place that was not to be had is asked for again. */
const placeAgainMs = 500

/**
 * A study that is under way.
 *
 * 1. The store is its whole state: another daemon goes on with what is there, and running trials go on meanwhile.
 * 2. A trial is asked for with what had ended by then (`saw`), so that the log gives the same proposals again.
 * 3. Every trial ends as complete, pruned, failed or cancelled, whatever happens to its process.
 */
export class Study {
  readonly record: StudyRecord
  readonly book: TrialBook
  readonly document: NotebookDocument
  readonly machine: Machine
  readonly search: StudySearch
  /** The most memory of a GPU that one of its trials took; null before that is known. */
  measuredBytes: number | null = null
  readonly #parts: StudyParts
  /** The way to what runs its trials. */
  readonly line: TrialLine
  #timers = new Set<NodeJS.Timeout>()
  /** Attempts whose host was told to end them, and why. */
  #stops = new Map<string, 'cancelled' | 'pruned'>()
  #cancelling = false
  #closed = false

  constructor(
    parts: StudyParts,
    record: StudyRecord,
    known: { document: NotebookDocument; machine: Machine; trials: TrialRecord[]; search: StudySearch },
  ) {
    this.#parts = parts
    this.record = record
    this.document = known.document
    this.machine = known.machine
    this.search = known.search
    this.book = new TrialBook(parts.store, record, known)
    this.line = record.settings.on.length > 0 ? new RemoteLine(parts, this) : new HostLine(parts, this)
  }

  get trials(): readonly TrialRecord[] {
    return this.book.trials
  }

  /** Trials that have a process now, or are about to. */
  get running(): TrialRecord[] {
    return this.trials.filter(({ state }) => state === 'running')
  }

  get isOver(): boolean {
    return this.record.endedMs !== null
  }

  /** The folder for what its processes need and leave. */
  get folder(): string {
    return join(this.#parts.paths.dir, 'studies', this.record.id)
  }

  /** Begins, or goes on after another daemon. */
  async start(): Promise<void> {
    const { timeoutS } = this.record.settings
    if (timeoutS !== null) {
      const leftMs = this.record.createdMs + timeoutS * 1000 - this.#parts.clock.nowMs()
      this.#later(() => this.change('stop'), Math.max(0, leftMs))
    }
    if (this.trials.length === 0) this.book.tryDefaults(this.document)
    if (this.record.progress.mode !== 'kernel') await this.line.open()
    else {
      const begun = this.running.filter(({ runId }) => runId !== null)
      this.reconcile(new Set(begun.flatMap(({ attempts }) => attempts.map(({ id }) => id))))
    }
    this.changed()
    this.pump()
  }

  /** Looks after the host: called now and then. */
  look(): void {
    if (!this.isOver && this.record.progress.mode !== 'kernel') this.line.look()
  }

  /** The host says how its processes come about. */
  prepared(told: StudyPhase): void {
    const { progress } = this.record
    if (told.phase !== 'ready' || progress.mode === 'kernel') return
    const { mode, why, sharedCells, sharedSeconds } = told
    if (progress.mode === mode && progress.sharedCells === sharedCells && progress.why === why) return
    if (progress.mode === 'fork' && mode === 'prepared')
      this.note(`Trials are not forked any more: ${why ?? ''}`)
    Object.assign(progress, { mode, why, sharedCells, sharedSeconds })
    this.changed()
  }

  /** The host's process is gone, and what it ran with it. */
  hostLost(): void {
    for (const attempt of this.#openAttempts()) {
      if (attempt.pid !== null) endProcessGroup({ pid: attempt.pid, startTime: attempt.startTime })
      this.attemptEnded(attempt.id, { attempt: attempt.id, outcome: 'lost' })
    }
  }

  /** Attempts that the host does not know of were lost with an earlier daemon's words. */
  reconcile(known: ReadonlySet<string>): void {
    for (const attempt of this.#openAttempts()) {
      if (known.has(attempt.id) || this.line.hasOrder(attempt.id)) continue
      this.attemptEnded(attempt.id, { attempt: attempt.id, outcome: 'lost' })
    }
  }

  attemptBegan(id: string, process: ProcessIdentity | null, ranMs = 0): void {
    const attempt = this.#openAttempts().find((one) => one.id === id)
    if (attempt === undefined || attempt.state === 'running') return
    Object.assign(attempt, { state: 'running', ...process })
    const trial = this.trials[attempt.number]
    if (trial !== undefined) trial.startedMs = this.#parts.clock.nowMs() - ranMs
    if (process !== null) this.#parts.bindCapability(attempt.capabilityId, process)
    saveAttempt(this.#parts.store, this.record.id, attempt)
  }

  /** An attempt is over; its trial is, too, or is tried again. */
  attemptEnded(id: string, told: ToldAttempt): void {
    const attempt = this.#openAttempts().find((one) => one.id === id)
    const outcome = told.outcome
    if (attempt === undefined || outcome === undefined) return
    const trial = this.trials[attempt.number]
    if (trial === undefined) return
    const before = trial.attempts.flatMap((one) => one.outcome ?? [])
    const { state } = meaning[outcome]
    attempt.state = attemptFollows[attempt.state].includes(state) ? state : 'lost'
    attempt.outcome = outcome
    if (attempt.lease !== null) this.#parts.leases.release(attempt.lease)
    trial.cpuMs = told.cpu_ms ?? trial.cpuMs
    trial.peakRssBytes = told.peak_rss_bytes ?? trial.peakRssBytes
    this.#parts.takeSpools()
    const again = !this.#cancelling && triesAgain(outcome, before, this.record.settings.retries)
    const ending = { parts: this.#parts, record: this.record, book: this.book }
    this.#parts.store.transaction(() => {
      saveAttempt(this.#parts.store, this.record.id, attempt)
      if (again) this.note(tryAgain(ending, trial, attempt))
      else endTrial(ending, attempt, { trial, told, toStop: this.isToStop(trial) })
    })
    this.#stops.delete(id)
    this.pump()
    const file = this.outputsOf(attempt.id)
    setImmediate(() => keepShown(ending, this, { trial, attempt, file, shared: this.line.sharedOutputs() }))
  }

  /** Something of a trial's run changed: new intermediate values are judged. */
  touched(trial: TrialRecord): void {
    if (trial.state !== 'running' || trial.runId === null) return
    const metric = this.record.settings.objectives[0]?.metric ?? ''
    const after = trial.reports.at(-1)?.step ?? -Infinity
    for (const report of newReports(this.#parts.store, trial.runId, metric, after)) {
      trial.reports.push(report)
      saveReport(this.#parts.store, this.record.id, trial.number, report)
      if (trial.role === 'search' && !this.isToStop(trial)) this.#judge(trial)
    }
    this.#parts.changed()
  }

  /** Whether a running trial has no use any more. */
  isToStop(trial: TrialRecord): boolean {
    return trial.state === 'running' && trial.says !== null && trial.says.startsWith(prunedMark)
  }

  change(to: 'pause' | 'resume' | 'stop' | 'cancel'): void {
    if (this.isOver) return
    if (to === 'pause' && this.record.state === 'running') this.record.state = 'paused'
    else if (to === 'resume' && this.record.state === 'paused') this.record.state = 'running'
    else if (to === 'stop' || to === 'cancel') {
      this.record.state = 'stopping'
      this.book.cancelAllQueued(this.#parts.clock.nowMs())
    }
    if (to === 'cancel') {
      this.#cancelling = true
      for (const trial of this.running) this.cancelTrial(trial.number)
    }
    this.changed()
    this.pump()
  }

  cancelTrial(number: number): void {
    const trial = this.trials[number]
    if (trial === undefined) throw new Problem('not_found', `The study has no trial ${number}`)
    if (trial.state === 'queued') this.book.cancelQueued(trial, this.#parts.clock.nowMs())
    const attempt = trial.attempts.at(-1)
    if (trial.state !== 'running' || attempt === undefined) return
    if (this.record.progress.mode === 'kernel' && trial.runId !== null) {
      void this.#parts.cancelNotebook(trial.runId)
    } else {
      this.#stops.set(attempt.id, 'cancelled')
      this.line.wake()
    }
  }

  adjust({ parallel, trials }: { parallel?: number | undefined; trials?: number | undefined }): void {
    if (parallel !== undefined && this.search.deterministic) {
      throw new Problem('conflict', 'How many trials run at a time is part of a deterministic study', {
        hint: 'Begin another study for it.',
      })
    }
    if (parallel !== undefined) this.record.progress.parallel = parallel
    if (trials !== undefined) this.record.settings.trials = trials
    this.changed()
    this.pump()
  }

  /** Puts a point of a person's own in front. */
  enqueue(point: Point): void {
    if (!isInside(this.search.search.space, point)) {
      throw new Problem('parameter_invalid', 'This point does not lie in the space of the study', {
        hint: 'Give every parameter a value within its range.',
      })
    }
    this.book.add({ role: 'search', point, enqueued: true, says: 'as asked for' })
    this.changed()
    this.pump()
  }

  /** Gives trials to whatever is free; ends the study when nothing is left to do. */
  pump(): void {
    if (this.#closed || this.isOver) return
    if (this.record.state === 'running') {
      while (this.running.length < this.record.progress.parallel) {
        const next = this.trials.find(({ state }) => state === 'queued') ?? this.#next()
        if (next === null) break
        if (!this.#launch(next)) break
      }
    }
    const isDone = this.running.length === 0 && !this.trials.some(({ state }) => state === 'queued')
    if (isDone && this.record.state !== 'paused') this.#end()
    this.line.wake()
    this.#parts.changed()
  }

  summary(): StudySummary {
    return summarize(this.record, this.trials, this.search, this.#parts.clock.nowMs())
  }

  /** What the host is to end. */
  get stops(): ReadonlyMap<string, 'cancelled' | 'pruned'> {
    return this.#stops
  }

  /** Notes something worth a word, once. */
  note(text: string): void {
    const { notes } = this.record.progress
    if (notes.includes(text) || notes.length >= 50) return
    notes.push(text)
    this.changed()
  }

  /** It cannot go on. */
  fail(why: string): void {
    if (this.isOver) return
    this.record.progress.failure = why
    this.record.state = 'stopping'
    this.#cancelling = true
    this.book.cancelAllQueued(this.#parts.clock.nowMs())
    for (const trial of this.running) {
      const attempt = trial.attempts.at(-1)
      if (attempt?.pid != null) endProcessGroup({ pid: attempt.pid, startTime: attempt.startTime })
      if (attempt !== undefined) this.attemptEnded(attempt.id, { attempt: attempt.id, outcome: 'cancelled' })
    }
    this.pump()
  }

  /** The notebook needs kernels: each trial gets one from now on. */
  useKernels(why: string): void {
    const { progress, settings } = this.record
    if (progress.mode === 'kernel' || this.isOver) return
    if (settings.mode !== 'auto' && settings.mode !== 'kernel') {
      this.fail(`The notebook cannot run without a kernel: ${why}`)
      return
    }
    Object.assign(progress, { mode: 'kernel', why, sharedCells: 0 })
    this.changed()
    this.hostLost()
    this.pump()
  }

  /** Lets go; trials and host go on, and the next daemon picks them up. */
  close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
    return this.line.close()
  }

  /** Its record has changed: it is kept and told. */
  changed(): void {
    saveStudy(this.#parts.store, this.record)
    this.#parts.changed()
  }

  #next(): TrialRecord | null {
    const { book } = this
    const next = book.next((text) => this.note(text))
    if (next !== 'over') return next
    return this.running.length > 0 ? null : book.repeats()
  }

  #launch(trial: TrialRecord): boolean {
    const launched = launchTrial(this.#parts, this, trial)
    if (launched === null) {
      if (this.#timers.size < 2) this.#later(() => this.pump(), placeAgainMs)
      return false
    }
    if (launched.order !== null) this.line.order(launched.order)
    return true
  }

  #judge(trial: TrialRecord): void {
    const known = this.trials.filter(({ role }) => role === 'search').map(asTrial)
    const decision = judge(this.search, known, asTrial(trial))
    if (!decision.prune) return
    trial.says = prunedMark + decision.says
    saveTrial(this.#parts.store, this.record.id, trial)
    // Code that asks whether it should stop ends by itself; other code is ended.
    const id = trial.attempts.at(-1)?.id
    this.#later(() => {
      const asks =
        trial.runId !== null && getRun(this.#parts.store, trial.runId).tags['daybook.asksStop'] === 'yes'
      if (id === undefined || asks || !this.isToStop(trial)) return
      this.#stops.set(id, 'pruned')
      this.line.wake()
    }, graceMs)
  }

  #end(): void {
    const { record } = this
    const { store, clock, leases, paths } = this.#parts
    record.state = record.progress.failure !== null ? 'failed' : this.#cancelling ? 'cancelled' : 'finished'
    record.endedMs = clock.nowMs()
    endStudyRun(store, record, bestOf(this.trials, this.search))
    leases.stopWaiting(paths.root)
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.changed()
    this.line.finish()
    this.#later(() => removeTraces(this.folder), 5000)
    this.#parts.ended()
  }

  /** Where an attempt writes what it shows. */
  outputsOf(attempt: string): string {
    return join(this.folder, `${attempt}.jsonl`)
  }

  /** The folder in which the notebook lies. */
  get cwd(): string {
    return dirname(join(this.#parts.paths.root, this.record.notebook))
  }

  /** The parameter that seeds the notebook, where repeats are to differ; null if there is none or none are wanted. */
  get seedParameter(): string | null {
    return this.record.settings.repeats === 0 ? null : seedParameter(this.document)
  }

  #openAttempts(): AttemptRecord[] {
    return this.running.flatMap(({ attempts }) => attempts.filter((one) => one.outcome === null))
  }

  #later(work: () => void, ms: number): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        if (!this.#closed) work()
      },
      Math.min(ms, 2 ** 31 - 1),
    )
    this.#timers.add(timer)
  }
}
