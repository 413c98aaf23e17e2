/**
 * Hellinger distance of two lists of shares over the same bins, from 0 (equal) to 1 (nothing in common).
 * @throws RangeError if the bins differ in number
 * @see Hellinger (1909)
 */
export function hellinger(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`Cannot compare ${a.length} bins with ${b.length}`)
  let total = 0
  for (let i = 0; i < a.length; i++) total += (Math.sqrt(a[i] ?? 0) - Math.sqrt(b[i] ?? 0)) ** 2
  return Math.sqrt(total / 2)
}
