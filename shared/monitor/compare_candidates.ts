import { seedRandom } from '../base/random.ts'
import { meanByBlocks } from '../stats/block_bootstrap.ts'
import type { CandidateComparison, CandidateResult } from './candidate_comparison.ts'
import { lossOf } from './performance.ts'
import { describeCandidates } from './candidate_words.ts'

/** Rows with their truth that all models are judged on. */
export interface JudgedRows {
  kind: 'class' | 'number'
  /** What rows of one day have in common. */
  days: readonly number[]
  labels: readonly (string | number)[]
}

/** What one model said to these rows; null where it failed. */
export type Answers = readonly (string | number | null)[]

/** Better by less than this share of the champion's loss is not worth a change. */
const leastGain = 0.1

/**
 * Compares candidates with the champion on the same rows, by whole days: rows of one day are alike. The first
 * candidate is the champion's own notebook on newer data, where there is one.
 */
export function compareCandidates(
  rows: JudgedRows,
  champion: Answers,
  candidates: readonly { name: string; answers: Answers; sameNotebook: boolean }[],
): CandidateComparison {
  const { kind } = rows
  const base = lossesOf(rows, champion)
  const results = candidates.map(({ name, answers }): CandidateResult => {
    const own = lossesOf(rows, answers)
    const gains = new Map<number, { sum: number; count: number }>()
    rows.days.forEach((day, row) => {
      const known = gains.get(day) ?? { sum: 0, count: 0 }
      known.sum += (base.losses[row] ?? 0) - (own.losses[row] ?? 0)
      known.count++
      gains.set(day, known)
    })
    const interval = meanByBlocks([...gains.values()], seedRandom(`candidate/${name}`))
    const gain = base.mean - own.mean
    const helps = gain >= leastGain * base.mean && gain > 0 && (interval === null || interval.low > 0)
    return { name, loss: own.mean, gain, interval, helps, failed: own.failed }
  })
  const best = results.filter(({ helps }) => helps).sort((a, b) => a.loss - b.loss)[0]
  const same = candidates.findIndex(({ sameNotebook }) => sameNotebook)
  const comparison = {
    kind,
    rows: rows.labels.length,
    days: new Set(rows.days).size,
    champion: { loss: base.mean, failed: base.failed },
    candidates: results,
    best: best?.name ?? null,
  }
  return { ...comparison, says: describeCandidates(comparison, results[same] ?? null) }
}

/** Loss of each row; one without an answer costs as much as the worst of them. */
function lossesOf(
  { kind, labels }: JudgedRows,
  answers: Answers,
): { losses: number[]; mean: number; failed: number } {
  const known = labels.map((label, row) => {
    const value = answers[row] ?? null
    return value === null ? null : lossOf({ value, label }, kind)
  })
  const worst = known.reduce<number>((most, loss) => Math.max(most, loss ?? 0), 0)
  const losses = known.map((loss) => loss ?? worst)
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / Math.max(1, losses.length)
  return { losses, mean, failed: known.filter((loss) => loss === null).length }
}
