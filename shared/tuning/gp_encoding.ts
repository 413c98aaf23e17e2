import { isActive, type Parameter, type Point, type Space } from './space.ts'
import { toUnit } from './unit.ts'

/**
 * How far apart two points are along each parameter, for a Gaussian process. A numeric or ordered parameter has its
 * place between 0 and 1; an unordered choice is equal (0) or different (1). One that is not active stands in the
 * middle and aside, so that distances stay those of some Euclidean space and the kernel positive definite.
 */
export interface Encoding {
  readonly dimensions: number
  /** Along which dimensions places are equal or different, with no order. */
  readonly nominal: readonly boolean[]
  encode(point: Point): Float64Array
  /** Squared distances of one place to the first of some others, each dimension by its weight. */
  scaledDistances(place: Float64Array, others: readonly Float64Array[], options: Scaled): void
  /** For each dimension the squared distances of all pairs: of place 1 to 0, of 2 to 0 and 1, and so on. */
  pairDistances(places: readonly Float64Array[]): Float64Array[]
}

/** Which distances are computed, and where they are put. */
export interface Scaled {
  readonly weights: Float64Array
  readonly into: Float64Array
  readonly count: number
}

/** The encoding of a space; parameters with one value only are left out. */
export function encodingOf(space: Space): Encoding {
  const parameters = space.parameters.filter((parameter) => !isFixed(parameter))
  const nominal = parameters.map((parameter) => parameter.kind === 'choice' && !parameter.ordered)
  const squared = (dimension: number, a: number, b: number): number =>
    nominal[dimension] === true ? (Object.is(a, b) ? 0 : 1) : squaredDistance(a, b)
  return {
    dimensions: parameters.length,
    nominal,
    encode: (point) =>
      Float64Array.from(parameters, (parameter, index) => {
        const value = point[parameter.name]
        if (value === undefined || !isActive(parameter, point)) return NaN
        return nominal[index] === true && parameter.kind === 'choice'
          ? parameter.choices.indexOf(value)
          : toUnit(parameter, value)
      }),
    scaledDistances(place, others, { weights, into, count }) {
      for (let index = 0; index < count; index++) {
        const other = others[index] as Float64Array
        let sum = 0
        for (let dimension = 0; dimension < weights.length; dimension++) {
          const a = place[dimension] as number
          const b = other[dimension] as number
          if (a !== b) sum += (weights[dimension] as number) * squared(dimension, a, b)
        }
        into[index] = sum
      }
    },
    pairDistances: (places) =>
      parameters.map((_, dimension) => {
        const distances = new Float64Array((places.length * (places.length - 1)) / 2)
        let pair = 0
        places.forEach((place, row) => {
          for (let column = 0; column < row; column++) {
            distances[pair++] = squared(
              dimension,
              place[dimension] as number,
              places[column]?.[dimension] ?? NaN,
            )
          }
        })
        return distances
      }),
  }
}

/** How far aside an inactive parameter stands, squared. */
const aside = 0.1

function squaredDistance(a: number, b: number): number {
  const difference = a - b
  if (!Number.isNaN(difference)) return difference * difference
  const known = Number.isNaN(a) ? b : a
  return Number.isNaN(known) ? 0 : (known - 0.5) * (known - 0.5) + aside
}

function isFixed(parameter: Parameter): boolean {
  return parameter.kind === 'choice' ? parameter.choices.length === 1 : parameter.low === parameter.high
}
