import type { PruneDecision, Pruner } from './pruner.ts'
import { firstRung, lastRung, rungsReached, valueAtRung, type Rungs } from './rung.ts'
import { loss } from './trial.ts'
import type { Study, Trial } from './trial.ts'

/** How ASHA promotes. */
export interface AshaOptions {
  /** The rungs are so many times further apart. */
  readonly factor?: number
  /** One in so many goes on at each rung; without it two, or `factor` after a first rung is set. */
  readonly oneIn?: number
  /** The step of the first rung; without it, 8 % of the way. */
  readonly firstRung?: number
  /** No rung stands behind this step; without it, behind half of the way, or none is left out after a first one is set. */
  readonly lastRung?: number
}

/**
 * Asynchronous successive halving (Li et al., MLSys 2020, arXiv 1810.05934) in the form that stops: at the rungs
 * `first * factor^k` a trial goes on if it is among the best of all that have come there: the better half, since those
 * that come there were chosen by a model that has seen the ones before. A first rung too early is worse than no pruning,
 * and so is one near the end, which throws away trials that are nearly paid for; see docs/tuning.md. With a first rung
 * set by hand it is Optuna's: the best 1/factor go on, and rungs stand up to the end.
 */
export function ashaPruner(options: AshaOptions = {}): Pruner {
  const { factor = 3 } = options
  return {
    name: 'asha',
    decide(study, rivals, trial) {
      const first = options.firstRung ?? firstRung(study, rivals)
      if (first === null)
        return { prune: false, says: 'no trial is complete, so the first rung is not known yet' }
      const byHand = options.firstRung !== undefined
      const last = options.lastRung ?? (byHand ? null : lastRung(study, rivals))
      const rungs = { first, factor, last: last ?? Infinity }
      return halve(study, { rivals, trial }, { ...rungs, oneIn: options.oneIn ?? (byHand ? factor : 2) })
    },
  }
}

/** Where a trial stands at the rungs that its last report came to. */
export function halve(
  study: Study,
  { rivals, trial }: { rivals: readonly Trial[]; trial: Trial },
  rungs: Rungs & { readonly oneIn: number },
): PruneDecision {
  const [direction] = study.directions
  const { first, factor, oneIn } = rungs
  const reached = rungsReached(trial.reports, rungs)
  const lossAt = (other: Trial, rung: number): number | null => {
    const value = valueAtRung(other.reports, rung)
    return value === null ? null : loss(direction, value)
  }
  let says = `between rungs; the first is step ${first}, each next ${factor} times further`
  for (const rung of reached) {
    const own = lossAt(trial, rung) ?? NaN
    if (Number.isNaN(own)) return { prune: true, says: `its value at step ${rung} is NaN` }
    const others = rivals
      .filter(({ number }) => number !== trial.number)
      .flatMap((rival) => lossAt(rival, rung) ?? [])
      .filter((value) => !Number.isNaN(value))
    const ahead = others.filter((value) => value < own).length
    const places = Math.max(Math.floor((others.length + 1) / oneIn), 1)
    says = `place ${ahead + 1} of ${others.length + 1} at step ${rung}, of which ${places} go on`
    if (ahead >= places) return { prune: true, says }
  }
  return { prune: false, says }
}
