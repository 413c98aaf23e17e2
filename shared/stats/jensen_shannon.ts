/**
 * Jensen-Shannon distance of two lists of counts or shares over the same bins: the square root of the divergence.
 * Zero means equal shares. The largest value is the square root of the logarithm of 2: 1 in base 2, 0.8326 with
 * the natural logarithm.
 * @throws RangeError if the bins differ in number or one side is empty
 * @see Endres and Schindelin (2003); the values are those of `scipy.spatial.distance.jensenshannon`
 */
export function jensenShannon(a: ArrayLike<number>, b: ArrayLike<number>, base = Math.E): number {
  if (a.length !== b.length) throw new RangeError(`Cannot compare ${a.length} bins with ${b.length}`)
  const [totalA, totalB] = [total(a), total(b)]
  if (totalA <= 0 || totalB <= 0) throw new RangeError('Cannot compare shares as one sample is empty')
  let divergence = 0
  for (let i = 0; i < a.length; i++) {
    const [p, q] = [(a[i] ?? 0) / totalA, (b[i] ?? 0) / totalB]
    const middle = (p + q) / 2
    if (p > 0) divergence += p * Math.log(p / middle)
    if (q > 0) divergence += q * Math.log(q / middle)
  }
  return Math.sqrt(Math.max(0, divergence) / 2 / Math.log(base))
}

function total(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return sum
}
