import { randomSampler } from './random_sampler.ts'
import type { Sampler, SamplerName } from './sampler.ts'
import type { Study } from './trial.ts'

/** The sampler of a name with its defaults, and why it, in a sentence. */
export function chooseSampler(name: SamplerName, study: Study): { sampler: Sampler; says: string } {
  switch (name) {
    case 'random':
      return { sampler: randomSampler(), says: 'as asked for' }
    case 'auto':
      return { sampler: randomSampler(), says: `at random over ${study.space.parameters.length} parameters` }
  }
}
