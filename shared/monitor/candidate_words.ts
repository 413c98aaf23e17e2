import { percent } from '../data/wording.ts'
import type { CandidateComparison, CandidateResult } from './candidate_comparison.ts'

/** What to do, with the numbers that say so. */
export function describeCandidates(
  comparison: Omit<CandidateComparison, 'says'>,
  same: CandidateResult | null,
): string {
  const { candidates, best: bestName, champion, kind } = comparison
  if (candidates.length === 0) return 'There are no candidates.'
  const loss = (value: number): string => lossWords(value, kind)
  const best = candidates.find(({ name }) => name === bestName) ?? null
  if (best === null) {
    const least = [...candidates].sort((a, b) => a.loss - b.loss)[0]
    const others = candidates.length === 1 ? 'It does not help' : 'None of the candidates helps'
    return `${others}: the best, ${least?.name ?? ''}, has ${loss(least?.loss ?? 0)} where the champion has ${loss(champion.loss)}. Keep the champion.`
  }
  const gain = `${loss(best.loss)} instead of ${loss(champion.loss)}, better by ${loss(best.gain)}${
    best.interval === null ? '' : ` (${loss(best.interval.low)} to ${loss(best.interval.high)})`
  }`
  if (same !== null && !same.helps)
    return `Retraining as such does not help: ${loss(same.loss)} instead of ${loss(champion.loss)}. This would: ${best.name}, ${gain}.`
  return `${best.name} helps most: ${gain}.`
}

/** An error as it is, a share wrong in percent. */
export function lossWords(loss: number, kind: 'class' | 'number'): string {
  if (kind === 'class') return `${percent(loss)} wrong`
  return Math.abs(loss) >= 10 ? loss.toFixed(1) : String(Number(loss.toPrecision(3)))
}
