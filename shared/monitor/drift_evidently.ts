import { isNumeric, type Column } from '../data/column.ts'
import { goodnessOfFit } from '../stats/chi_square.ts'
import { countBetween, sturgesEdges } from '../stats/histogram.ts'
import { hellinger } from '../stats/hellinger.ts'
import { jensenShannon } from '../stats/jensen_shannon.ts'
import { kolmogorovSmirnov } from '../stats/kolmogorov_smirnov.ts'
import { momentsOf } from '../stats/moments.ts'
import { sameProportion } from '../stats/proportion.ts'
import { kullbackLeibler, psi } from '../stats/psi.ts'
import { energyDistance, wasserstein } from '../stats/wasserstein.ts'
import { plainScore, type DriftScore } from './drift_score.ts'
import { categoricalPair, distinctTogether, numericSample, shares, sum, type Pair } from './sample.ts'

/** References of at most this many values are tested, larger ones measured by distance. */
const smallReference = 1000

/** Methods that can be asked for by name, with the thresholds at which Evidently 0.7 calls them drift. */
export const evidentlyMethods = [
  'wasserstein',
  'ks',
  'psi',
  'jensenshannon',
  'kl_div',
  'hellinger',
  'ed',
] as const

/** Name of a method as Evidently has it. */
export type EvidentlyMethod = (typeof evidentlyMethods)[number]

/** How Evidently 0.7 makes two columns comparable: whole numbers of few values and everything else are categories. */
export function evidentlyPair(name: string, reference: Column, current: Column): Pair {
  const distinct = (column: Column): number => distinctTogether(column, column, 10)
  const few = reference.kind === 'integer' && distinct(reference) <= 10
  if (isNumeric(reference) && isNumeric(current) && !few) {
    return { kind: 'numeric', name, reference: numericSample(reference), current: numericSample(current) }
  }
  if (reference.kind === 'text' && distinct(reference) > reference.length / 2)
    return { kind: 'other', name, why: 'it is text of many kinds' }
  return categoricalPair(name, reference, current)
}

/**
 * The test that Evidently 0.7 chooses by the size of the reference and the number of values, with its threshold.
 * @see the choice and the formulas in Evidently 0.7.21, `calculations/stattests`
 */
export function evidentlyScore(pair: Exclude<Pair, { kind: 'other' }>): DriftScore {
  if (pair.kind === 'categorical') return categoricalScore(pair.reference.counts, pair.current.counts)
  const [reference, current] = [pair.reference.sorted, pair.current.sorted]
  const values = countValues(reference, current)
  if (values.labels.length <= 5) return categoricalScore(values.reference, values.current)
  return reference.length <= smallReference
    ? evidentlyMethod('ks', reference, current)
    : evidentlyMethod('wasserstein', reference, current)
}

/** One method of Evidently's on numbers, both ascending. */
export function evidentlyMethod(
  method: EvidentlyMethod,
  reference: Float64Array,
  current: Float64Array,
): DriftScore {
  const distance = (value: number): DriftScore => plainScore(method, 'distance', value, { threshold: 0.1 })
  switch (method) {
    case 'ks': {
      const { pValue } = kolmogorovSmirnov(reference, current)
      return plainScore(method, 'p-value', pValue, { threshold: 0.05, inclusive: true })
    }
    case 'wasserstein': {
      const { count, m2 } = momentsOf(reference)
      return distance(wasserstein(reference, current) / Math.max(Math.sqrt(m2 / count), 0.001))
    }
    case 'ed':
      return distance(energyDistance(reference, current))
    case 'hellinger': {
      const { labels } = countValues(reference, current)
      const binned = binBy(sturgesEdges(labels), reference, current)
      return distance(hellinger(shares(binned.reference), shares(binned.current)))
    }
    default: {
      const binned = binTogether(reference, current)
      const [r, c] = [shares(binned.reference), shares(binned.current)]
      if (method === 'psi') return distance(psi(r, c))
      return distance(method === 'kl_div' ? kullbackLeibler(r, c) : jensenShannon(r, c))
    }
  }
}

function categoricalScore(reference: Float64Array, current: Float64Array): DriftScore {
  const [total, seen] = [sum(reference), sum(current)]
  if (total > smallReference)
    return plainScore('jensenshannon', 'distance', jensenShannon(reference, current), { threshold: 0.1 })
  if (reference.length <= 2) {
    const [first, firstSeen] = [reference[0] ?? 0, current[0] ?? 0]
    const { pValue } = sameProportion(total - first, total, seen - firstSeen, seen)
    return plainScore('z', 'p-value', pValue, { threshold: 0.05 })
  }
  const expected = reference.map((count) => (count * seen) / total)
  return plainScore('chisquare', 'p-value', goodnessOfFit(current, expected).pValue, { threshold: 0.05 })
}

/** Counts in common bins: values one by one if the reference has at most twenty, else equal bins over both. Both ascending. */
export function binTogether(
  reference: Float64Array,
  current: Float64Array,
): { reference: Float64Array; current: Float64Array } {
  if (countValues(reference, new Float64Array(0)).labels.length <= 20) return countValues(reference, current)
  return binBy(sturgesEdges(Float64Array.from([...reference, ...current]).sort()), reference, current)
}

function binBy(
  edges: Float64Array,
  reference: Float64Array,
  current: Float64Array,
): { reference: Float64Array; current: Float64Array } {
  return { reference: countBetween(reference, edges), current: countBetween(current, edges) }
}

/** How often each different value stands in two ascending lists. */
function countValues(
  reference: Float64Array,
  current: Float64Array,
): { labels: Float64Array; reference: Float64Array; current: Float64Array } {
  const [labels, inReference, inCurrent]: [number[], number[], number[]] = [[], [], []]
  let [i, j] = [0, 0]
  while (i < reference.length || j < current.length) {
    const value = Math.min(reference[i] ?? Infinity, current[j] ?? Infinity)
    const [fromI, fromJ] = [i, j]
    while (i < reference.length && reference[i] === value) i++
    while (j < current.length && current[j] === value) j++
    labels.push(value)
    inReference.push(i - fromI)
    inCurrent.push(j - fromJ)
  }
  return {
    labels: Float64Array.from(labels),
    reference: Float64Array.from(inReference),
    current: Float64Array.from(inCurrent),
  }
}
