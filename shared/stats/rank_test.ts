import { normalTwoSided } from './normal.ts'
import type { PooledRanks } from './ranks.ts'

/** What a rank test found. */
export interface RankTest {
  /** In standard errors under the hypothesis that both samples come from one distribution. */
  z: number
  pValue: number
}

/**
 * Whether values of one sample tend to be larger than those of the other: the Wilcoxon rank-sum test, also known
 * by Mann and Whitney, with the normal limit and the correction for ties.
 * @see Mann and Whitney (1947); `scipy.stats.mannwhitneyu(method='asymptotic', use_continuity=False)`
 */
export function compareLocation(ranks: PooledRanks): RankTest {
  return rankTest(ranks, (rank) => rank)
}

/**
 * Whether values of one sample lie further from the middle of both than those of the other.
 * @see Mood (1954); `scipy.stats.mood` where no values are equal
 */
export function compareScale(ranks: PooledRanks): RankTest {
  const middle = (ranks.a.length + ranks.b.length + 1) / 2
  return rankTest(ranks, (rank) => (rank - middle) ** 2)
}

/** Linear rank statistic in standard errors, its variance that of drawing without replacement (Hajek 1961). */
function rankTest({ a, b }: PooledRanks, score: (rank: number) => number): RankTest {
  const total = a.length + b.length
  const inA = a.reduce((sum, rank) => sum + score(rank), 0)
  const mean = (inA + b.reduce((sum, rank) => sum + score(rank), 0)) / total
  const squares = (ranks: Float64Array): number =>
    ranks.reduce((sum, rank) => sum + (score(rank) - mean) ** 2, 0)
  const variance = ((a.length * b.length) / (total * (total - 1))) * (squares(a) + squares(b))
  const z = variance > 0 ? (inA - a.length * mean) / Math.sqrt(variance) : 0
  return { z, pValue: normalTwoSided(z) }
}
