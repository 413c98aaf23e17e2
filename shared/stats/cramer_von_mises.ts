import gammaln from '@stdlib/math-base-special-gammaln'
import { midranks } from './ranks.ts'

/** What the two-sample Cramer-von Mises test found. */
export interface CramerVonMises {
  /** The criterion U of Anderson (1962), turned into T. */
  statistic: number
  /** From the limit for large samples, corrected for the sample sizes. */
  pValue: number
}

/**
 * Two-sample Cramer-von Mises test with the p-value of the limit, good from about 20 values a sample on.
 * @param a ascending, without NaN
 * @param b ascending, without NaN
 * @throws RangeError if one sample has fewer than two values
 * @see Anderson (1962); the values are those of `scipy.stats.cramervonmises_2samp(method='asymptotic')`
 */
export function cramerVonMises(a: Float64Array, b: Float64Array): CramerVonMises {
  const [m, n] = [a.length, b.length]
  if (m < 2 || n < 2) throw new RangeError('Cannot compare samples of fewer than two values')
  const ranks = midranks(a, b)
  const u = m * squaredDifferences(ranks.a) + n * squaredDifferences(ranks.b)
  const [k, both] = [m * n, m + n]
  const statistic = u / (k * both) - (4 * k - 1) / (6 * both)
  const expected = (1 + 1 / both) / 6
  const variance = ((both + 1) * (4 * k * both - 3 * (m ** 2 + n ** 2) - 2 * k)) / (45 * both ** 2 * 4 * k)
  const limit = 1 / 6 + (statistic - expected) / Math.sqrt(45 * variance)
  const pValue = limit < 0.003 ? 1 : Math.max(0, 1 - limitProbability(limit))
  return { statistic, pValue }
}

/** Of the ranks in the pool from the ranks in the sample. */
function squaredDifferences(ranks: Float64Array): number {
  return ranks.reduce((sum, rank, i) => sum + (rank - (i + 1)) ** 2, 0)
}

/** Distribution function of the limit of the criterion (Csorgo and Faraway 1996, equation 1.2). */
function limitProbability(x: number): number {
  let total = 0
  for (let k = 0; k < 100; k++) {
    const weight = Math.exp(gammaln(k + 0.5) - gammaln(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x))
    const y = 4 * k + 1
    const q = y ** 2 / (16 * x)
    const term = weight * Math.sqrt(y) * besselQuarter(q) * Math.exp(-2 * q)
    total += term
    if (Math.abs(term) < 1e-17 * Math.abs(total) || term === 0) break
  }
  return total
}

/** exp(q) K(q), K the modified Bessel function of the second kind of order 1/4, from its integral: the trapezoid rule converges exponentially on it. */
function besselQuarter(q: number): number {
  const step = 1 / 64
  let total = 0.5
  for (let i = 1; i < 10_000; i++) {
    const t = i * step
    const term = Math.exp(-q * (Math.cosh(t) - 1)) * Math.cosh(t / 4)
    total += term
    if (term < 1e-18 * total) break
  }
  return total * step
}
