import { meaning } from '../../compute/attempt.ts'
import type { ToldAttempt } from '../../compute/host_message.ts'
import type { Store } from '../../store/store.ts'
import { readShown, removeTraces } from '../../compute/trial_host.ts'
import type { NotebookDocument } from '../../notebook/document.ts'
import type { StudyParts } from './study_parts.ts'
import {
  dropReports,
  saveTrial,
  type AttemptRecord,
  type StudyRecord,
  type TrialRecord,
} from './study_record.ts'
import { pointValues, suggestedNames, type StudySearch } from './study_search.ts'
import type { TrialBook } from './trial_book.ts'
import { endTrialRun, keepTrialNotebook, readObjectives } from './trial_run.ts'

/** Begins what a running trial says once it is judged to be of no use. */
export const prunedMark = 'ended early: '

/** How a trial's last attempt ended. */
export interface TrialEnd {
  trial: TrialRecord
  told: ToldAttempt
  /** Whether it was judged to be of no use. */
  toStop: boolean
}

/** What ending trials needs of their study. */
export interface EndingStudy {
  parts: StudyParts
  record: StudyRecord
  book: TrialBook
}

/** A trial whose attempt was lost or crashed waits for the next one. Returns a sentence about it. */
export function tryAgain({ parts, record }: EndingStudy, trial: TrialRecord, attempt: AttemptRecord): string {
  const why = attempt.outcome === null ? 'it ended' : (meaning[attempt.outcome].says ?? 'it ended')
  endTrialRun(parts.runParts(record), { ...trial, state: 'cancelled', says: why }, attempt.capabilityId)
  Object.assign(trial, { state: 'queued', reports: [], says: trial.enqueued ? trial.says : null })
  dropReports(parts.store, record.id, trial.number)
  saveTrial(parts.store, record.id, trial)
  return `Trial ${trial.number} was tried again: ${why}`
}

/** A trial is over. Where all of the first ones failed, so is the study. */
export function endTrial({ parts, record, book }: EndingStudy, attempt: AttemptRecord, end: TrialEnd): void {
  const { store, clock } = parts
  const { trial } = end
  Object.assign(trial, { endedMs: clock.nowMs(), ...judgeEnd(store, record, end) })
  if (trial.role === 'search') trial.ended = book.ended
  saveTrial(store, record.id, trial)
  endTrialRun(parts.runParts(record), trial, attempt.capabilityId)
  const hopeless = record.progress.failure === null ? book.hopeless() : null
  if (hopeless === null) return
  record.progress.failure = hopeless
  record.state = 'stopping'
  book.cancelAllQueued(clock.nowMs())
}

/** Keeps the notebook as an attempt executed it with its run, in place of the lines that its process wrote. */
export function keepShown(
  { parts, record }: EndingStudy,
  { document, search }: { document: NotebookDocument; search: StudySearch },
  shown: { trial: TrialRecord; attempt: AttemptRecord; file: string; shared: readonly string[] },
): void {
  const { trial, attempt, file, shared } = shown
  if (trial.runId === null || record.progress.mode === 'kernel' || attempt.outcome === 'lost') return
  try {
    const asked = suggestedNames(document)
    const given = Object.fromEntries(Object.entries(trial.point).filter(([name]) => !asked.has(name)))
    const values = { ...record.settings.parameters, ...pointValues(search.search.space, given) }
    const lines = [...shared, ...readShown(file)]
    keepTrialNotebook(parts.runParts(record), trial.runId, { original: document, values, shown: lines })
    removeTraces(file)
  } catch (error) {
    parts.log(`cannot keep the notebook of trial ${trial.number}: ${(error as Error).message}`)
  }
}

/** What becomes of a trial whose last attempt has ended: its state, its values, or what went wrong in words. */
export function judgeEnd(
  store: Store,
  { settings }: StudyRecord,
  { trial, told, toStop }: TrialEnd,
): Pick<TrialRecord, 'state'> & Partial<Pick<TrialRecord, 'values' | 'says' | 'failure'>> {
  const { outcome = 'lost', result } = told
  const { says } = trial
  if (outcome === 'pruned' || (outcome === 'done' && toStop)) {
    return { state: 'pruned', says: says?.slice(prunedMark.length) ?? null }
  }
  if (outcome === 'cancelled') return { state: 'cancelled', says: 'it was cancelled' }
  if (outcome === 'done') {
    const metrics = settings.objectives.map(({ metric }) => metric)
    const read = readObjectives(store, trial.runId ?? '', metrics)
    if ('values' in read) return { state: 'complete', values: read.values, says }
    const failure = { cell: null, name: 'NoObjective', message: read.missing, traceback: [] }
    return { state: 'failed', says, failure }
  }
  const words = meaning[outcome].says ?? told.how ?? outcome
  // What an interrupt raised tells nothing: the limit that was the reason does.
  const own = outcome === 'failed' || result?.['memory'] === true ? result : undefined
  const outOfMemory = outcome === 'oom' || outcome === 'memory'
  const failure = {
    cell: result?.cell ?? null,
    name: own?.name ?? (outOfMemory ? 'OutOfMemory' : outcome === 'timeout' ? 'Timeout' : 'Ended'),
    message: own?.message ?? (told.how === undefined ? words : `${words} (${told.how})`),
    traceback: own?.traceback ?? [],
  }
  return { state: 'failed', says: outcome === 'failed' ? says : words, failure }
}
