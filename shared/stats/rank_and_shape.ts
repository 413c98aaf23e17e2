import { normalTwoSided } from './normal.ts'
import type { RankTest } from './rank_test.ts'

/** What one walk over two sorted samples tells: location, spread, and the largest difference of the distributions. */
export interface RankAndShape {
  /** As `compareLocation`, `compareScale` and `largestDifference` tell them one by one. */
  location: RankTest
  scale: RankTest
  distance: number
}

/**
 * The tests of location (Wilcoxon) and spread (Mood) and the distance of Kolmogorov and Smirnov, in one walk and
 * without a list of ranks: for samples of hundreds of thousands.
 * @param a ascending, without NaN
 * @param b ascending, without NaN
 * @throws RangeError if one sample is empty
 */
export function rankAndShape(a: Float64Array, b: Float64Array): RankAndShape {
  if (a.length === 0 || b.length === 0) throw new RangeError('Cannot compare samples as one is empty')
  const total = a.length + b.length
  const middle = (total + 1) / 2
  let [i, j, distance] = [0, 0, 0]
  // Scores are counted from the middle, so that sums of squares keep their digits.
  let [locationA, location2, scaleA, scale, scale2] = [0, 0, 0, 0, 0]
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity)
    const [firstA, firstB] = [i, j]
    while (i < a.length && a[i] === value) i++
    while (j < b.length && b[j] === value) j++
    const [inA, inB] = [i - firstA, j - firstB]
    const rank = firstA + firstB + (inA + inB + 1) / 2 - middle
    const square = rank * rank
    locationA += inA * rank
    location2 += (inA + inB) * square
    scaleA += inA * square
    scale += (inA + inB) * square
    scale2 += (inA + inB) * square * square
    const apart = Math.abs(i / a.length - j / b.length)
    if (apart > distance) distance = apart
  }
  const mean = scale / total
  // Beside equal values throughout, what is left of rounding is no variance.
  const spread = scale2 - total * mean * mean
  const share = (a.length * b.length) / (total * (total - 1))
  return {
    location: standardized(locationA, share * location2),
    scale: standardized(scaleA - a.length * mean, spread > 1e-12 * scale2 ? share * spread : 0),
    distance,
  }
}

function standardized(sum: number, variance: number): RankTest {
  const z = variance > 0 ? sum / Math.sqrt(variance) : 0
  return { z, pValue: normalTwoSided(z) }
}
