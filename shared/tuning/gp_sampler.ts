import type { Random } from '../base/random.ts'
import { firstUntried } from './draw.ts'
import { logExpectedImprovement } from './expected_improvement.ts'
import { pointOf } from './genome.ts'
import { condition, type Process, type Seen } from './gp.ts'
import { encodingOf, type Encoding } from './gp_encoding.ts'
import { hunt } from './gp_search.ts'
import { settingsFor } from './gp_settings.ts'
import type { Sampler } from './sampler.ts'
import { scalarLosses } from './scalar.ts'
import { evenPoint } from './sobol_sampler.ts'
import type { Point } from './space.ts'
import { transformed } from './target.ts'
import { isUsable, type Study, type Trial } from './trial.ts'

/** Around so many of the best points the search looks, too. */
const goodPoints = 5

/** A point and what is to be gained there. */
export interface Expectation {
  readonly point: Point
  /** The expected improvement, as a share of the lead that the best trial has over the median one. */
  readonly gain: number
}

/**
 * Bayesian optimisation: a Gaussian process (Matérn 5/2, a length scale for each parameter) says what a point would
 * give, and the point with the largest expected improvement is next. The middle of the space comes first, then some
 * even points. Points that are being tried count as if they had given what the process expects there.
 */
export function gpSampler(): Sampler {
  return {
    name: 'gp',
    ask(study, history, random) {
      const { space } = study
      if (history.length === 0) {
        const point = pointOf(space, new Float64Array(space.parameters.length).fill(0.5))
        return firstUntried(space, history, random, [{ point, says: 'the middle of the space' }])
      }
      if (usableTrials(study, history).length < startTrials(study)) {
        const point = evenPoint(space, history, random)
        return firstUntried(space, history, random, [
          { point, says: "a point of a Sobol' sequence, to begin with" },
        ])
      }
      const next = expectation(study, history, random)
      const says =
        next === null ? '' : `expected to add ${(100 * next.gain).toPrecision(2)} % to the best trial's lead`
      return firstUntried(space, history, random, next === null ? [] : [{ point: next.point, says }])
    },
  }
}

/** How many usable trials there are before the process is asked: a few more than parameters, at most 8. */
export function startTrials({ space }: Study): number {
  return Math.min(8, space.parameters.length + 3)
}

/** The trials that a process can see, in the order in which they ended. */
export function usableTrials(study: Study, history: readonly Trial[]): Trial[] {
  return history
    .filter((trial) => isUsable(study, trial) && trial.values.every(Number.isFinite))
    .sort((a, b) => (a.ended ?? 0) - (b.ended ?? 0))
}

/**
 * Where the most is to be gained, by a search of some hundred looks; null if it found nothing new. Any two usable
 * trials suffice.
 */
export function expectation(study: Study, history: readonly Trial[], random: Random): Expectation | null {
  const { space } = study
  const trials = usableTrials(study, history)
  const losses = scalarLosses(study, trials, random)
  const encoding = encodingOf(space)
  const seen = { places: trials.map(({ point }) => encoding.encode(point)), values: transformed(losses) }
  const settings = settingsFor(encoding, { places: seen.places, values: losses })
  const running = history
    .filter(({ state }) => state === 'running')
    .map(({ point }) => encoding.encode(point))
  const process = believing(encoding, { process: condition(encoding, seen, settings), seen, running })
  const order = seen.values
    .map((_, index) => index)
    .sort((a, b) => (seen.values[a] as number) - (seen.values[b] as number))
  const best = seen.values[order[0] ?? 0] ?? 0
  const scoreOf = (point: Point): number => {
    const { mean, variance } = process.at(encoding.encode(point))
    // What the function does not explain belongs to the point: trying another one draws it anew.
    return logExpectedImprovement(mean, Math.sqrt(variance + settings.noise), best)
  }
  const good = order.slice(0, goodPoints).map((index) => (trials[index] as Trial).point)
  const found = hunt(space, scoreOf, { history, good, random })
  if (found === null) return null
  const lead = (seen.values[order[Math.floor(order.length / 2)] ?? 0] ?? 0) - best
  return { point: found.point, gain: lead > 0 ? Math.exp(found.score) / lead : Infinity }
}

/** The process after what it expects of running trials has happened. */
function believing(
  encoding: Encoding,
  { process, seen, running }: { process: Process; seen: Seen; running: readonly Float64Array[] },
): Process {
  if (running.length === 0) return process
  const believed = running.map((place) => process.at(place).mean)
  const both = { places: [...seen.places, ...running], values: [...seen.values, ...believed] }
  return condition(encoding, both, process.settings)
}
