import { firstUntried } from './draw.ts'
import type { Sampler } from './sampler.ts'

/** Uniform points, on the logarithm where a parameter is logarithmic (Bergstra and Bengio, JMLR 2012). */
export function randomSampler(): Sampler {
  return {
    name: 'random',
    ask: ({ space }, history, random) => firstUntried(space, history, random, []),
  }
}
