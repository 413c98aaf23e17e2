import { normalCdf } from './normal.ts'
import { countValues, type Parameter } from './space.ts'
import { isUsable, loss, type Study, type Trial } from './trial.ts'

/** How much a parameter matters. */
export interface Importance {
  readonly name: string
  /** Shares sum to 1, or are all 0 where nothing can be said. */
  readonly share: number
}

/** The best of this share of the trials is compared with all. */
const goodShare = 0.1
/** A real parameter is seen on a grid of so many places. */
const gridSize = 50

/**
 * PED-ANOVA: how differently the best tenth of the trials is distributed along each parameter from all trials, as
 * Pearson's divergence (Watanabe, Bansal and Hutter, IJCAI 2023, arXiv 2304.10255; with conditions: arXiv 2601.20800).
 * Linear in the trials. Sorted by share.
 */
export function importances(study: Study, trials: readonly Trial[], objective = 0): Importance[] {
  const usable = trials.filter((trial) => isUsable(study, trial) && trial.values.every(Number.isFinite))
  const { parameters } = study.space
  const valueOf = (trial: Trial): number => loss(study.directions[objective], trial.values[objective] ?? NaN)
  const sorted = usable.map(valueOf).sort((a, b) => a - b)
  const bar = sorted[Math.ceil(goodShare * sorted.length) - 1] ?? -Infinity
  const good = new Set(usable.filter((trial) => valueOf(trial) <= bar))
  const raw = parameters.map((parameter) => (usable.length < 2 ? 0 : importanceOf(parameter, usable, good)))
  const sum = raw.reduce((total, value) => total + value, 0)
  return parameters
    .map(({ name }, index) => ({ name, share: sum > 0 ? (raw[index] as number) / sum : 0 }))
    .sort((a, b) => b.share - a.share)
}

function importanceOf(parameter: Parameter, trials: readonly Trial[], good: ReadonlySet<Trial>): number {
  if (countValues(parameter) === 1) return 0
  const having = trials.filter(({ point }) => point[parameter.name] !== undefined)
  const goodHaving = having.filter((trial) => good.has(trial))
  if (having.length < 2 || goodHaving.length === 0) return 0
  const all = densityOf(parameter, having)
  const top = densityOf(parameter, goodHaving)
  const divergence = all.reduce(
    (sum, density, place) => sum + density * ((top[place] as number) / density - 1) ** 2,
    0,
  )
  const goodPart = goodHaving.length / good.size
  const part = having.length / trials.length
  return ((good.size / trials.length) ** 2 * goodPart ** 2 * divergence) / part
}

/** The density on the parameter's grid: kernels of Scott's width around what was tried, and one prior over all. */
function densityOf(parameter: Parameter, trials: readonly Trial[]): number[] {
  const counts = countsOf(parameter, trials)
  const nominal = parameter.kind === 'choice' && !parameter.ordered
  const places = counts.flatMap((count, place) => (count > 0 ? [place] : []))
  const total = trials.length + 1
  const kernels = places.map((place) => ({ place, weight: (counts[place] as number) / total }))
  const size = counts.length
  if (nominal) {
    const rest = 1 / (places.length + 1)
    const share = (same: boolean): number => ((same ? 1 : 0) + rest) / (1 + size * rest)
    return counts.map(
      (_, at) =>
        kernels.reduce((sum, { place, weight }) => sum + weight * share(place === at), 1 / total / size) +
        1e-12,
    )
  }
  const width = scottWidth(
    places,
    places.map((place) => counts[place] as number),
  )
  const mass = (at: number, mean: number, deviation: number): number => {
    const z = (edge: number): number => normalCdf((edge - mean) / deviation)
    return (z(at + 0.5) - z(at - 0.5)) / (z(size - 0.5) - z(-0.5))
  }
  return counts.map(
    (_, at) =>
      kernels.reduce(
        (sum, { place, weight }) => sum + weight * mass(at, place, width),
        mass(at, (size - 1) / 2, size) / total,
      ) + 1e-12,
  )
}

/** How many trials stand at each place of the grid. */
function countsOf(parameter: Parameter, trials: readonly Trial[]): number[] {
  const size = sizeOf(parameter)
  const counts = new Array<number>(size).fill(0)
  for (const { point } of trials) {
    const place = placeOf(parameter, point[parameter.name] ?? null, size)
    counts[place] = (counts[place] as number) + 1
  }
  return counts
}

function sizeOf(parameter: Parameter): number {
  const count = countValues(parameter)
  if (parameter.kind === 'choice') return count
  if (parameter.kind === 'int' && parameter.log) {
    return Math.min(Math.ceil(Math.log2(parameter.high - parameter.low + 1)) + 1, gridSize)
  }
  return Math.min(count, gridSize)
}

function placeOf(parameter: Parameter, value: unknown, size: number): number {
  if (parameter.kind === 'choice')
    return Math.max(
      parameter.choices.findIndex((choice) => choice === value),
      0,
    )
  const turn = (number: number): number => (parameter.log ? Math.log(number) : number)
  const low = turn(parameter.low)
  const step = (turn(parameter.high) - low) / (size - 1)
  // In the middle between two places the lower one counts.
  const place = Math.ceil((turn(Number(value)) - low) / step - 0.5)
  return Math.min(Math.max(place, 0), size - 1)
}

/** Scott's rule (1992) with the smaller of deviation and quartile range, at least what keeps 90 % in one place. */
function scottWidth(places: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const mean = places.reduce((sum, place, index) => sum + place * (weights[index] as number), 0) / total
  const squares = places.reduce(
    (sum, place, index) => sum + (weights[index] as number) * (place - mean) ** 2,
    0,
  )
  const deviation = Math.sqrt(squares / Math.max(1, total - 1))
  let sum = 0
  const sums = weights.map((weight) => (sum += weight))
  const first = sums.findIndex((upTo) => upTo >= Math.floor(total / 4))
  const behind = sums.findIndex((upTo) => upTo > Math.floor((total * 3) / 4))
  const third = behind < 0 ? places.length - 1 : behind
  const spread = ((places[third] as number) - (places[first] as number)) / 1.34
  return Math.max(1.059 * Math.min(spread, deviation) * total ** -0.2, 0.5 / 1.64)
}
