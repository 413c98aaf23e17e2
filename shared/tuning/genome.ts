import type { Random } from '../base/random.ts'
import { buildPoint } from './draw.ts'
import { countValues, valueAt, type Parameter, type Point, type Space } from './space.ts'
import { fromUnit, toUnit } from './unit.ts'

/** A place between 0 and 1 for each parameter of a space, active or not: what search moves about. */
export type Genome = Float64Array

/** The point at a genome. */
export function pointOf(space: Space, genome: Genome): Point {
  return buildPoint(space, (parameter, index) => fromUnit(parameter, genome[index] as number))
}

/** A genome of a point; parameters that are not active stand in the middle. */
export function genomeOf(space: Space, point: Point): Genome {
  return Float64Array.from(space.parameters, (parameter) => {
    const value = point[parameter.name]
    return value === undefined ? 0.5 : toUnit(parameter, value)
  })
}

/** A uniform genome. */
export function randomGenome(space: Space, random: Random): Genome {
  return Float64Array.from(space.parameters, () => random.next())
}

/**
 * A genome near another one: each parameter is changed with a chance of two in their number, at least one is.
 * Numbers move by a normal step of this width, at least to the next value; choices are drawn anew.
 */
export function mutate(
  space: Space,
  genome: Genome,
  { width, random }: { width: number; random: Random },
): Genome {
  const { parameters } = space
  const child = genome.slice()
  const chance = Math.min(1, 2 / parameters.length)
  const certain = random.below(parameters.length)
  parameters.forEach((parameter, index) => {
    const chosen = random.next() < chance || index === certain
    if (chosen) child[index] = moved(parameter, child[index] as number, { width, random })
  })
  return child
}

/** The places that a search along one parameter tries beside the present one. */
export function neighbours(parameter: Parameter, place: number, width: number): number[] {
  const count = countValues(parameter)
  if (count === 1) return []
  if (parameter.kind === 'choice' && !parameter.ordered) {
    return parameter.choices.map((choice) => toUnit(parameter, choice)).filter((other) => other !== place)
  }
  const steps = Number.isFinite(count) ? Math.max(1, Math.round(width * count)) : 0
  if (steps === 0) return [place - width, place + width].filter((other) => other >= 0 && other <= 1)
  const index = indexOf(parameter, place, count)
  return [...new Set([index - steps, index - 1, index + 1, index + steps])]
    .filter((other) => other >= 0 && other < count)
    .map((other) => toUnit(parameter, valueAt(parameter, other)))
}

function moved(
  parameter: Parameter,
  place: number,
  { width, random }: { width: number; random: Random },
): number {
  const count = countValues(parameter)
  if (count === 1) return place
  if (parameter.kind === 'choice' && !parameter.ordered) {
    const now = indexOf(parameter, place, count)
    const other = (now + 1 + random.below(count - 1)) % count
    return (other + 0.5) / count
  }
  const wide = reflect(place + width * random.normal())
  if (!Number.isFinite(count)) return wide
  const index = indexOf(parameter, place, count)
  const there = indexOf(parameter, wide, count)
  const up = index === 0 || (index < count - 1 && random.next() < 0.5)
  const to = there === index ? index + (up ? 1 : -1) : there
  return toUnit(parameter, valueAt(parameter, to))
}

function indexOf(parameter: Parameter, place: number, count: number): number {
  const value = fromUnit(parameter, place)
  if (parameter.kind === 'choice') return parameter.choices.indexOf(value)
  const step = parameter.step ?? 1
  return Math.min(Math.round(((value as number) - parameter.low) / step), count - 1)
}

function reflect(place: number): number {
  const folded = Math.abs(place) % 2
  return folded > 1 ? 2 - folded : folded
}
