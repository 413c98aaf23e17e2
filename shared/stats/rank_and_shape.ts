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
  const [inAll, ofAll] = [a.length, b.length]
  let [x, y] = [a[0] ?? Infinity, b[0] ?? Infinity]
  while (i < inAll || j < ofAll) {
    const before = i + j
    const firstA = i
    const value = x < y ? x : y
    // Written out for both sides: a function that is called for each value takes half as long again.
    while (x === value && i < inAll) x = a[++i] ?? Infinity
    while (y === value && j < ofAll) y = b[++j] ?? Infinity
    const [inA, both] = [i - firstA, i + j - before]
    const rank = before + (both + 1) / 2 - middle
    const square = rank * rank
    locationA += inA * rank
    location2 += both * square
    scaleA += inA * square
    scale += both * square
    scale2 += both * square * square
    const apart = Math.abs(i / inAll - j / ofAll)
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
