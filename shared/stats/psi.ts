/** What stands for an empty share, so that the logarithm stays finite. */
export interface EmptyShare {
  /** Given to empty shares. */
  share: number
  /** If the smallest share that is not empty is at most `share`, it is divided by this instead. */
  below: number
}

/** As Evidently 0.7 fills them. */
export const evidentlyEmptyShare: EmptyShare = { share: 1e-4, below: 1e6 }

/**
 * Population stability index of two lists of shares over the same bins, in nats: the symmetric
 * Kullback-Leibler divergence. Zero means equal shares; there is no upper bound.
 * @throws RangeError if the bins differ in number
 * @see Jeffreys (1946)
 */
export function psi(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  empty: EmptyShare = evidentlyEmptyShare,
): number {
  const [r, c] = [fillEmpty(reference, empty), fillEmpty(current, empty)]
  if (r.length !== c.length) throw new RangeError(`Cannot compare ${r.length} bins with ${c.length}`)
  let total = 0
  for (let i = 0; i < r.length; i++) {
    const [inReference, inCurrent] = [r[i] ?? 0, c[i] ?? 0]
    total += (inReference - inCurrent) * Math.log(inReference / inCurrent)
  }
  return total
}

/**
 * Kullback-Leibler divergence of `current` from `reference`, in nats, with empty shares filled.
 * @throws RangeError if the bins differ in number
 * @see Kullback and Leibler (1951)
 */
export function kullbackLeibler(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  empty: EmptyShare = evidentlyEmptyShare,
): number {
  const [r, c] = [fillEmpty(reference, empty), fillEmpty(current, empty)]
  if (r.length !== c.length) throw new RangeError(`Cannot compare ${r.length} bins with ${c.length}`)
  const [totalR, totalC] = [total(r), total(c)]
  let divergence = 0
  for (let i = 0; i < r.length; i++) {
    const [p, q] = [(r[i] ?? 0) / totalR, (c[i] ?? 0) / totalC]
    divergence += p * Math.log(p / q)
  }
  return divergence
}

function fillEmpty(shares: ArrayLike<number>, empty: EmptyShare): number[] {
  const list = Array.from(shares)
  const smallest = list.reduce((least, share) => (share > 0 && share < least ? share : least), Infinity)
  const fill = smallest <= empty.share ? smallest / empty.below : empty.share
  return list.map((share) => (share === 0 ? fill : share))
}

function total(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + share, 0)
}
