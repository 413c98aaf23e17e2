import type { Study, Trial } from './trial.ts'

/** The pruners by the names that a person writes; `auto` chooses among them. */
export const prunerNames = ['auto', 'none', 'median', 'percentile', 'asha', 'hyperband', 'wilcoxon'] as const

/** One of the names above. */
export type PrunerName = (typeof prunerNames)[number]

/** Whether a trial should end early, and why, in a sentence. */
export interface PruneDecision {
  readonly prune: boolean
  readonly says: string
}

/**
 * Decides whether a trial that just reported should go on. It holds no state: `trial` carries its reports up to and
 * with the last one, `rivals` are the study's other trials with theirs.
 */
export interface Pruner {
  readonly name: PrunerName
  decide(study: Study, rivals: readonly Trial[], trial: Trial): PruneDecision
}
