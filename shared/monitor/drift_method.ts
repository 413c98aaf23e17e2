import { andersonDarling } from '../stats/anderson_darling.ts'
import { sameShares } from '../stats/chi_square.ts'
import { cramerVonMises } from '../stats/cramer_von_mises.ts'
import { hellinger } from '../stats/hellinger.ts'
import { jensenShannon } from '../stats/jensen_shannon.ts'
import { sameProportion } from '../stats/proportion.ts'
import { kullbackLeibler, psi } from '../stats/psi.ts'
import { compareLocation } from '../stats/rank_test.ts'
import { midranks } from '../stats/ranks.ts'
import { totalVariation } from '../stats/total_variation.ts'
import { binTogether, evidentlyMethod } from './drift_evidently.ts'
import { plainScore, type DriftScore } from './drift_score.ts'
import { shares, sum, type Pair } from './sample.ts'

/**
 * Tests and distances that can be asked for by name. Those on bins (psi, jensenshannon, kl_div, hellinger,
 * total_variation) take numbers and categories; chisquare and z take categories, z where there are two.
 */
export const driftMethods = [
  'ks',
  'anderson',
  'cramer_von_mises',
  'mannw',
  'wasserstein',
  'ed',
  'chisquare',
  'z',
  'psi',
  'jensenshannon',
  'kl_div',
  'hellinger',
  'total_variation',
] as const

/** Name of a test or distance, as Evidently has it where it has it. */
export type DriftMethod = (typeof driftMethods)[number]

/** A method with the place where drift begins; null for the usual one, 0.05 of a probability and 0.1 of a distance. */
export interface ChosenMethod {
  name: DriftMethod
  threshold: number | null
}

/** What the method says of a column; null where it does not take columns of this kind. */
export function scoreByMethod(
  chosen: ChosenMethod,
  pair: Exclude<Pair, { kind: 'other' }>,
): DriftScore | null {
  const found =
    pair.kind === 'numeric'
      ? scoreNumbers(chosen.name, pair.reference.sorted, pair.current.sorted)
      : scoreCounts(chosen.name, pair.reference.counts, pair.current.counts)
  if (found === null) return null
  const { kind, value } = found
  const threshold = chosen.threshold ?? (kind === 'p-value' ? 0.05 : 0.1)
  return plainScore(chosen.name, kind, value, { threshold })
}

interface Found {
  kind: DriftScore['kind']
  value: number
}

function scoreNumbers(method: DriftMethod, reference: Float64Array, current: Float64Array): Found | null {
  const isTest = method === 'anderson' || method === 'cramer_von_mises'
  if (isTest && Math.min(reference.length, current.length) < 2) return null
  // Their limits suppose that there are different values.
  if (isTest && isConstant(reference, current)) return probability(1)
  switch (method) {
    case 'chisquare':
    case 'z':
      return null
    case 'anderson':
      return probability(andersonDarling(reference, current).pValue)
    case 'cramer_von_mises':
      return probability(cramerVonMises(reference, current).pValue)
    case 'mannw':
      return probability(compareLocation(midranks(reference, current)).pValue)
    case 'total_variation': {
      const bins = binTogether(reference, current)
      return distance(totalVariation(shares(bins.reference), shares(bins.current)))
    }
    default:
      return evidentlyMethod(method, reference, current)
  }
}

function scoreCounts(method: DriftMethod, reference: Float64Array, current: Float64Array): Found | null {
  const [r, c] = [shares(reference), shares(current)]
  switch (method) {
    case 'chisquare':
      return probability(sameShares(reference, current).pValue)
    case 'z':
      return reference.length === 2
        ? probability(sameProportion(reference[0] ?? 0, sum(reference), current[0] ?? 0, sum(current)).pValue)
        : null
    case 'psi':
      return distance(psi(r, c))
    case 'jensenshannon':
      return distance(jensenShannon(r, c))
    case 'kl_div':
      return distance(kullbackLeibler(r, c))
    case 'hellinger':
      return distance(hellinger(r, c))
    case 'total_variation':
      return distance(totalVariation(r, c))
    default:
      return null
  }
}

const probability = (value: number): Found => ({ kind: 'p-value', value })
const distance = (value: number): Found => ({ kind: 'distance', value })

function isConstant(reference: Float64Array, current: Float64Array): boolean {
  const least = Math.min(reference[0] ?? NaN, current[0] ?? NaN)
  return Math.max(reference.at(-1) ?? NaN, current.at(-1) ?? NaN) === least
}
