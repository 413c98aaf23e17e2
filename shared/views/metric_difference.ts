import type { ComparedMetric, Siblings } from '../api/run_page_methods.ts'
import { formatNumber } from '../base/quantity.ts'
import { differenceInterval } from '../stats/welch.ts'

/** How far a run's metric lies from the first run's, and what is known of the noise. */
export interface MetricDifference {
  difference: number
  /** 95 % interval of the difference of the means over seeds; null where seeds tell nothing. */
  interval: { low: number; high: number } | null
  /** Whether the two runs differ from each other only by seed. */
  seedsOnly: boolean
  /** Runs that differ only by seed, of the first run and of this one. */
  seeds: readonly [number, number]
}

/** The difference of the i-th run to the first; null where one of them has no number. */
export function differenceOf(
  metric: ComparedMetric,
  i: number,
  siblings: readonly Siblings[],
): MetricDifference | null {
  const [first, value] = [metric.values[0], metric.values[i]]
  if (typeof first !== 'number' || typeof value !== 'number') return null
  const [a, b] = [siblings[i]?.metrics[metric.key], siblings[0]?.metrics[metric.key]]
  const seeds = [b?.n ?? 0, a?.n ?? 0] as const
  const sameGroup = siblings[i] !== undefined && sharesSeeds(siblings[i], siblings[0], metric.key)
  const seedsOnly = sameGroup && (a?.n ?? 0) > 1
  const known = a === undefined || b === undefined || sameGroup ? null : differenceInterval(a, b)
  if (known === null) return { difference: value - first, interval: null, seeds, seedsOnly }
  return { difference: known.difference, interval: { low: known.low, high: known.high }, seeds, seedsOnly }
}

/** A difference in words: whether it is one, or the same within noise. */
export function describeDifference(
  { difference, interval, seeds, seedsOnly }: MetricDifference,
  better: ComparedMetric['better'],
): { text: string; kind: 'better' | 'worse' | 'same' | 'plain'; title: string } {
  const sign = difference > 0 ? '+' : difference < 0 ? '−' : '±'
  const size = `${sign}${formatNumber(Math.abs(difference))}`
  if (seedsOnly) {
    return {
      text: `${size}, seed only`,
      kind: 'same',
      title: 'These runs differ only by seed: this is chance.',
    }
  }
  if (interval === null) {
    return { text: size, kind: 'plain', title: 'One seed each: nobody knows how much of this is chance.' }
  }
  const title = `Difference of the means over ${seeds[1]} and ${seeds[0]} seeds, with its 95 % interval (Welch): ${formatNumber(interval.low)} to ${formatNumber(interval.high)}`
  const half = formatNumber((interval.high - interval.low) / 2)
  if (interval.low <= 0 && interval.high >= 0)
    return { text: `${size} ± ${half}, the same within noise`, kind: 'same', title }
  const kind = better === null ? 'plain' : difference > 0 === (better === 'higher') ? 'better' : 'worse'
  return { text: `${size} ± ${half}`, kind, title }
}

/** Two runs that differ from each other only by seed have the same spread: it is that of one group. */
function sharesSeeds(a: Siblings, b: Siblings | undefined, key: string): boolean {
  const [x, y] = [a.metrics[key], b?.metrics[key]]
  return x !== undefined && y !== undefined && x.n === y.n && x.mean === y.mean && x.sd === y.sd
}
