/**
 * Total variation distance of two lists of shares over the same bins: the share of rows that would have to
 * change their bin, from 0 to 1.
 * @throws RangeError if the bins differ in number
 */
export function totalVariation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`Cannot compare ${a.length} bins with ${b.length}`)
  let total = 0
  for (let i = 0; i < a.length; i++) total += Math.abs((a[i] ?? 0) - (b[i] ?? 0))
  return total / 2
}

/**
 * Largest difference of two lists of shares in one bin (the L-infinity distance), from 0 to 1.
 * @throws RangeError if the bins differ in number
 */
export function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`Cannot compare ${a.length} bins with ${b.length}`)
  let largest = 0
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] ?? 0) - (b[i] ?? 0)))
  return largest
}
