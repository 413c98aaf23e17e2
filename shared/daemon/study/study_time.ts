import type { StudySummary } from '../../api/study_methods.ts'
import type { StudyRecord, TrialRecord } from './study_record.ts'

/** So many of the last trials tell how long one takes. */
const recent = 20

/** Hours that the trials of a study have taken, summed up, and what they cost where a price is set. */
export function usedOf(
  { settings }: StudyRecord,
  trials: readonly TrialRecord[],
  nowMs: number,
): StudySummary['used'] {
  let ms = 0
  for (const trial of trials) {
    if (trial.startedMs !== null) ms += Math.max(0, (trial.endedMs ?? nowMs) - trial.startedMs)
  }
  const hours = ms / 3_600_000
  return { hours, cost: settings.pricePerHour === null ? null : hours * settings.pricePerHour }
}

/**
 * About how long a study will still take: the trials that are left, each as long as the last ones took on average,
 * so many at a time; not longer than its own limit. Null if nobody set an end, or nothing has ended yet.
 */
export function leftMsOf(
  { settings, progress, createdMs, endedMs, state }: StudyRecord,
  trials: readonly TrialRecord[],
  nowMs: number,
): number | null {
  if (endedMs !== null || state === 'paused') return null
  const untilLimitMs =
    settings.timeoutS === null ? Infinity : Math.max(0, createdMs + settings.timeoutS * 1000 - nowMs)
  const tookMs: number[] = []
  for (let place = trials.length - 1; place >= 0 && tookMs.length < recent; place--) {
    const { startedMs, endedMs: until, state: ended } = trials[place] as TrialRecord
    if (startedMs !== null && until !== null && (ended === 'complete' || ended === 'pruned')) {
      tookMs.push(until - startedMs)
    }
  }
  const open = trials.filter((trial) => trial.state === 'running' || trial.state === 'queued')
  const searched = trials.filter(({ role }) => role !== 'repeat').length
  const unborn =
    state === 'stopping' || progress.searched
      ? 0
      : settings.trials === null
        ? Infinity
        : Math.max(0, settings.trials - searched)
  if (tookMs.length === 0 || unborn + open.length === Infinity) {
    return untilLimitMs === Infinity ? null : untilLimitMs
  }
  const eachMs = tookMs.reduce((sum, ms) => sum + ms, 0) / tookMs.length
  const doneMs = open.reduce((sum, { startedMs }) => {
    return sum + (startedMs === null ? 0 : Math.min(eachMs, nowMs - startedMs))
  }, 0)
  const workMs = (unborn + open.length) * eachMs - doneMs
  return Math.min(untilLimitMs, Math.max(0, workMs / Math.max(1, progress.parallel)))
}
