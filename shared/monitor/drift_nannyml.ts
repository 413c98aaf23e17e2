import { isNumeric, type Column } from '../data/column.ts'
import { countBetween, doaneEdges } from '../stats/histogram.ts'
import { hellinger } from '../stats/hellinger.ts'
import { jensenShannon } from '../stats/jensen_shannon.ts'
import { largestDifference } from '../stats/kolmogorov_smirnov.ts'
import { largestGap } from '../stats/total_variation.ts'
import { sameShares } from '../stats/chi_square.ts'
import { wasserstein } from '../stats/wasserstein.ts'
import { categoricalPair, numericSample, shares, sum, type Pair } from './sample.ts'

/** NannyML's univariate distances that are covered here. */
export type NannymlMethod =
  'jensen_shannon' | 'kolmogorov_smirnov' | 'wasserstein' | 'hellinger' | 'l_infinity' | 'chi2'

/** How NannyML 0.13 sees two columns: numbers are continuous, everything else categorical. */
export function nannymlPair(name: string, reference: Column, current: Column): Pair {
  return isNumeric(reference) && isNumeric(current)
    ? { kind: 'numeric', name, reference: numericSample(reference), current: numericSample(current) }
    : categoricalPair(name, reference, current)
}

/**
 * One of NannyML's distances; samples of up to 10,000 values are compared exactly, as it does.
 * @returns NaN where the method does not apply to the kind of column
 * @see the formulas in NannyML 0.13.1, `drift/univariate/methods.py`
 */
export function nannymlDistance(method: NannymlMethod, pair: Exclude<Pair, { kind: 'other' }>): number {
  return pair.kind === 'numeric'
    ? continuous(method, pair.reference.sorted, pair.current.sorted)
    : categorical(method, pair.reference.counts, pair.current.counts)
}

function continuous(method: NannymlMethod, reference: Float64Array, current: Float64Array): number {
  if (method === 'kolmogorov_smirnov') return largestDifference(reference, current)
  if (method === 'wasserstein') return wasserstein(reference, current)
  if (method !== 'jensen_shannon' && method !== 'hellinger') return Number.NaN
  const edges = doaneEdges(reference)
  const [inReference, inCurrent] = [countBetween(reference, edges), countBetween(current, edges)]
  // What lies outside of the reference's range has a bin of its own, which the reference has none in.
  const outside = current.length - sum(inCurrent)
  const r = Float64Array.of(...inReference, 0)
  const c = Float64Array.of(...inCurrent, outside)
  return method === 'jensen_shannon' ? jensenShannon(r, c, 2) : hellinger(shares(r), shares(c))
}

function categorical(method: NannymlMethod, reference: Float64Array, current: Float64Array): number {
  switch (method) {
    case 'jensen_shannon':
      return jensenShannon(reference, current, 2)
    case 'hellinger':
      return hellinger(shares(reference), shares(current))
    case 'l_infinity':
      return largestGap(shares(reference), shares(current))
    case 'chi2':
      return sameShares(reference, current).statistic
    default:
      return Number.NaN
  }
}
