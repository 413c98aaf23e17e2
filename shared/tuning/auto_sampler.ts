import { gpSampler, usableTrials } from './gp_sampler.ts'
import type { Sampler } from './sampler.ts'
import { countValues, type Space } from './space.ts'
import { tpeSampler } from './tpe_sampler.ts'

/**
 * The default with one objective: a Gaussian process first, TPE for the trials that follow. The process becomes slow
 * with the cube of what it sees; and where every parameter has a few values only, it is ahead for fewer trials.
 */
export function autoSampler(): Sampler {
  const first = gpSampler()
  const then = tpeSampler()
  return {
    name: 'auto',
    ask(study, history, random) {
      const early = usableTrials(study, history).length < processTrials(study.space)
      return (early ? first : then).ask(study, history, random)
    },
  }
}

/** How many trials the process proposes before TPE does. */
export function processTrials(space: Space): number {
  return space.parameters.every((parameter) => countValues(parameter) <= 30) ? 50 : 100
}
