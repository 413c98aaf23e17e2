import type { Random } from '../base/random.ts'
import { firstUntried } from './draw.ts'
import { logExpectedImprovement } from './expected_improvement.ts'
import { growForest } from './forest.ts'
import { pointOf } from './genome.ts'
import { encodingOf } from './gp_encoding.ts'
import { startTrials, usableTrials } from './gp_sampler.ts'
import { hunt } from './gp_search.ts'
import { normalQuantile } from './normal.ts'
import type { Sampler } from './sampler.ts'
import { scalarLosses } from './scalar.ts'
import { evenPoint } from './sobol_sampler.ts'
import type { Point } from './space.ts'
import { standIns } from './stand_in.ts'
import type { Study, Trial } from './trial.ts'

/** Around so many of the best points the search looks, too. */
const goodPoints = 5

/**
 * Bayesian optimisation with a forest of trees in place of a Gaussian process: what lies beyond a step is seen as
 * something else, and values that jump from one point to the next do not mislead it. It sees the ranks of losses.
 * The middle of the space comes first, then some even points.
 */
export function forestSampler(): Sampler {
  return {
    name: 'forest',
    ask(study, history, random) {
      const { space } = study
      if (history.length === 0) {
        const point = pointOf(space, new Float64Array(space.parameters.length).fill(0.5))
        return firstUntried(space, history, random, [{ point, says: 'the middle of the space' }])
      }
      if (!tellsEnough(study, history)) {
        const point = evenPoint(space, history, random)
        return firstUntried(space, history, random, [
          { point, says: "a point of a Sobol' sequence, to begin with" },
        ])
      }
      const point = mostPromising(study, history, random)
      const says = 'where a forest of trees expects the most to be gained'
      return firstUntried(space, history, random, point === null ? [] : [{ point, says }])
    },
  }
}

/** Trials that were ended early tell of a place, too, once one is complete that says what their steps are worth. */
function tellsEnough(study: Study, history: readonly Trial[]): boolean {
  const complete = usableTrials(study, history).length
  const pruned = history.filter(({ state }) => state === 'pruned').length
  return complete > 0 && complete + pruned >= startTrials(study)
}

function mostPromising(study: Study, history: readonly Trial[], random: Random): Point | null {
  const { space } = study
  const { trials, losses } = told(study, history, random)
  const order = losses.map((_, index) => index)
  order.sort((a, b) => (losses[a] as number) - (losses[b] as number))
  const values = new Array<number>(losses.length).fill(0)
  order.forEach((index, rank) => (values[index] = normalQuantile((rank + 0.5) / losses.length)))
  const encoding = encodingOf(space)
  const places = trials.map(({ point }) => encoding.encode(point))
  const expected = growForest({ places, values, nominal: encoding.nominal }, random)
  const best = values[order[0] ?? 0] ?? 0
  const scoreOf = (point: Point): number => {
    const { mean, variance } = expected(encoding.encode(point))
    return logExpectedImprovement(mean, Math.sqrt(variance), best)
  }
  const good = order.slice(0, goodPoints).map((index) => (trials[index] as Trial).point)
  return hunt(space, scoreOf, { history, good, random })?.point ?? null
}

/**
 * What the forest sees: complete trials, and those that were ended early with what they would have come to. Which of
 * them a tree is grown on is drawn, so they stand in the order in which they began, whatever time each took.
 */
function told(
  study: Study,
  history: readonly Trial[],
  random: Random,
): { trials: readonly Trial[]; losses: readonly number[] } {
  const complete = usableTrials(study, history).sort((a, b) => a.number - b.number)
  const ends = scalarLosses(study, complete, random)
  const known = complete.map((trial, index) => ({ trial, loss: ends[index] as number }))
  const pruned = study.directions.length > 1 ? [] : history.filter(({ state }) => state === 'pruned')
  const all = [...known, ...standIns(study, pruned, known)].sort((a, b) => a.trial.number - b.trial.number)
  return { trials: all.map(({ trial }) => trial), losses: all.map(({ loss }) => loss) }
}
