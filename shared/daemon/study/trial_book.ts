import type { NotebookDocument } from '../../notebook/document.ts'
import type { Store } from '../../store/store.ts'
import { ask, canAsk, defaultPoint, isInside, lookAhead, type StudySearch } from './study_search.ts'
import { asTrial, saveStudy, saveTrial, type StudyRecord, type TrialRecord } from './study_record.ts'
import { bestOf } from './study_summary.ts'

/** What a new trial is made with. */
export type NewTrial = Pick<TrialRecord, 'role' | 'point' | 'enqueued' | 'says'> & { repeatOf?: number }

/** It is asked whether more are worth it after every so many trials, and then ever less often: it takes longer each time. */
const lookEvery = 5
const lookShare = 10

/** The trials of a study: those that were, and which comes next. A trial's number is its place in the list. */
export class TrialBook {
  readonly trials: TrialRecord[]
  readonly #store: Store
  readonly #record: StudyRecord
  readonly #search: StudySearch

  constructor(store: Store, record: StudyRecord, known: { trials: TrialRecord[]; search: StudySearch }) {
    this.#store = store
    this.#record = record
    this.trials = known.trials
    this.#search = known.search
  }

  /** How many of the search have ended. */
  get ended(): number {
    return this.trials.reduce((count, { ended }) => count + (ended === null ? 0 : 1), 0)
  }

  /** The notebook's own values come first: what all others are compared with. */
  tryDefaults(document: NotebookDocument): void {
    const { space } = this.#search.search
    const point = defaultPoint(document, space)
    if (point === null) return
    const inside = isInside(space, point)
    const own = "the notebook's own values"
    const says = inside ? own : `${own}, which lie outside of the ranges`
    this.add({ role: inside ? 'search' : 'default', point, enqueued: true, says })
  }

  /**
   * The next trial of the search: null if it has to wait for others, 'over' if there is none.
   * @param note told why the search is over, if not by the number of trials
   */
  next(note: (text: string) => void): TrialRecord | 'over' | null {
    const { settings, progress } = this.#record
    const searching = this.trials.filter(({ role }) => role !== 'repeat')
    const enough = settings.trials !== null && searching.length >= settings.trials
    if (progress.searched || enough) return 'over'
    const known = this.trials.filter(({ role }) => role === 'search').map(asTrial)
    const number = this.trials.length
    if (!canAsk(this.#search, known, number)) return null
    const plateau = this.#lookAhead(known, number)
    if (settings.stopOnPlateau && plateau !== null) {
      note(`The search is over: ${plateau.says}`)
      return 'over'
    }
    const proposal = ask(this.#search, known, { number, saw: this.ended })
    if (proposal.kind === 'point') {
      return this.add({ role: 'search', point: proposal.point, enqueued: false, says: proposal.says })
    }
    note(`The search is over: ${proposal.says}`)
    return 'over'
  }

  /** Once the search is over: the best and the notebook's own values once more, in turns; null if none are wanted. */
  repeats(): TrialRecord | null {
    const { settings, progress } = this.#record
    if (settings.repeats === 0 || progress.searched) return null
    progress.searched = true
    const best = bestOf(this.trials, this.#search)
    const own = this.trials[0]?.enqueued === true ? this.trials[0] : null
    const wanted = best === null ? [] : own === null || own === best ? [best] : [best, own]
    for (let again = 0; again < settings.repeats; again++) {
      for (const { point, number } of wanted) {
        this.add({ role: 'repeat', repeatOf: number, point, enqueued: true, says: 'measured once more' })
      }
    }
    return this.trials.find(({ state }) => state === 'queued') ?? null
  }

  /** Every few trials: whether more are worth it. What is found is kept until a better trial comes. */
  #lookAhead(known: ReturnType<typeof asTrial>[], number: number): { says: string } | null {
    const { progress } = this.#record
    if (number % Math.max(lookEvery, Math.floor(number / lookShare)) !== 0) return progress.plateau ?? null
    const before = progress.plateau ?? null
    const best = before === null ? null : bestOf(this.trials, this.#search)
    if (before !== null && best !== null && best.number < before.trial) return before
    const { stop, says } = lookAhead(this.#search, known, { number, saw: this.ended })
    if (stop === (before !== null)) return before
    progress.plateau = stop ? { trial: number, says } : null
    saveStudy(this.#store, this.#record)
    return progress.plateau
  }

  add(wanted: NewTrial): TrialRecord {
    const trial: TrialRecord = {
      ...{
        number: this.trials.length,
        repeatOf: null,
        state: 'queued',
        values: [],
        reports: [],
        ended: null,
      },
      ...{ saw: this.ended, runId: null, failure: null, startedMs: null, endedMs: null, cpuMs: null },
      ...{ peakRssBytes: null, gpu: null, attempts: [], ...wanted },
    }
    this.trials.push(trial)
    saveTrial(this.#store, this.#record.id, trial)
    return trial
  }

  /** A trial that waits will not be run. */
  cancelQueued(trial: TrialRecord, nowMs: number): void {
    Object.assign(trial, { state: 'cancelled', endedMs: nowMs, says: 'it was cancelled' })
    if (trial.role === 'search') trial.ended = this.ended
    saveTrial(this.#store, this.#record.id, trial)
  }

  /** All trials that wait will not be run. */
  cancelAllQueued(nowMs: number): void {
    for (const trial of this.trials) if (trial.state === 'queued') this.cancelQueued(trial, nowMs)
  }

  /** Whether all of the first trials failed, so many that the next would too; the sentence then. */
  hopeless(): string | null {
    const over = this.trials.filter(({ role, endedMs }) => role !== 'repeat' && endedMs !== null)
    const enough = Math.max(3, this.#record.progress.parallel)
    if (over.length < enough || over.some(({ state }) => state !== 'failed')) return null
    const failure = over.at(-1)?.failure
    const cell = failure?.cell == null ? '' : ` in cell ${failure.cell + 1}`
    return `The first ${over.length} trials all failed, the last one${cell} with ${failure?.name ?? 'Failed'}: ${failure?.message ?? ''}`
  }
}
