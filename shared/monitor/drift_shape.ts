import { countBetween } from '../stats/histogram.ts'
import { momentsOf, sampleDeviation } from '../stats/moments.ts'
import type { Shape, SideFacts } from './drift_report.ts'
import { shares, type CategoricalSample, type NumericSample, type Pair } from './sample.ts'

const bins = 24
const categories = 12

/** One side of a numeric column in a few numbers. */
export function numericFacts({ sorted, rows, missing }: NumericSample): SideFacts {
  const moments = momentsOf(sorted)
  const at = (share: number): number | null => sorted[Math.floor(share * (sorted.length - 1))] ?? null
  return {
    rows,
    missing,
    mean: moments.count === 0 ? null : finite(moments.mean),
    deviation: moments.count < 2 ? null : finite(sampleDeviation(moments)),
    median: at(0.5),
    least: at(0),
    most: at(1),
  }
}

/** Sums of the largest numbers there are pass what a number holds. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** One side of any other column. */
export function otherFacts({ rows, missing }: Pick<CategoricalSample, 'rows' | 'missing'>): SideFacts {
  return { rows, missing, mean: null, deviation: null, median: null, least: null, most: null }
}

/** Both sides in the same bins; the rare ends of the range share the outermost ones. */
export function shapeOf(pair: Exclude<Pair, { kind: 'other' }>): Shape {
  return pair.kind === 'numeric'
    ? numericShape(pair.reference.sorted, pair.current.sorted)
    : categoricalShape(pair.labels, pair.reference.counts, pair.current.counts)
}

function numericShape(reference: Float64Array, current: Float64Array): Shape {
  const ends = (sorted: Float64Array): [number, number] => [
    sorted[Math.floor(0.005 * sorted.length)] ?? NaN,
    sorted[Math.ceil(0.995 * sorted.length) - 1] ?? NaN,
  ]
  const values = [...ends(reference), ...ends(current)].filter((value) => !Number.isNaN(value))
  const [least, most] = [Math.min(...values), Math.max(...values)]
  // Each part by itself: the whole range may be more than a number holds.
  const step = most / bins - least / bins
  const edges =
    step > 0
      ? Array.from({ length: bins + 1 }, (_, i) => least * (1 - i / bins) + most * (i / bins))
      : [least - 0.5, least + 0.5]
  const wide = Float64Array.from(edges)
  wide[0] = -Infinity
  wide[wide.length - 1] = Infinity
  const count = (sorted: Float64Array): number[] => [...shares(countBetween(sorted, wide))]
  return { edges, labels: [], reference: count(reference), current: count(current) }
}

function categoricalShape(labels: readonly string[], reference: Float64Array, current: Float64Array): Shape {
  const [before, now] = [shares(reference), shares(current)]
  const order = labels
    .map((_, i) => i)
    .sort((i, j) => (before[j] ?? 0) + (now[j] ?? 0) - (before[i] ?? 0) - (now[i] ?? 0))
  const shown = order.length > categories ? order.slice(0, categories - 1) : order
  const list = (side: Float64Array): number[] => {
    const kept = shown.map((i) => side[i] ?? 0)
    const rest = order.slice(shown.length).reduce((sum, i) => sum + (side[i] ?? 0), 0)
    return shown.length === order.length ? kept : [...kept, rest]
  }
  const names = shown.map((i) => labels[i] ?? '')
  const more = order.length - shown.length
  return {
    edges: null,
    labels: more === 0 ? names : [...names, `${more} other`],
    reference: list(before),
    current: list(now),
  }
}
