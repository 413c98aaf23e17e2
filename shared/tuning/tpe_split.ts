import { scalarLosses } from './scalar.ts'
import type { Random } from '../base/random.ts'
import { isUsable, loss, violation, type Study, type Trial } from './trial.ts'

/** The trials that count as good, and the others; each by rising number. */
export interface Split {
  readonly below: readonly Trial[]
  readonly above: readonly Trial[]
}

/**
 * Parts the trials of a study. Complete ones that meet the constraints come first, by value (of several objectives
 * one is made with weights of this proposal); then pruned ones, those that came further first, then by their last
 * value; then those that break the constraints, by how far. Running ones are not good: nobody shall try beside them
 * (constant liar, Ginsbourger et al. 2010). Failed ones do not count.
 *
 * @param good how many of those that ended are good
 */
export function splitTrials(
  study: Study,
  history: readonly Trial[],
  { good, random }: { good: number; random: Random },
): Split {
  const ended = history.filter((trial) => countsForTpe(study, trial))
  const keys = keysOf(study, ended, random)
  const best = new Set([...ended].sort((a, b) => compare(a, b, keys)).slice(0, good))
  const running = history.filter(({ state }) => state === 'running')
  const byNumber = (a: Trial, b: Trial): number => a.number - b.number
  return {
    below: ended.filter((trial) => best.has(trial)).sort(byNumber),
    above: [...ended.filter((trial) => !best.has(trial)), ...running].sort(byNumber),
  }
}

/** Whether a trial tells TPE anything. */
export function countsForTpe(study: Study, trial: Trial): boolean {
  return trial.state === 'pruned' || isUsable(study, trial)
}

/** Kind of trial, then what orders trials of that kind. */
type Key = readonly [number, number, number]

function compare(a: Trial, b: Trial, keys: ReadonlyMap<Trial, Key>): number {
  const [first, second] = [keys.get(a), keys.get(b)]
  for (let index = 0; index < 3; index++) {
    const difference = (first?.[index] ?? 0) - (second?.[index] ?? 0)
    if (difference !== 0 && !Number.isNaN(difference)) return difference
  }
  return a.number - b.number
}

function keysOf(study: Study, trials: readonly Trial[], random: Random): ReadonlyMap<Trial, Key> {
  const complete = trials.filter((trial) => trial.state === 'complete' && violation(trial) === 0)
  const losses = scalarLosses(study, complete, random)
  const keys = new Map<Trial, Key>(complete.map((trial, index) => [trial, [0, losses[index] as number, 0]]))
  for (const trial of trials) if (!keys.has(trial)) keys.set(trial, lesserKey(study, trial))
  return keys
}

function lesserKey(study: Study, trial: Trial): Key {
  if (violation(trial) > 0) return [2, violation(trial), 0]
  const last = trial.reports.at(-1)
  if (last === undefined) return [1, Infinity, 0]
  const own = loss(study.directions[0], last.value)
  return [1, -last.step, Number.isNaN(own) ? Infinity : own]
}
