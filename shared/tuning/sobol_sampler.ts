import type { Random } from '../base/random.ts'
import { firstUntried } from './draw.ts'
import { pointOf } from './genome.ts'
import type { Sampler } from './sampler.ts'
import { sobolDimensions, sobolPoint } from './sobol.ts'
import type { Point, Space } from './space.ts'
import type { Trial } from './trial.ts'

/** A scrambled Sobol' sequence: even where random points crowd and leave holes. Later trials do not look at earlier. */
export function sobolSampler(): Sampler {
  return {
    name: 'sobol',
    ask({ space }, history, random) {
      const point = evenPoint(space, history, random)
      return firstUntried(space, history, random, [
        { point, says: `point ${history.length + 1} of a Sobol' sequence` },
      ])
    },
  }
}

/** The study's next point of a Sobol' sequence that all its trials share. */
export function evenPoint(space: Space, history: readonly Trial[], random: Random): Point {
  const { length } = space.parameters
  const even = sobolPoint(
    history.length,
    Math.min(length, sobolDimensions),
    (random.parent ?? random).fork('scramble'),
  )
  return pointOf(
    space,
    Float64Array.from({ length }, (_, index) => even[index] ?? random.next()),
  )
}
