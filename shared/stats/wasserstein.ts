/**
 * Wasserstein-1 (earth mover's) distance of two samples, in the unit of the values.
 * @param a ascending, without NaN
 * @param b ascending, without NaN
 * @throws RangeError if one sample is empty
 * @see Vallender (1974); the values are those of `scipy.stats.wasserstein_distance`
 */
export function wasserstein(a: Float64Array, b: Float64Array): number {
  return integrateGaps(a, b, Math.abs)
}

/**
 * Energy distance of two samples: the square root of twice the integral of the squared difference of their
 * distribution functions.
 * @param a ascending, without NaN
 * @param b ascending, without NaN
 * @throws RangeError if one sample is empty
 * @see Szekely (2003); the values are those of `scipy.stats.energy_distance`
 */
export function energyDistance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(2 * integrateGaps(a, b, (gap) => gap * gap))
}

/** Integral over all values of a function of the difference of the two distribution functions. */
function integrateGaps(a: Float64Array, b: Float64Array, of: (gap: number) => number): number {
  if (a.length === 0 || b.length === 0) throw new RangeError('Cannot compare samples as one is empty')
  let [i, j, total] = [0, 0, 0]
  let previous = Math.min(a[0] ?? 0, b[0] ?? 0)
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Infinity, b[j] ?? Infinity)
    if (next > previous) total += of(i / a.length - j / b.length) * (next - previous)
    previous = next
    while (i < a.length && a[i] === next) i++
    while (j < b.length && b[j] === next) j++
  }
  return total
}
