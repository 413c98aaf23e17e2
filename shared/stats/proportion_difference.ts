/** Of `total` cases, `share` (0..1) were so. */
export interface Proportion {
  share: number
  total: number
}

/** Quantile of the normal distribution at 0.975. */
const z = 1.959963984540054

/**
 * Difference `a − b` of two proportions that were found in samples drawn apart, with its 95 % interval.
 *
 * @returns null where one sample is empty
 * @see Newcombe (1998), Interval estimation for the difference between independent proportions, method 10: Wilson's
 *   score intervals of both, put together
 */
export function proportionDifference(
  a: Proportion,
  b: Proportion,
): { difference: number; low: number; high: number } | null {
  if (a.total < 1 || b.total < 1) return null
  const difference = a.share - b.share
  const [of, than] = [wilson(a), wilson(b)]
  const below = Math.hypot(a.share - of.low, than.high - b.share)
  const above = Math.hypot(of.high - a.share, b.share - than.low)
  return { difference, low: difference - below, high: difference + above }
}

function wilson({ share, total }: Proportion): { low: number; high: number } {
  const middle = share + z ** 2 / (2 * total)
  const half = z * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2))
  const by = 1 + z ** 2 / total
  return { low: (middle - half) / by, high: (middle + half) / by }
}
