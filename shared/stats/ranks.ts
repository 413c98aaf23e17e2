/** Ranks in the pooled sample, from 1; equal values share the mean of their ranks. */
export interface PooledRanks {
  a: Float64Array
  b: Float64Array
  /** Sum over groups of t equal values of t³ − t, for the variance of rank statistics. */
  ties: number
}

/**
 * Ranks of two samples in their pool.
 * @param a ascending, without NaN
 * @param b ascending, without NaN
 */
export function midranks(a: Float64Array, b: Float64Array): PooledRanks {
  const ranks = { a: new Float64Array(a.length), b: new Float64Array(b.length), ties: 0 }
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity)
    const [firstA, firstB] = [i, j]
    while (i < a.length && a[i] === value) i++
    while (j < b.length && b[j] === value) j++
    const tied = i - firstA + j - firstB
    const rank = firstA + firstB + (tied + 1) / 2
    ranks.a.fill(rank, firstA, i)
    ranks.b.fill(rank, firstB, j)
    ranks.ties += tied ** 3 - tied
  }
  return ranks
}
