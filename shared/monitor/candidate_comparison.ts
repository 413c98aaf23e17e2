import type { Interval } from '../stats/block_bootstrap.ts'

/** A candidate beside the champion on the same rows. */
export interface CandidateResult {
  name: string
  /** Mean absolute error, or share wrong. */
  loss: number
  /** Champion's loss less the candidate's: above 0 the candidate is better; drawn again by whole days. */
  gain: number
  interval: Interval | null
  /** Clearly better, and by at least a tenth of the champion's loss. */
  helps: boolean
  failed: number
}

/** All candidates on the same rows. */
export interface CandidateComparison {
  kind: 'class' | 'number'
  rows: number
  days: number
  champion: { loss: number; failed: number }
  /** As they were given. */
  candidates: readonly CandidateResult[]
  /** Name of the best of those that help; null if none does. */
  best: string | null
  /** One or two sentences. */
  says: string
}
