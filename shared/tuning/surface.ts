import { condition } from './gp.ts'
import { encodingOf } from './gp_encoding.ts'
import { settingsFor } from './gp_settings.ts'
import { loss, isUsable, type Study, type Trial } from './trial.ts'
import { makeSpace, valueAt, countValues, type Parameter, type Value } from './space.ts'
import { fromUnit } from './unit.ts'

/** What two parameters make of the first objective, the others left to chance. */
export interface Surface {
  readonly across: readonly Value[]
  readonly up: readonly Value[]
  /** Expected value by place: a row for each of `up`; empty if too few trials tell. */
  readonly z: readonly (readonly number[])[]
  /** Trials that it was read from. */
  readonly trials: number
}

/** A process sees at most so many trials, for the time that it takes. */
const mostTrials = 200
const leastTrials = 8

/**
 * The surface over two parameters of a study: the mean of a Gaussian process that sees these two alone, so that what
 * the others do is noise to it. Values further than one and a half widths of the middle half from it are pulled in: one
 * trial that went astray must not bend the rest.
 *
 * @param cells how many places a numeric parameter has
 */
export function surface(
  study: Study,
  trials: readonly Trial[],
  { across, up, cells }: { across: string; up: string; cells: number },
): Surface | null {
  const [a, b] = [across, up].map((name) => study.space.parameters.find((one) => one.name === name))
  if (a === undefined || b === undefined || a === b) return null
  const usable = trials.filter(
    (trial) =>
      isUsable(study, trial) &&
      Number.isFinite(trial.values[0]) &&
      across in trial.point &&
      up in trial.point,
  )
  const places = { across: placesOf(a, cells), up: placesOf(b, cells) }
  const seen = chosen(study, usable)
  if (seen.length < leastTrials) return { ...places, z: [], trials: seen.length }
  const pair = makeSpace([a, b].map((one) => ({ ...one, when: [] })))
  const encoding = encodingOf(pair)
  const values = pulledIn(seen.map(({ values: [value] }) => value ?? NaN))
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  const scaled = values.map((value) => (deviation > 0 ? (value - mean) / deviation : 0))
  const data = { places: seen.map(({ point }) => encoding.encode(point)), values: scaled }
  const process = condition(encoding, data, settingsFor(encoding, data))
  const z = places.up.map((upper) =>
    places.across.map((right) => {
      const place = encoding.encode({ [across]: right, [up]: upper })
      return mean + deviation * process.at(place).mean
    }),
  )
  return { ...places, z, trials: seen.length }
}

/** The best ones, and others evenly over the study. */
function chosen(study: Study, usable: readonly Trial[]): readonly Trial[] {
  if (usable.length <= mostTrials) return usable
  const sorted = [...usable].sort(
    (one, other) =>
      loss(study.directions[0], one.values[0] ?? NaN) - loss(study.directions[0], other.values[0] ?? NaN),
  )
  const half = mostTrials / 2
  const rest = sorted.slice(half)
  const step = rest.length / half
  return [
    ...sorted.slice(0, half),
    ...Array.from({ length: half }, (_none, index) => rest[Math.floor(index * step)] as Trial),
  ]
}

function placesOf(parameter: Parameter, cells: number): Value[] {
  if (countValues(parameter) <= cells) {
    return Array.from({ length: countValues(parameter) }, (_none, index) => valueAt(parameter, index))
  }
  const places = Array.from({ length: cells }, (_none, index) => fromUnit(parameter, (index + 0.5) / cells))
  return places.filter((value, index) => value !== places[index - 1])
}

function pulledIn(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? NaN
  const reach = 1.5 * (at(0.75) - at(0.25))
  if (!(reach > 0)) return [...values]
  return values.map((value) => Math.min(at(0.75) + reach, Math.max(at(0.25) - reach, value)))
}
