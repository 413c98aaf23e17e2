import gammaln from '@stdlib/math-base-special-gammaln'

/**
 * Tests that hold however often one looks: the probability that the evidence ever reaches 1 / level although there
 * is no difference is at most the level (Ville 1939). Stopping at the first look that convinces is allowed.
 */
export interface SequentialEvidence {
  /** How many times likelier the data are under "there is a difference" than under "there is none". */
  evidence: number
  /** Valid at any time: 1 / evidence, at most 1. */
  pValue: number
}

/**
 * Evidence that one of two sides wins more often than the other, from the comparisons in which they differ. The
 * win rate under the alternative is mixed over Jeffreys' distribution.
 * @see Robbins (1970), mixtures of likelihood ratios; Ville (1939)
 */
export function winsEvidence(wins: number, losses: number): SequentialEvidence {
  const mixture = gammaln(wins + 0.5) + gammaln(losses + 0.5) - gammaln(wins + losses + 1) - 2 * gammaln(0.5)
  return evidenceOf(mixture + (wins + losses) * Math.LN2)
}

/**
 * How many more comparisons that differ are needed until the evidence convinces at a level, if the win rate stays
 * what it is; Infinity if it is even.
 */
export function winsNeeded(wins: number, losses: number, level: number): number {
  const seen = wins + losses
  const rate = (wins + 0.5) / (seen + 1)
  const perComparison = rate * Math.log(2 * rate) + (1 - rate) * Math.log(2 * (1 - rate))
  if (winsEvidence(wins, losses).evidence >= 1 / level) return 0
  if (perComparison < 1e-9) return Infinity
  // The mixture costs half the logarithm of what was seen; a few rounds settle how much that is.
  let needed = Math.log(1 / level) / perComparison
  for (let round = 0; round < 20; round++)
    needed = (Math.log(1 / level) + 0.5 * Math.log((Math.PI / 2) * Math.max(needed, 1))) / perComparison
  return Math.max(1, Math.ceil(needed - seen))
}

/** An interval for a mean that holds at all times at once. */
export interface SequentialMean {
  mean: number
  low: number
  high: number
}

/**
 * Interval for the mean of differences that may be looked at after every one of them, for the level given. It is
 * exact in the limit of many values; fewer than `leastCount` give no interval.
 * @param sums count, sum and sum of squares of the differences so far
 * @param level for example 0.05
 * @param tightAt number of values at which the interval is to be as narrow as can be
 * @see Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), asymptotic confidence sequences, theorem 2.2
 */
export function meanAtAnyTime(
  sums: { count: number; sum: number; squares: number },
  level: number,
  tightAt = 500,
): SequentialMean | null {
  const { count, sum, squares } = sums
  if (count < leastCount) return null
  const mean = sum / count
  const variance = Math.max(0, squares / count - mean * mean)
  // The choice of rho that minimises the width at `tightAt` (equation 10 of the paper, its usual approximation).
  const rho2 = (-2 * Math.log(level) + Math.log(-2 * Math.log(level) + 1)) / tightAt
  const scale = count * rho2 + 1
  const half = Math.sqrt(
    ((2 * scale) / (count * count * rho2)) * Math.log(Math.sqrt(scale) / level) * variance,
  )
  return { mean, low: mean - half, high: mean + half }
}

/** From so many values on the limit is near enough; simulated in the tests. */
export const leastCount = 50

function evidenceOf(logarithm: number): SequentialEvidence {
  return { evidence: Math.exp(Math.min(logarithm, 700)), pValue: Math.min(1, Math.exp(-logarithm)) }
}
