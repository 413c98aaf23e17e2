import type { Random } from '../base/random.ts'
import { normalCdf, normalQuantile, logNormalCdf, logRoot2Pi } from './normal.ts'
import { countValues, isActive, type Parameter, type Point, type Space, type Value } from './space.ts'
import { logBounds, snap } from './unit.ts'

/** How wide the kernels of a mixture are. */
export interface Bandwidth {
  /** No kernel is narrower than this share of the range. */
  readonly floor: number
  /** Nor than one over (observations + 2) to this power, at most 100. */
  readonly exponent: number
}

/** A density over the points of a space: a mixture with one product of kernels for each observation, and a prior. */
export interface Mixture {
  sample(random: Random): Point
  logDensity(point: Point): number
}

/**
 * A Parzen mixture (Bergstra et al., NeurIPS 2011, in the multivariate form of Falkner et al., BOHB, ICML 2018): a
 * truncated normal kernel around each observation, as wide as the gap to its farther neighbour; a choice gets
 * what was observed and a share of everything; one uniform kernel is the prior. A parameter that an observation
 * does not have is uniform in its kernel, so that the mixture is a density over a tree of parameters, too.
 *
 * @param weights one an observation; the prior's is 1
 */
export function mixtureOf(
  space: Space,
  { points, weights }: { points: readonly Point[]; weights: readonly number[] },
  bandwidth: Bandwidth,
): Mixture {
  const kernels = points.length + 1
  const total = weights.reduce((sum, weight) => sum + weight, 1)
  const shares = [...weights, 1].map((weight) => weight / total)
  const logShares = Float64Array.from(shares, Math.log)
  const columns = space.parameters.map((parameter) =>
    parameter.kind === 'choice' && !parameter.ordered
      ? choiceColumn(parameter, points)
      : numericColumn(parameter, points, bandwidth),
  )
  return {
    sample(random) {
      let left = random.next()
      let kernel = 0
      while (kernel < kernels - 1 && left >= (shares[kernel] as number)) left -= shares[kernel++] as number
      const point: Record<string, Value> = {}
      space.parameters.forEach((parameter, index) => {
        if (isActive(parameter, point))
          point[parameter.name] = (columns[index] as Column).sample(kernel, random)
      })
      return point
    },
    logDensity(point) {
      const sums = logShares.slice()
      space.parameters.forEach((parameter, index) => {
        const value = point[parameter.name]
        if (value !== undefined) (columns[index] as Column).addTo(sums, value)
      })
      let most = -Infinity
      for (let kernel = 0; kernel < kernels; kernel++) most = Math.max(most, sums[kernel] as number)
      let all = 0
      for (let kernel = 0; kernel < kernels; kernel++) {
        const below = (sums[kernel] as number) - most
        // Less than 1e-16 of the largest adds nothing.
        if (below > -37) all += Math.exp(below)
      }
      return most + Math.log(all)
    },
  }
}

/** One parameter in all kernels; the last kernel is the prior. */
interface Column {
  sample(kernel: number, random: Random): Value
  /** Adds each kernel's log density of a value. */
  addTo(sums: Float64Array, value: Value): void
}

function choiceColumn(parameter: Parameter & { kind: 'choice' }, points: readonly Point[]): Column {
  const { name, choices } = parameter
  const count = choices.length
  const kernels = points.length + 1
  const seen = [...points.map((point) => (name in point ? choices.indexOf(point[name] as Value) : -1)), -1]
  const rest = 1 / kernels
  const same = Math.log((1 + rest) / (1 + count * rest))
  const other = Math.log(rest / (1 + count * rest))
  const even = -Math.log(count)
  return {
    sample(kernel, random) {
      const own = seen[kernel] as number
      const keeps = own >= 0 && random.next() < 1 / (1 + count * rest)
      return choices[keeps ? own : random.below(count)] as Value
    },
    addTo(sums, value) {
      const index = choices.indexOf(value)
      for (let kernel = 0; kernel < kernels; kernel++) {
        const own = seen[kernel] as number
        sums[kernel] = (sums[kernel] as number) + (own < 0 ? even : own === index ? same : other)
      }
    },
  }
}

function numericColumn(parameter: Parameter, points: readonly Point[], bandwidth: Bandwidth): Column {
  const axis = axisOf(parameter)
  const seen = Float64Array.from(points, ({ [parameter.name]: value }) =>
    value === undefined ? NaN : axis.place(value),
  )
  const widths = kernelWidths(seen, axis, bandwidth)
  const kernels = points.length + 1
  const means = new Float64Array(kernels).fill((axis.low + axis.high) / 2)
  means.set(seen)
  const deviations = new Float64Array(kernels).fill(axis.high - axis.low)
  deviations.set(widths)
  const even = -Math.log(axis.discrete ? Math.max(axis.count, 1) : axis.high - axis.low || 1)
  const known = new Map<Value, Float64Array>()
  // The logarithm of what each kernel's density is divided by, and one over its width: once for all candidates.
  const divisors = means.map(
    (mean, kernel) =>
      logMass(axis.low, axis.high, mean, deviations[kernel] as number) +
      (axis.discrete ? 0 : logRoot2Pi + Math.log(deviations[kernel] as number)),
  )
  const inverses = deviations.map((deviation) => 1 / deviation)
  const flat = (kernel: number): boolean => axis.low === axis.high || Number.isNaN(means[kernel])
  const { first, kindOf } = axis.discrete ? kindsOf(means, deviations) : { first: [], kindOf: [] }
  const masses = (value: Value): Float64Array => {
    const { from, to } = axis.cell(value)
    const ofKinds = first.map((kernel) =>
      flat(kernel)
        ? even
        : logMass(from, to, means[kernel] as number, deviations[kernel] as number) -
          (divisors[kernel] as number),
    )
    return Float64Array.from(kindOf, (kind) => ofKinds[kind] as number)
  }
  return {
    sample(kernel, random) {
      const mean = means[kernel] as number
      if (Number.isNaN(mean)) return axis.value(axis.low + random.next() * (axis.high - axis.low))
      return axis.value(truncatedNormal(axis, { mean, deviation: deviations[kernel] as number }, random))
    },
    addTo(sums, value) {
      if (!axis.discrete) {
        const { at } = axis.cell(value)
        for (let kernel = 0; kernel < kernels; kernel++) {
          const z = (at - (means[kernel] as number)) * (inverses[kernel] as number)
          const density = flat(kernel) ? even : -0.5 * z * z - (divisors[kernel] as number)
          sums[kernel] = (sums[kernel] as number) + density
        }
        return
      }
      let column = known.get(value)
      if (column === undefined) {
        column = masses(value)
        known.set(value, column)
      }
      for (let kernel = 0; kernel < kernels; kernel++)
        sums[kernel] = (sums[kernel] as number) + (column[kernel] as number)
    },
  }
}

/**
 * Which kernels are the same: where a parameter has few values, most of a thousand are.
 * @returns the first kernel of each kind, and the kind of each kernel
 */
function kindsOf(means: Float64Array, deviations: Float64Array): { first: number[]; kindOf: number[] } {
  const known = new Map<number, Map<number, number>>()
  const first: number[] = []
  const kindOf = Array.from(means, (mean, kernel) => {
    const ofMean = known.get(mean) ?? new Map<number, number>()
    known.set(mean, ofMean)
    const deviation = deviations[kernel] as number
    const kind = ofMean.get(deviation) ?? first.push(kernel) - 1
    ofMean.set(deviation, kind)
    return kind
  })
  return { first, kindOf }
}

/** The way along which a numeric or ordered parameter is seen: its logarithm, or the place in its list. */
interface Axis {
  readonly low: number
  readonly high: number
  readonly discrete: boolean
  readonly count: number
  place(value: Value): number
  value(place: number): Value
  /** What belongs to a value: from…to where it is discrete, else only the place. */
  cell(value: Value): { from: number; to: number; at: number }
}

function axisOf(parameter: Parameter): Axis {
  const count = countValues(parameter)
  if (parameter.kind === 'choice') {
    const { choices } = parameter
    return {
      low: -0.5,
      high: count - 0.5,
      discrete: true,
      count,
      place: (value) => choices.indexOf(value),
      value: (place) => choices[Math.min(Math.max(Math.round(place), 0), count - 1)] as Value,
      cell: (value) => ({ from: choices.indexOf(value) - 0.5, to: choices.indexOf(value) + 0.5, at: 0 }),
    }
  }
  const { low, high } = logBounds(parameter)
  const { log, step } = parameter
  const turn = (value: number): number => (log ? Math.log(value) : value)
  const half = (step ?? 0) / 2
  return {
    low,
    high,
    discrete: step !== null,
    count,
    place: (value) => turn(Number(value)),
    value: (place) => snap(parameter, log ? Math.exp(place) : place),
    cell: (value) => ({
      from: Number(value) - half > parameter.low ? turn(Number(value) - half) : low,
      to: Math.min(turn(Number(value) + half), high),
      at: turn(Number(value)),
    }),
  }
}

/** The larger gap to the two neighbours; the outermost look inwards only. NaN is as wide as the range. */
function kernelWidths(seen: Float64Array, axis: Axis, { floor, exponent }: Bandwidth): Float64Array {
  const range = axis.high - axis.low
  // NaN comes last.
  const sorted = seen.toSorted()
  let m = sorted.length
  while (m > 0 && Number.isNaN(sorted[m - 1])) m--
  const least = Math.max(range / Math.min(100, (m + 2) ** exponent), floor * range)
  const at = (rank: number): number =>
    rank < 0 ? axis.low : rank >= m ? axis.high : (sorted[rank] as number)
  const equalBefore = new Map<number, number>()
  return seen.map((place) => {
    if (Number.isNaN(place)) return range
    let rank = firstOf(sorted, place, m)
    // Of equal places the first one seen stands in front.
    if (at(rank + 1) === place) {
      const before = equalBefore.get(place) ?? 0
      equalBefore.set(place, before + 1)
      rank += before
    }
    const left = place - at(rank - 1)
    const right = at(rank + 1) - place
    const gap = m >= 2 && rank === 0 ? right : m >= 2 && rank === m - 1 ? left : Math.max(left, right)
    return Math.min(Math.max(gap, least), range)
  })
}

/** Where a value stands first among `count` sorted ones that hold it. */
function firstOf(sorted: Float64Array, value: number, count: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** The logarithm of what a normal variable has between two places. */
function logMass(from: number, to: number, mean: number, deviation: number): number {
  const a = (from - mean) / deviation
  const b = (to - mean) / deviation
  // All of it, in double precision.
  if (a < -8.4 && b > 8.4) return 0
  // The tail is exact on the left only.
  const [low, high] = a > 0 ? [-b, -a] : [a, b]
  // Most kernels reach the bounds of the range on one side only: nothing of them lies beyond the other.
  if (high > 8.4 && low > -5) return Math.log(normalCdf(-low))
  if (low < -8.4 && high > -5) return Math.log(normalCdf(high))
  if (low > -5) return Math.log(Math.max(normalCdf(high) - normalCdf(low), Number.MIN_VALUE))
  const upper = logNormalCdf(high)
  // What lies below the lower one is less than exp(-40) of it: nothing, in double precision.
  if (low * low - high * high > 80) return upper
  return upper + Math.log1p(-Math.exp(Math.min(logNormalCdf(low) - upper, -1e-300)))
}

function truncatedNormal(
  axis: Axis,
  { mean, deviation }: { mean: number; deviation: number },
  random: Random,
): number {
  const from = normalCdf((axis.low - mean) / deviation)
  const to = normalCdf((axis.high - mean) / deviation)
  const drawn = mean + deviation * normalQuantile(from + random.next() * (to - from))
  return Math.min(Math.max(drawn, axis.low), axis.high)
}
