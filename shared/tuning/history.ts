import type { Trial } from './trial.ts'

/**
 * What stood in the study when a trial was asked for: those before it, of which as many had ended as it `saw`.
 * The others count as running, with nothing reported. Asking again with this history and the same seed gives the
 * same point.
 */
export function historyOf(trials: readonly Trial[], trial: Pick<Trial, 'number' | 'saw'>): Trial[] {
  return trials
    .filter(({ number }) => number < trial.number)
    .map((earlier) => (earlier.ended !== null && earlier.ended < trial.saw ? earlier : asRunning(earlier)))
}

/**
 * The deterministic mode: trial k sees the results of the trials up to k - parallel and none of those after, which
 * count as running, whether or not they have ended. The same seed then gives the same study however long each
 * trial takes.
 */
export function settledHistory(trials: readonly Trial[], number: number, parallel: number): Trial[] {
  return trials
    .filter((earlier) => earlier.number < number)
    .map((earlier) => (earlier.number <= number - parallel ? earlier : asRunning(earlier)))
}

/** Deterministic mode: whether trial `number` can be asked for yet. Otherwise it waits for a result. */
export function canAskSettled(trials: readonly Trial[], number: number, parallel: number): boolean {
  return trials.every((trial) => trial.number > number - parallel || trial.state !== 'running')
}

/**
 * Deterministic mode: what a pruner may compare a trial with: the trials that had to end before it was asked for.
 * Others are left out, since how far they are depends on the machine.
 */
export function settledRivals(trials: readonly Trial[], number: number, parallel: number): Trial[] {
  return trials.filter((trial) => trial.number <= number - parallel)
}

/** A trial as it looked before its end. */
export function asRunning(trial: Trial): Trial {
  if (trial.state === 'running' && trial.reports.length === 0) return trial
  return { ...trial, state: 'running', values: [], constraints: [], reports: [], ended: null }
}
