import { combinePValues } from '../stats/false_discovery.ts'
import { sameShares } from '../stats/chi_square.ts'
import { kolmogorovTail } from '../stats/kolmogorov.ts'
import { ksPValue } from '../stats/kolmogorov_smirnov.ts'
import { rankAndShape } from '../stats/rank_and_shape.ts'
import type { DriftAnswer } from './drift_score.ts'
import { sum, type Pair } from './sample.ts'

/**
 * How a change of one column is judged by default. Both are asked for: that it cannot be chance, and that it is
 * large enough to matter. (1) Without a change, at most one column in twenty is called drift, at any size, shape
 * and number of categories. (2) A shift by a fifth of a standard deviation is found about as surely as the best
 * test for just that can.
 */
export interface Evidence {
  method: 'rank-and-shape' | 'chi-square'
  /** Probability of such a difference by chance. */
  pValue: number
  /** How much changed, 0..1: the share of rows that would have to move, chance taken off for categories. */
  effect: number
}

/** Levels of probability and of effect at which an answer is given. */
export interface DriftLevels {
  drift: { pValue: number; effect: number }
  possible: { pValue: number; effect: number }
}

/** The default levels. With them the promises above hold (docs/drift.md has the measured table). */
export const driftLevels: DriftLevels = {
  drift: { pValue: 0.04, effect: 0.05 },
  possible: { pValue: 0.1, effect: 0.02 },
}

/** Up to this many values the exact p-value of the largest difference is worth its time. */
const exactSize = 500

/** A category that is expected fewer times than this on either side is counted together with its like. */
const rareCount = 5

/** What the two samples say; null if one of them is empty. */
export function weighEvidence(pair: Exclude<Pair, { kind: 'other' }>): Evidence | null {
  return pair.kind === 'numeric'
    ? weighNumbers(pair.reference.sorted, pair.current.sorted)
    : weighCategories(pair.reference.counts, pair.current.counts)
}

/** The answer that a probability, corrected for the number of columns, and an effect give. */
export function answerOf(
  evidence: { pValue: number; effect: number },
  levels: DriftLevels = driftLevels,
): DriftAnswer {
  const holds = (level: { pValue: number; effect: number }): boolean =>
    evidence.pValue <= level.pValue && evidence.effect >= level.effect
  return holds(levels.drift) ? 'drift' : holds(levels.possible) ? 'possible' : 'no'
}

/**
 * Location, spread and shape together: each alone misses what the others see. Location, which moves most often, counts
 * for half, or the two others would take a tenth of its power.
 */
function weighNumbers(a: Float64Array, b: Float64Array): Evidence | null {
  if (a.length === 0 || b.length === 0) return null
  const { location, scale, distance: effect } = rankAndShape(a, b)
  const exact = Math.max(a.length, b.length) <= exactSize
  const shape = exact
    ? ksPValue(effect, a.length, b.length)
    : kolmogorovTail(Math.round((a.length * b.length) / (a.length + b.length)), effect)
  const pValue = combinePValues([
    [location.pValue, 0.5],
    [scale.pValue, 0.25],
    [shape, 0.25],
  ])
  return { method: 'rank-and-shape', pValue, effect }
}

function weighCategories(a: Float64Array, b: Float64Array): Evidence | null {
  const [totalA, totalB] = [sum(a), sum(b)]
  if (totalA === 0 || totalB === 0) return null
  const pooled = poolRare(a, b)
  const { statistic, degreesOfFreedom, pValue } = sameShares(pooled.a, pooled.b)
  // Chance alone makes the statistic as large as its degrees of freedom. By Cauchy and Schwarz, the share of rows
  // that change their category is at most half the root of what is left.
  const beyondChance = Math.max(0, statistic - degreesOfFreedom) * (1 / totalA + 1 / totalB)
  return { method: 'chi-square', pValue, effect: Math.min(1, Math.sqrt(beyondChance) / 2) }
}

/**
 * Categories of which either sample would have fewer than five by their common share are counted together with
 * their neighbours until there are five, so that the limit of the test holds (Cochran 1954). Which ones go
 * together depends on the order of the labels and the common shares alone, hence not on how the samples differ.
 */
function poolRare(a: Float64Array, b: Float64Array): { a: Float64Array; b: Float64Array } {
  const least = Math.min(sum(a), sum(b)) / (sum(a) + sum(b))
  const [keptA, keptB]: [number[], number[]] = [[], []]
  let [rareA, rareB] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i] ?? 0, b[i] ?? 0]
    if ((inA + inB) * least >= rareCount) {
      keptA.push(inA)
      keptB.push(inB)
      continue
    }
    rareA += inA
    rareB += inB
    if ((rareA + rareB) * least < rareCount) continue
    keptA.push(rareA)
    keptB.push(rareB)
    rareA = rareB = 0
  }
  if (rareA + rareB > 0) {
    keptA.push(rareA)
    keptB.push(rareB)
  }
  return { a: Float64Array.from(keptA), b: Float64Array.from(keptB) }
}
