import gammainc from '@stdlib/math-base-special-gammainc'

/** What a chi-square test found. */
export interface ChiSquare {
  statistic: number
  degreesOfFreedom: number
  pValue: number
}

/**
 * Probability that a chi-square value lies above `statistic`.
 * @param degreesOfFreedom above 0
 */
export function chiSquareTail(statistic: number, degreesOfFreedom: number): number {
  if (Number.isNaN(statistic)) return Number.NaN
  if (statistic <= 0) return 1
  if (statistic === Infinity) return 0
  return gammainc(statistic / 2, degreesOfFreedom / 2, true, true)
}

/**
 * Pearson's test of observed counts against expected ones, which are taken as known. A count where none was
 * expected makes the p-value 0.
 * @throws RangeError if the two differ in length or have fewer than two categories
 * @see Pearson (1900); the values are those of `scipy.stats.chisquare`
 */
export function goodnessOfFit(observed: ArrayLike<number>, expected: ArrayLike<number>): ChiSquare {
  if (observed.length !== expected.length || observed.length < 2)
    throw new RangeError(`Cannot compare ${observed.length} counts with ${expected.length} expected ones`)
  let statistic = 0
  for (let i = 0; i < observed.length; i++) {
    const [seen, awaited] = [observed[i] ?? 0, expected[i] ?? 0]
    if (seen !== awaited) statistic += (seen - awaited) ** 2 / awaited
  }
  const degreesOfFreedom = observed.length - 1
  return { statistic, degreesOfFreedom, pValue: chiSquareTail(statistic, degreesOfFreedom) }
}

/**
 * Pearson's test whether two samples have the same shares, without Yates' correction. Categories that neither
 * sample has are left out; with fewer than two left the samples are the same and the p-value is 1.
 * @throws RangeError if the two differ in length or one is empty
 * @see Pearson (1900); the values are those of `scipy.stats.chi2_contingency(correction=False)`
 */
export function sameShares(a: ArrayLike<number>, b: ArrayLike<number>): ChiSquare {
  if (a.length !== b.length) throw new RangeError(`Cannot compare ${a.length} categories with ${b.length}`)
  const [totalA, totalB] = [sum(a), sum(b)]
  if (totalA <= 0 || totalB <= 0) throw new RangeError('Cannot compare shares as one sample is empty')
  let statistic = 0
  let categories = 0
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i] ?? 0, b[i] ?? 0]
    if (inA + inB === 0) continue
    categories++
    const share = (inA + inB) / (totalA + totalB)
    statistic +=
      (inA - totalA * share) ** 2 / (totalA * share) + (inB - totalB * share) ** 2 / (totalB * share)
  }
  const degreesOfFreedom = categories - 1
  if (degreesOfFreedom < 1) return { statistic: 0, degreesOfFreedom: 0, pValue: 1 }
  return { statistic, degreesOfFreedom, pValue: chiSquareTail(statistic, degreesOfFreedom) }
}

function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i] ?? 0
  return total
}
