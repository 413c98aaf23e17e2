import type { Pruner } from './pruner.ts'
import { signedRankGreater } from './signed_rank.ts'
import { bestTrial, loss } from './trial.ts'

/** When the test decides. */
export interface WilcoxonOptions {
  /** A trial ends if so small a chance would explain its lag. */
  readonly threshold?: number
  /** So many folds are compared at least. */
  readonly startupSteps?: number
}

/**
 * For objectives that are a mean over folds or instances, each reported at its own step: a trial ends once the folds
 * so far show, by Wilcoxon's signed-rank test against the same folds of the best trial, that it is worse. Not for
 * learning curves, whose steps are no repetitions.
 */
export function wilcoxonPruner({ threshold = 0.1, startupSteps = 2 }: WilcoxonOptions = {}): Pruner {
  return {
    name: 'wilcoxon',
    decide(study, rivals, trial) {
      const best = bestTrial(study, rivals)
      if (best === null) return { prune: false, says: 'no trial is complete yet' }
      const theirs = new Map(best.reports.map(({ step, value }) => [step, value]))
      const pairs = trial.reports.flatMap(({ step, value }) => {
        const other = theirs.get(step)
        return other === undefined
          ? []
          : [[loss(study.directions[0], value), loss(study.directions[0], other)] as const]
      })
      const differences = pairs.map(([own, other]) => own - other)
      if (!differences.every(Number.isFinite)) return { prune: false, says: 'a fold has no finite value' }
      const needed = Math.max(2, startupSteps)
      if (differences.length < needed) {
        return {
          prune: false,
          says: `${differences.length} of ${needed} folds to compare with trial ${best.number}`,
        }
      }
      const lag = differences.reduce((sum, value) => sum + value, 0) / differences.length
      const p = signedRankGreater(differences)
      const says = `worse than trial ${best.number} on ${differences.filter((value) => value > 0).length} of ${differences.length} folds, p = ${p.toPrecision(2)}`
      return { prune: lag > 0 && p < threshold, says }
    },
  }
}
