import { autoSampler, startOf } from './auto_sampler.ts'
import { countPoints } from './draw.ts'
import { forestSampler } from './forest_sampler.ts'
import { gpSampler } from './gp_sampler.ts'
import { gridSampler } from './grid_sampler.ts'
import { nsga2Sampler } from './nsga2_sampler.ts'
import { randomSampler } from './random_sampler.ts'
import type { Sampler, SamplerName } from './sampler.ts'
import { sobolSampler } from './sobol_sampler.ts'
import { tpeSampler } from './tpe_sampler.ts'
import type { Study } from './trial.ts'

/** The sampler of a name with its defaults, and why it, in a sentence. */
export function chooseSampler(name: SamplerName, study: Study): { sampler: Sampler; says: string } {
  return name === 'auto' ? chooseFor(study) : { sampler: makers[name](), says: 'as asked for' }
}

const makers: Readonly<Record<Exclude<SamplerName, 'auto'>, () => Sampler>> = {
  tpe: () => tpeSampler(),
  gp: () => gpSampler(),
  forest: () => forestSampler(),
  random: () => randomSampler(),
  sobol: () => sobolSampler(),
  grid: () => gridSampler(),
  nsga2: () => nsga2Sampler(),
}

function chooseFor({ space, directions, trials }: Study): { sampler: Sampler; says: string } {
  if (directions.length > 1) {
    const says = `NSGA-II: ${directions.length} objectives have no single best point, and it spreads along the front`
    return { sampler: nsga2Sampler(), says }
  }
  const points = countPoints(space)
  if (trials !== null && points <= trials) {
    return {
      sampler: gridSampler(),
      says: `the whole grid: the space has ${points} points and there are ${trials} trials`,
    }
  }
  const { model, trials: first } = startOf(space)
  const says = model === 'forest' ? 'a forest of trees' : 'a Gaussian process'
  return {
    sampler: autoSampler(),
    says: `${says} for the first ${first} trials, TPE for those that follow`,
  }
}
