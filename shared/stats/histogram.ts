import { momentsOf } from './moments.ts'

/**
 * Edges of equal bins from the least to the largest value, as many as Sturges' rule gives:
 * as wide as range / (log2 n + 1).
 * @param sorted ascending, without NaN and infinities
 * @returns one more than there are bins; a single bin of width 1 around a constant
 * @see Sturges (1926); the edges are those of `numpy.histogram_bin_edges(…, 'sturges')`
 */
export function sturgesEdges(sorted: Float64Array): Float64Array {
  const range = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0)
  return equalEdges(sorted, range / (Math.log2(sorted.length) + 1))
}

/**
 * Edges of equal bins by Doane's rule, which adds bins for skewed values.
 * @param sorted ascending, without NaN and infinities
 * @see Doane (1976); the edges are those of `numpy.histogram_bin_edges(…, 'doane')`
 */
export function doaneEdges(sorted: Float64Array): Float64Array {
  const n = sorted.length
  const range = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0)
  const { m2, m3 } = momentsOf(sorted)
  const deviation = Math.sqrt(m2 / n)
  if (n <= 2 || deviation === 0) return equalEdges(sorted, 0)
  const errorOfSkew = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)))
  const skew = m3 / n / deviation ** 3
  return equalEdges(sorted, range / (1 + Math.log2(n) + Math.log2(1 + Math.abs(skew) / errorOfSkew)))
}

/**
 * Counts of values between edges; each bin holds its left edge, the last one its right edge too.
 * @param sorted ascending, without NaN
 * @param edges ascending
 */
export function countBetween(sorted: Float64Array, edges: Float64Array): Float64Array {
  const counts = new Float64Array(Math.max(0, edges.length - 1))
  let below = firstAtLeast(sorted, edges[0] ?? 0)
  for (let bin = 0; bin < counts.length; bin++) {
    const right = edges[bin + 1] ?? Infinity
    const upTo = bin === counts.length - 1 ? firstAbove(sorted, right) : firstAtLeast(sorted, right)
    counts[bin] = upTo - below
    below = upTo
  }
  return counts
}

function equalEdges(sorted: Float64Array, width: number): Float64Array {
  let [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0]
  const bins = width > 0 ? Math.max(1, Math.ceil((most - least) / width)) : 1
  if (least === most) [least, most] = [least - 0.5, most + 0.5]
  const step = (most - least) / bins
  return Float64Array.from({ length: bins + 1 }, (_, i) => (i === bins ? most : least + i * step))
}

/** Place of the first value of at least `limit`. */
function firstAtLeast(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < limit) low = middle + 1
    else high = middle
  }
  return low
}

function firstAbove(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1
    else high = middle
  }
  return low
}
