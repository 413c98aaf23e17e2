import type { Random } from '../base/random.ts'
import { expectation, usableTrials } from './gp_sampler.ts'
import { loss, type Study, type Trial } from './trial.ts'

/** Whether a study should end, and why, in a sentence. */
export interface Outlook {
  readonly stop: boolean
  readonly says: string
}

/** Before so many trials ended, nobody can say. */
const leastTrials = 20
/** The process is shown at most so many trials. */
const mostSeen = 120
/** Gains below this share of the best trial's lead over the median are none. */
const smallGain = 0.01

/**
 * Whether more trials are worth it: a study ends when its best has not risen for a third of its trials, at least 15,
 * and a Gaussian process expects no gain worth the name anywhere. With several objectives it never does.
 */
export function outlook(study: Study, history: readonly Trial[], random: Random): Outlook {
  const trials = usableTrials(study, history)
  if (study.directions.length > 1) return goOn('several objectives: a front can always be filled')
  if (trials.length < leastTrials)
    return goOn(`${trials.length} of ${leastTrials} trials before that can be said`)
  const losses = trials.map(({ values }) => loss(study.directions[0], values[0] ?? NaN))
  const quiet = Math.max(15, Math.floor(trials.length / 3))
  const sorted = [...losses].sort((a, b) => a - b)
  const best = sorted[0] ?? NaN
  const lead = (sorted[Math.floor(sorted.length / 2)] ?? NaN) - best
  const before = Math.min(...losses.slice(0, -quiet))
  if (lead > 0 && before - best > smallGain * lead) return goOn(`the best trial is one of the last ${quiet}`)
  if (lead === 0)
    return { stop: true, says: `half of ${trials.length} trials are as good as the best: nothing changes` }
  const next = expectation(study, telling(study, history, trials), random)
  if (next === null) return { stop: true, says: 'no new point was found' }
  const share = `${(100 * next.gain).toPrecision(2)} % of its lead over the median trial`
  if (next.gain > smallGain) return goOn(`another trial is expected to raise the best by ${share}`)
  return {
    stop: true,
    says: `no gain in the last ${quiet} trials, and another one is expected to add only ${share}`,
  }
}

/** What the process is shown: it is slow with the cube of that, and the best and the last ones tell the most. */
function telling(study: Study, history: readonly Trial[], usable: readonly Trial[]): readonly Trial[] {
  if (usable.length <= mostSeen) return history
  const lossOf = ({ values }: Trial): number => loss(study.directions[0], values[0] ?? NaN)
  const best = [...usable].sort((a, b) => lossOf(a) - lossOf(b)).slice(0, mostSeen / 3)
  const last = usable.slice((-2 * mostSeen) / 3)
  const running = history.filter(({ state }) => state === 'running')
  return [...new Set([...best, ...last, ...running])]
}

function goOn(says: string): Outlook {
  return { stop: false, says }
}
