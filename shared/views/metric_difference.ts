import type { ComparedMetric, Siblings } from '../api/run_page_methods.ts'
import { formatNumber } from '../base/quantity.ts'
import { proportionDifference } from '../stats/proportion_difference.ts'
import { differenceInterval } from '../stats/welch.ts'

/** How far a run's metric lies from the first run's, and what is known of the noise. */
export interface MetricDifference {
  difference: number
  /** 95 % interval of the difference; null where nothing tells it. */
  interval: { low: number; high: number } | null
  /** Whether the two runs differ from each other only by seed. */
  seedsOnly: boolean
  /** Runs that differ only by seed, of the first run and of this one. */
  seeds: readonly [number, number]
  /** Rows that the interval is from, of the first run and of this one; null where it is from seeds. */
  rows: readonly [number, number] | null
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
  const parts = { seeds, seedsOnly, rows: null }
  if (known !== null) return { ...parts, difference: known.difference, interval: known }
  const byRows = sameGroup ? null : intervalByRows(metric, i)
  return { ...parts, difference: value - first, interval: null, ...byRows }
}

/** A difference in words: whether it is one, or the same within noise. */
export function describeDifference(
  { difference, interval, seeds, seedsOnly, rows }: MetricDifference,
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
    const title =
      'No interval: one seed each, and on how many rows this was measured is not known. How much of it is chance, nobody knows.'
    return { text: size, kind: 'plain', title }
  }
  const from = (interval: string) =>
    rows === null
      ? `Difference of the means over ${seeds[1]} and ${seeds[0]} seeds, with its 95 % interval (Welch): ${interval}`
      : `One seed each. 95 % interval (Newcombe) by chance of the ${count(rows[1])} and ${count(rows[0])} test rows alone: ${interval}. On the same rows it is rather too wide; what another seed would change is not in it.`
  const title = from(`${formatNumber(interval.low)} to ${formatNumber(interval.high)}`)
  const half = formatNumber((interval.high - interval.low) / 2)
  if (interval.low <= 0 && interval.high >= 0)
    return { text: `${size} ± ${half}, the same within noise`, kind: 'same', title }
  const kind = better === null ? 'plain' : difference > 0 === (better === 'higher') ? 'better' : 'worse'
  return { text: `${size} ± ${half}`, kind, title }
}

/** What the number of rows tells of a share that was measured once in each run. */
function intervalByRows(
  { values, rows }: ComparedMetric,
  i: number,
): Pick<MetricDifference, 'interval' | 'rows'> | null {
  const [b, a] = [0, i].map((at) => ({ share: Number(values[at]), total: rows[at] ?? 0 }))
  if (a === undefined || b === undefined) return null
  if ([a, b].some(({ share }) => share < 0 || share > 1)) return null
  const interval = proportionDifference(a, b)
  return interval === null ? null : { interval, rows: [b.total, a.total] }
}

function count(rows: number): string {
  return rows.toLocaleString('en-US')
}

/** Two runs that differ from each other only by seed have the same spread: it is that of one group. */
function sharesSeeds(a: Siblings, b: Siblings | undefined, key: string): boolean {
  const [x, y] = [a.metrics[key], b?.metrics[key]]
  return x !== undefined && y !== undefined && x.n === y.n && x.mean === y.mean && x.sd === y.sd
}
