import { meaning } from '../../compute/attempt.ts'
import type { ToldAttempt } from '../../compute/host_message.ts'
import type { Store } from '../../store/store.ts'
import type { StudyRecord, TrialRecord } from './study_record.ts'
import { readObjectives } from './trial_run.ts'

/** Begins what a running trial says once it is judged to be of no use. */
export const prunedMark = 'ended early: '

/** How a trial's last attempt ended. */
export interface TrialEnd {
  trial: TrialRecord
  told: ToldAttempt
  /** Whether it was judged to be of no use. */
  toStop: boolean
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
  const outOfMemory = outcome === 'oom' || outcome === 'memory'
  const failure = {
    cell: result?.cell ?? null,
    name: result?.name ?? (outOfMemory ? 'OutOfMemory' : outcome === 'timeout' ? 'Timeout' : 'Ended'),
    message: result?.message ?? (told.how === undefined ? words : `${words} (${told.how})`),
    traceback: result?.traceback ?? [],
  }
  return { state: 'failed', says: outcome === 'failed' ? says : words, failure }
}
