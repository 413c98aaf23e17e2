import { kolmogorovTail } from './kolmogorov.ts'

/** Samples up to this size get the exact p-value, as in SciPy. */
const exactSize = 10_000

/** What the two-sample test found. */
export interface KolmogorovSmirnov {
  /** Largest difference of the two distribution functions, 0..1. */
  statistic: number
  pValue: number
}

/**
 * Two-sample Kolmogorov-Smirnov test, two-sided.
 * @param a ascending, without NaN
 * @param b ascending, without NaN
 * @throws RangeError if one sample is empty
 * @see Smirnov (1939); Viehmann (2021) for the exact p-value; the values are those of `scipy.stats.ks_2samp`
 */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): KolmogorovSmirnov {
  const statistic = largestDifference(a, b)
  return { statistic, pValue: ksPValue(statistic, a.length, b.length) }
}

/**
 * Largest difference of the distribution functions of two samples.
 * @param a ascending, without NaN
 * @param b ascending, without NaN
 * @throws RangeError if one sample is empty
 */
export function largestDifference(a: Float64Array, b: Float64Array): number {
  if (a.length === 0 || b.length === 0) throw new RangeError('Cannot compare samples as one is empty')
  let [i, j, largest] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const next = Math.min(a[i] ?? 0, b[j] ?? 0)
    while (i < a.length && a[i] === next) i++
    while (j < b.length && b[j] === next) j++
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length))
  }
  return largest
}

/** P-value of a distance between samples of these sizes: exact up to 10,000 values a sample. */
export function ksPValue(statistic: number, sizeA: number, sizeB: number): number {
  if (Math.max(sizeA, sizeB) > exactSize)
    return kolmogorovTail(Math.round((sizeA * sizeB) / (sizeA + sizeB)), statistic)
  const divisor = greatestDivisor(sizeA, sizeB)
  const steps = Math.round((statistic * sizeA * sizeB) / divisor)
  if (steps === 0) return 1
  const outside = sizeA === sizeB ? pathsOutsideSquare(sizeA, steps) : pathsOutside(sizeA, sizeB, steps)
  return Math.min(1, outside)
}

/** Share of the paths over a square grid that leave a band around the diagonal, by reflection. */
function pathsOutsideSquare(size: number, steps: number): number {
  let share = 0
  for (let k = Math.floor(size / steps); k >= 0; k--) {
    let ratio = 1
    for (let j = 0; j < steps; j++) ratio *= (size - k * steps - j) / (size + k * steps + j + 1)
    share = ratio * (1 - share)
  }
  return 2 * share
}

/**
 * Share of the paths over a grid that touch or leave a band around the diagonal, column by column: the share at a
 * place is the mean of its two predecessors', weighted by the ways through them. Only sums of positive terms, so
 * that small probabilities keep their digits.
 */
function pathsOutside(sizeA: number, sizeB: number, steps: number): number {
  const [wide, high] = sizeA > sizeB ? [sizeA, sizeB] : [sizeB, sizeA]
  const divisor = greatestDivisor(wide, high)
  const [wideStep, highStep] = [wide / divisor, high / divisor]
  let low = 0
  let top = Math.min(Math.ceil(steps / wideStep), high + 1)
  // `outside[y]` of the column before; 1 wherever the band does not reach.
  const outside = new Float64Array(high + 2).fill(1)
  outside.fill(0, low, top)
  for (let x = 1; x <= wide; x++) {
    const [lowBefore, topBefore] = [low, top]
    low = Math.min(Math.max(Math.floor((highStep * x - steps) / wideStep) + 1, 0), high)
    top = Math.min(Math.ceil((highStep * x + steps) / wideStep), high + 1)
    if (top <= low) return 1
    let above = low === 0 ? 0 : 1
    for (let y = low; y < top; y++) {
      const before = y >= lowBefore && y < topBefore ? (outside[y] ?? 1) : 1
      above = (before * x + above * y) / (x + y)
      outside[y] = above
    }
  }
  return outside[high] ?? 1
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
