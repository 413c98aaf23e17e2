import { halve } from './asha_pruner.ts'
import { seedRandom } from '../base/random.ts'
import type { Pruner } from './pruner.ts'
import { firstRung, lastRung, longest } from './rung.ts'

/** How Hyperband shares out trials. */
export interface HyperbandOptions {
  readonly factor?: number
  readonly firstRung?: number
}

/**
 * Hyperband (Li et al., JMLR 18, 2018) in its asynchronous form: successive halving with several first rungs, `factor`
 * times apart, since nobody knows how early a curve tells. A trial's bracket follows from its number; brackets that
 * begin later get fewer trials, so that each costs about the same.
 */
export function hyperbandPruner(options: HyperbandOptions = {}): Pruner {
  const { factor = 3 } = options
  return {
    name: 'hyperband',
    decide(study, rivals, trial) {
      const first = options.firstRung ?? firstRung(study, rivals)
      const last = study.lastStep ?? longest(rivals)
      if (first === null || last === null) {
        return { prune: false, says: 'no trial is complete, so the rungs are not known yet' }
      }
      const brackets = countBrackets(first, last, factor)
      const own = bracketOf(trial.number, brackets, factor)
      const same = rivals.filter(({ number }) => bracketOf(number, brackets, factor) === own)
      const rungs = {
        ...{ first: first * factor ** own, factor, oneIn: factor },
        last: lastRung(study, rivals) ?? Infinity,
      }
      const decision = halve(study, { rivals: same, trial }, rungs)
      return { ...decision, says: `bracket ${own + 1} of ${brackets}: ${decision.says}` }
    },
  }
}

/** As many as first rungs fit before the last step. */
export function countBrackets(first: number, last: number, factor: number): number {
  let brackets = 1
  for (let rung = first * factor; rung <= last; rung *= factor) brackets++
  return brackets
}

/** The bracket of a trial, from 0, whose first rung is the earliest. */
export function bracketOf(number: number, brackets: number, factor: number): number {
  const budgets = bracketBudgets(brackets, factor)
  let left = seedRandom('hyperband')
    .fork(number)
    .below(budgets.reduce((sum, budget) => sum + budget, 0))
  const bracket = budgets.findIndex((budget) => (left -= budget) < 0)
  return Math.max(bracket, 0)
}

/** How many of so many trials each bracket gets: ceil(brackets · factor^s / (s + 1)), s from the last to the first. */
export function bracketBudgets(brackets: number, factor: number): number[] {
  return Array.from({ length: brackets }, (_, bracket) => {
    const s = brackets - 1 - bracket
    return Math.ceil((brackets * factor ** s) / (s + 1))
  })
}
