import { Problem } from '../base/problem.ts'
import type { Random } from '../base/random.ts'
import { contains, countValues, isActive, meets, pointKey, valueAt } from './space.ts'
import type { Parameter, Point, Space, Value } from './space.ts'
import type { Proposal } from './sampler.ts'
import type { Trial } from './trial.ts'
import { fromUnit } from './unit.ts'

/** A space with at most as many points is listed when draws find nothing new. */
const listedPoints = 200_000

/** So many draws find a point within the constraints, or there is next to none. */
const draws = 2_000

/** A point where each parameter has the value that `choose` gives; those that are not active are left out. */
export function buildPoint(space: Space, choose: (parameter: Parameter, index: number) => Value): Point {
  const point: Record<string, Value> = {}
  space.parameters.forEach((parameter, index) => {
    if (isActive(parameter, point)) point[parameter.name] = choose(parameter, index)
  })
  return point
}

/** A uniform point, without a look at the constraints. */
export function drawPoint(space: Space, random: Random): Point {
  return buildPoint(space, (parameter) => fromUnit(parameter, random.next()))
}

/** The keys of the points that were tried or are being tried. */
export function triedKeys(space: Space, history: readonly Trial[]): Set<string> {
  return new Set(history.map((trial) => pointKey(space, trial.point)))
}

/** Whether a point was tried or is being tried: for a few points faster than the keys of all. */
export function wasTried(space: Space, history: readonly Trial[], point: Point): boolean {
  const names = space.parameters.map(({ name }) => name)
  return history.some((trial) => {
    for (const name of names) if (trial.point[name] !== point[name]) return false
    return true
  })
}

/** Every point of a finite space, in the order of its parameters, without a look at the constraints. */
export function* listPoints(space: Space, from = 0, before: Point = {}): Generator<Point> {
  const parameter = space.parameters[from]
  if (parameter === undefined) {
    yield before
    return
  }
  if (!isActive(parameter, before)) {
    yield* listPoints(space, from + 1, before)
    return
  }
  for (let index = 0; index < countValues(parameter); index++) {
    yield* listPoints(space, from + 1, { ...before, [parameter.name]: valueAt(parameter, index) })
  }
}

/** An upper bound of the number of points: that without conditions and constraints. */
export function countPoints(space: Space): number {
  return space.parameters.reduce((product, parameter) => product * countValues(parameter), 1)
}

/**
 * The first of some points that is new and within the space; else a uniform one that is; else, in a finite space,
 * one of those that are left.
 * @throws Problem `parameter_invalid` if no point of the space seems to meet its constraints
 */
export function firstUntried(
  space: Space,
  history: readonly Trial[],
  random: Random,
  wanted: Iterable<{ point: Point; says: string }>,
): Proposal {
  for (const { point, says } of wanted) {
    if (!wasTried(space, history, point) && contains(space, point)) return { kind: 'point', point, says }
  }
  const tried = triedKeys(space, history)
  let met = false
  for (let draw = 0; draw < draws; draw++) {
    const point = drawPoint(space, random)
    if (!meets(space, point)) continue
    met = true
    if (!tried.has(pointKey(space, point))) return { kind: 'point', point, says: 'at random' }
  }
  if (countPoints(space) <= listedPoints) return fromList(space, tried, random)
  if (met) return { kind: 'exhausted', says: `${draws} random points had all been tried` }
  throw nothingMeets(space)
}

function fromList(space: Space, tried: ReadonlySet<string>, random: Random): Proposal {
  let count = 0
  const left: Point[] = []
  for (const point of listPoints(space)) {
    if (!meets(space, point)) continue
    count++
    if (!tried.has(pointKey(space, point))) left.push(point)
  }
  if (count === 0) throw nothingMeets(space)
  const point = left[random.below(left.length)]
  if (point === undefined) return { kind: 'exhausted', says: `all ${count} points of the space were tried` }
  return { kind: 'point', point, says: `one of ${left.length} that are left` }
}

function nothingMeets(space: Space): Problem {
  const texts = space.constraints.map(({ text }) => text).join('; ')
  return new Problem('parameter_invalid', `No point of the search space was found that meets: ${texts}`, {
    hint: 'Widen the ranges of the parameters or loosen the constraints.',
  })
}
