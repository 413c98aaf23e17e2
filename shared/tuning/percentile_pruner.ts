import type { PruneDecision, Pruner } from './pruner.ts'
import { firstRung } from './rung.ts'
import { loss } from './trial.ts'
import type { Study, Trial } from './trial.ts'

/** How a percentile pruner judges. */
export interface PercentileOptions {
  /** A trial goes on if its best value so far is within this percent of the completed trials' at the same step. */
  readonly percent: number
  /** So many trials are completed before any is pruned. */
  readonly startupTrials?: number
  /** No trial is pruned before this step; without it, the first 8 % of the way. */
  readonly warmupSteps?: number
}

/** Prunes what is worse than the median (Golovin et al., KDD 2017, "median stopping rule"). */
export function medianPruner(options: Omit<PercentileOptions, 'percent'> = {}): Pruner {
  return { ...percentilePruner({ ...options, percent: 50 }), name: 'median' }
}

/** Prunes a trial whose best report is worse than a percentile of what completed trials had at the same step. */
export function percentilePruner(options: PercentileOptions): Pruner {
  const { percent, startupTrials = 5 } = options
  return {
    name: 'percentile',
    decide(study, rivals, trial) {
      const report = trial.reports.at(-1)
      if (report === undefined) return goOn('nothing was reported yet')
      const complete = rivals.filter(({ state }) => state === 'complete')
      if (complete.length < startupTrials) {
        return goOn(`${complete.length} of ${startupTrials} trials are complete before any is pruned`)
      }
      const warmup = options.warmupSteps ?? firstRung(study, rivals) ?? Infinity
      if (report.step < warmup) return goOn(`no trial is pruned before step ${warmup}`)
      return judge(study, complete, trial, percent)
    },
  }
}

function judge(study: Study, complete: readonly Trial[], trial: Trial, percent: number): PruneDecision {
  const [direction] = study.directions
  const step = trial.reports.at(-1)?.step ?? 0
  const there = complete
    .map(({ reports }) => reports.find((report) => report.step === step)?.value ?? NaN)
    .filter((value) => !Number.isNaN(value))
    .map((value) => loss(direction, value))
  if (there.length === 0) return goOn(`no completed trial reported at step ${step}`)
  const own = trial.reports.map(({ value }) => loss(direction, value)).filter((value) => !Number.isNaN(value))
  if (own.length === 0) return { prune: true, says: `all its values up to step ${step} are NaN` }
  const best = Math.min(...own)
  const bar = quantile(there, percent / 100)
  const shown = `best value ${show(study, best)}, ${describe(percent)} of ${there.length} completed trials at step ${step} is ${show(study, bar)}`
  return { prune: best > bar, says: shown }
}

/** The value below which a share lies, by linear interpolation (type 7 of Hyndman and Fan 1996, numpy's). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const low = sorted[Math.floor(place)] ?? NaN
  const high = sorted[Math.ceil(place)] ?? NaN
  return low === high ? low : low + (high - low) * (place - Math.floor(place))
}

function describe(percent: number): string {
  return percent === 50 ? 'the median' : `the best ${percent} %`
}

function show(study: Study, value: number): string {
  return String(Number(loss(study.directions[0], value).toPrecision(5)))
}

function goOn(says: string): PruneDecision {
  return { prune: false, says }
}
