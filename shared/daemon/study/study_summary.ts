import { hideToken } from '../remote/on_address.ts'
import type { StudyGain, StudySummary, StudyTrialState } from '../../api/study_methods.ts'
import { meanInterval } from '../../stats/mean_interval.ts'
import { formatDomain } from '../../tuning/space_text.ts'
import { importances } from '../../tuning/importance.ts'
import { dominates } from '../../tuning/pareto.ts'
import { choosePruner } from '../../tuning/pruner_choice.ts'
import { chooseSampler } from '../../tuning/sampler_choice.ts'
import { bestTrial, isUsable, losses } from '../../tuning/trial.ts'
import { asTrial, tellTrial, type StudyRecord, type TrialRecord } from './study_record.ts'
import type { StudySearch } from './study_search.ts'
import { leftMsOf, usedOf } from './study_time.ts'

/** The trial with the best first objective; null before one is complete. Repeats do not count. */
export function bestOf(trials: readonly TrialRecord[], { search }: StudySearch): TrialRecord | null {
  const counted = trials.filter(({ role }) => role !== 'repeat')
  const best = bestTrial(search, counted.map(asTrial))
  return best === null ? null : (counted.find(({ number }) => number === best.number) ?? null)
}

/** A study in a few numbers. */
export function summarize(
  record: StudyRecord,
  trials: readonly TrialRecord[],
  study: StudySearch,
  nowMs: number,
): StudySummary {
  const { progress, settings } = record
  const { search } = study
  const counts: Record<StudyTrialState, number> = {
    ...{ queued: 0, running: 0, complete: 0, pruned: 0, failed: 0, cancelled: 0 },
  }
  for (const { state } of trials) counts[state]++
  const best = bestOf(trials, study)
  const own = defaultOf(trials)
  const ended = trials.filter(({ role, endedMs }) => role === 'search' && endedMs !== null)
  return {
    id: record.id,
    name: record.name,
    notebook: record.notebook,
    runId: record.runId,
    state: record.state,
    madeBy: progress.madeBy ?? null,
    settings: { ...settings, on: settings.on.map(hideToken) },
    space: Object.fromEntries(search.space.parameters.map((one) => [one.name, formatDomain(one)])),
    parallel: progress.parallel,
    trials: counts,
    best: best === null ? null : tellTrial(best),
    front: search.directions.length > 1 ? paretoFront(trials, study) : [],
    defaultTrial: own?.number ?? null,
    gain: best === null || own === null ? null : gainOf(study, trials, best, own),
    plateau: plateauOf(record, ended),
    used: usedOf(record, trials, nowMs),
    leftMs: leftMsOf(record, trials, nowMs),
    sinceBest: best === null ? ended.length : ended.filter(({ number }) => number > best.number).length,
    importance: importanceOf(study, trials),
    how: {
      sampler: progress.madeBy ?? chooseSampler(study.sampler, search).says,
      pruner: progress.madeBy ?? choosePruner(study.pruner, search).says,
      mode: progress.mode,
      why: progress.why,
      sharedCells: progress.sharedCells,
      sharedSeconds: progress.sharedSeconds,
      coresPerTrial: progress.cores,
      devices: progress.devices,
    },
    notes: progress.notes,
    failure: progress.failure,
    createdAtMs: record.createdMs,
    endedAtMs: record.endedMs,
  }
}

function plateauOf({ progress }: StudyRecord, ended: readonly TrialRecord[]): StudySummary['plateau'] {
  const plateau = progress.plateau ?? null
  if (plateau === null) return null
  return { ...plateau, spent: ended.filter(({ number }) => number >= plateau.trial).length }
}

/** The trial with the notebook's own values: the first one, if it was put there. */
function defaultOf(trials: readonly TrialRecord[]): TrialRecord | null {
  const first = trials[0]
  const isOwn = first !== undefined && first.enqueued && (first.says ?? '').startsWith("the notebook's own")
  return isOwn && first.state === 'complete' ? first : null
}

/**
 * How much better the best is than the notebook's own values. Each was measured once in the search, and the best is
 * the luckiest of many, so that only repeats with other seeds tell how sure the gain is: their difference of means,
 * with the interval of Welch's standard error at the smaller number of measurements.
 */
export function gainOf(
  { search }: StudySearch,
  trials: readonly TrialRecord[],
  best: TrialRecord,
  own: TrialRecord,
): StudyGain {
  const sign = search.directions[0] === 'minimize' ? -1 : 1
  const again = (of: TrialRecord): number[] =>
    trials.filter(({ repeatOf, state }) => repeatOf === of.number && state === 'complete').flatMap(firstValue)
  const gain = sign * ((best.values[0] ?? NaN) - (own.values[0] ?? NaN))
  if (best === own) {
    return {
      gain: 0,
      interval: null,
      verdict: 'noise',
      says: "the notebook's own values are the best so far",
    }
  }
  const [better, before] = [again(best), again(own)]
  const n = Math.min(better.length, before.length)
  if (n < 2) {
    const says =
      'measured once each; --repeats 5 measures both again with other seeds, which tells how sure it is'
    return { gain, interval: null, verdict: 'unknown', says }
  }
  const difference = sign * (mean(better) - mean(before))
  // Of the means' difference: meanInterval divides by the root of n once more.
  const sd = Math.sqrt(n * (variance(better) / better.length + variance(before) / before.length))
  const interval = meanInterval({ n, mean: difference, sd })
  const isSmall = Math.abs(difference) < 0.01 * Math.max(Math.abs(mean(before)), 1e-12)
  const verdict = interval === null || interval.low <= 0 ? 'noise' : isSmall ? 'small' : 'real'
  return { gain: difference, interval, verdict, says: `from ${n} more measurements of each with other seeds` }
}

/** What matters most for the first objective; nothing before a handful of trials is complete. */
function importanceOf({ search }: StudySearch, trials: readonly TrialRecord[]): StudySummary['importance'] {
  const complete = trials.filter(({ role, state }) => role === 'search' && state === 'complete')
  if (complete.length < 5) return []
  return importances(search, complete.map(asTrial)).filter(({ share }) => share > 0)
}

/** Trials that no other one beats in all objectives. */
function paretoFront(trials: readonly TrialRecord[], { search }: StudySearch): number[] {
  const usable = trials
    .filter(({ role }) => role !== 'repeat')
    .map(asTrial)
    .filter((one) => isUsable(search, one))
  const points = usable.map((trial) => ({ number: trial.number, values: losses(search, trial) }))
  // In this order nobody is beaten by one that comes later, so that only the front has to be asked.
  points.sort((a, b) => inOrder(a.values, b.values))
  const front: typeof points = []
  for (const point of points) {
    if (!front.some((other) => dominates(other.values, point.values))) front.push(point)
  }
  return front.map(({ number }) => number).sort((a, b) => a - b)
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function firstValue({ values }: TrialRecord): number[] {
  return values.slice(0, 1)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function variance(values: readonly number[]): number {
  const middle = mean(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)
}
