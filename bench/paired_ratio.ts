import { seedRandom } from '../shared/base/random.ts'

/** By which factor something differs in pairs, and between which two 95 of 100 such estimates lie. */
export interface PairedRatio {
  ratio: number
  low: number
  high: number
}

/**
 * The factor between the two of each pair: the mean of the middle half of the logarithms, since a machine that does
 * something else for a moment hits one of a pair now and then and must not decide. The interval is a bootstrap's over
 * pairs, so that what happens within one may depend on each other.
 * @throws RangeError if there is no pair
 */
export function pairedRatio(pairs: readonly (readonly [first: number, second: number])[]): PairedRatio {
  if (pairs.length === 0) throw new RangeError('Cannot compare no pairs')
  const logs = pairs.map(([first, second]) => Math.log(first / second))
  const random = seedRandom('paired ratio')
  const drawn = Array.from({ length: 4_000 }, () =>
    middleMean(logs.map(() => logs[random.below(logs.length)] ?? NaN)),
  ).sort((a, b) => a - b)
  return {
    ratio: Math.exp(middleMean(logs)),
    low: Math.exp(drawn[100] ?? NaN),
    high: Math.exp(drawn[3_899] ?? NaN),
  }
}

/** Mean of the middle half. */
function middleMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const cut = Math.floor(sorted.length / 4)
  const kept = sorted.slice(cut, sorted.length - cut)
  return kept.reduce((sum, value) => sum + value, 0) / kept.length
}
