import { forestSampler } from './forest_sampler.ts'
import { gpSampler, usableTrials } from './gp_sampler.ts'
import type { Sampler } from './sampler.ts'
import { countValues, type Space } from './space.ts'
import { tpeSampler } from './tpe_sampler.ts'

/**
 * The default with one objective: a model of what a point gives first, TPE for the trials that follow, since models
 * become slow with what they see. Where every parameter has a few values only, values jump from one to the next and a
 * forest is ahead of a Gaussian process (measured in docs/tuning.md).
 */
export function autoSampler(): Sampler {
  const models = { forest: forestSampler(), process: gpSampler() }
  const then = tpeSampler()
  return {
    name: 'auto',
    ask(study, history, random) {
      const { model, trials } = startOf(study.space)
      const early = usableTrials(study, history).length < trials
      return (early ? models[model] : then).ask(study, history, random)
    },
  }
}

/** Which model proposes first, and how many trials. */
export function startOf(space: Space): { model: 'forest' | 'process'; trials: number } {
  const few = space.parameters.every((parameter) => countValues(parameter) <= 30)
  return few ? { model: 'forest', trials: 200 } : { model: 'process', trials: 100 }
}
