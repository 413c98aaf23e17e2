import type { Random } from '../base/random.ts'
import { firstUntried, wasTried } from './draw.ts'
import { mixtureOf, type Bandwidth } from './parzen.ts'
import type { Sampler } from './sampler.ts'
import { evenPoint } from './sobol_sampler.ts'
import { meets, type Point, type Space } from './space.ts'
import { countsForTpe, splitTrials } from './tpe_split.ts'
import type { Study, Trial } from './trial.ts'

/** So many trials are told before densities are. */
const startTrials = 10
/** The best of so many points drawn like the good trials is next. */
const candidates = 24
/** The share of trials that counts as good, and how many at most. */
const goodShare = 0.1
const mostGood = 25
/** So many of the newest trials count fully, older ones less and less. */
const newest = 25

/**
 * The tree-structured Parzen estimator as Optuna 5 has it by default (multivariate, with the running trials among the
 * bad ones; Bergstra et al., NeurIPS 2011; Watanabe, arXiv 2304.11127): points are drawn like the good trials, and
 * the one that is most like them and least like the others is next. Unlike there, no point is proposed that was tried
 * (a sixth to a third of all proposals on discrete spaces), and kernels of real parameters do not get so narrow.
 */
export function tpeSampler(): Sampler {
  return {
    name: 'tpe',
    ask(study, history, random) {
      const { space } = study
      const told = history.filter((trial) => countsForTpe(study, trial)).length
      if (told < startTrials) {
        const point = evenPoint(space, history, random)
        return firstUntried(space, history, random, [
          { point, says: "a point of a Sobol' sequence, to begin with" },
        ])
      }
      const says = 'more like the good trials and less like the others than other points'
      const best = likeliest(study, history, random).map((point) => ({ point, says }))
      return firstUntried(space, history, random, best)
    },
  }
}

/** New points by falling ratio of the density of good trials to that of the others. */
function likeliest(study: Study, history: readonly Trial[], random: Random): Point[] {
  const { space } = study
  const told = history.filter((trial) => countsForTpe(study, trial)).length
  const good = Math.min(Math.ceil(goodShare * told), mostGood)
  const { below, above } = splitTrials(study, history, { good, random })
  const bandwidth = bandwidthFor(space)
  const liked = mixtureOf(
    space,
    { points: below.map(({ point }) => point), weights: weightsByAge(below.length) },
    bandwidth,
  )
  const other = mixtureOf(
    space,
    { points: above.map(({ point }) => point), weights: weightsByAge(above.length) },
    bandwidth,
  )
  return newPoints(space, history, () => liked.sample(random))
    .map((point) => ({ point, ratio: liked.logDensity(point) - other.logDensity(point) }))
    .sort((a, b) => b.ratio - a.ratio)
    .map(({ point }) => point)
}

/**
 * Narrow kernels pay on tables of discrete values, where the next value is a step away; with a real parameter they make
 * the search dig where it stands (measured in docs/tuning.md).
 */
function bandwidthFor(space: Space): Bandwidth {
  const real = space.parameters.some((parameter) => parameter.kind === 'float' && parameter.step === null)
  return real ? { floor: 0.03, exponent: 2 } : { floor: 0.01, exponent: 1 }
}

function newPoints(space: Space, history: readonly Trial[], draw: () => Point): Point[] {
  const points: Point[] = []
  for (let draws = 0; draws < 20 * candidates && points.length < candidates; draws++) {
    const point = draw()
    if (!wasTried(space, history, point) && meets(space, point)) points.push(point)
  }
  return points
}

/** Optuna's weights: 1 for the newest 25, before them rising from one over all. */
export function weightsByAge(count: number): number[] {
  const old = count - newest
  return Array.from({ length: count }, (_, index) =>
    index >= old ? 1 : 1 / count + (1 - 1 / count) * (index / Math.max(old - 1, 1)),
  )
}
