import { gpSampler, usableTrials } from './gp_sampler.ts'
import type { Sampler } from './sampler.ts'
import { tpeSampler } from './tpe_sampler.ts'

/** A Gaussian process becomes slow with the cube of what it sees, and TPE good with many trials. */
const handover = 100

/** The default with one objective: a Gaussian process for the first 100 trials, TPE for those that follow. */
export function autoSampler(): Sampler {
  const first = gpSampler()
  const then = tpeSampler()
  return {
    name: 'auto',
    ask(study, history, random) {
      const early = usableTrials(study, history).length < handover
      return (early ? first : then).ask(study, history, random)
    },
  }
}
