import { seedRandom } from '../base/random.ts'
import type { Proposal, Sampler } from './sampler.ts'
import type { Study, Trial } from './trial.ts'

/**
 * The proposal for trial `number` of a study with this seed. It draws from a source of its own, so that asking again
 * with the same history gives the same point, whatever was asked in between.
 *
 * @param history the trials before it as it may see them: all of them, or those of `historyOf` or `settledHistory`
 */
export function propose(
  sampler: Sampler,
  study: Study,
  history: readonly Trial[],
  { seed, number }: { seed: number; number: number },
): Proposal {
  return sampler.ask(study, history, seedRandom(seed).fork(number))
}
