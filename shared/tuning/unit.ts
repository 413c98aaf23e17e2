import { countValues, valueAt, type Parameter, type Value } from './space.ts'

/**
 * The value of a parameter at a place between 0 and 1: equal lengths are equally likely under a uniform draw, on
 * the logarithm where the parameter is logarithmic. Discrete values own a piece of the way each.
 */
export function fromUnit(parameter: Parameter, unit: number): Value {
  const place = Math.min(Math.max(unit, 0), 1)
  if (parameter.kind === 'choice' || !parameter.log) {
    const count = countValues(parameter)
    if (Number.isFinite(count)) return valueAt(parameter, Math.min(Math.floor(place * count), count - 1))
  }
  if (parameter.kind === 'choice') return valueAt(parameter, 0)
  const { low, high } = logBounds(parameter)
  const wide = low + place * (high - low)
  return snap(parameter, parameter.log ? Math.exp(wide) : wide)
}

/** The place of a value between 0 and 1: the middle of what `fromUnit` gives it. */
export function toUnit(parameter: Parameter, value: Value): number {
  if (parameter.kind === 'choice') {
    return (Math.max(parameter.choices.indexOf(value), 0) + 0.5) / parameter.choices.length
  }
  if (typeof value !== 'number' || parameter.low === parameter.high) return 0.5
  const { low, high } = logBounds(parameter)
  const place = ((parameter.log ? Math.log(value) : value) - low) / (high - low)
  return Math.min(Math.max(place, 0), 1)
}

/** The bounds of the way that a numeric parameter goes, as logarithms where it is logarithmic. */
export function logBounds(parameter: Exclude<Parameter, { kind: 'choice' }>): { low: number; high: number } {
  const half = (parameter.step ?? 0) / 2
  const reach = parameter.step === null ? parameter.high : highest(parameter, parameter.step)
  const low = parameter.low - half
  const high = reach + half
  if (!parameter.log) return { low, high }
  // A whole parameter from 1 with step 2 would start at 0, whose logarithm is infinite.
  return { low: Math.log(low > 0 ? low : parameter.low / 2), high: Math.log(high) }
}

/** The nearest value that the parameter can have. */
export function snap(parameter: Exclude<Parameter, { kind: 'choice' }>, value: number): number {
  const { low, high, step } = parameter
  if (step === null) return Math.min(Math.max(value, low), high)
  const index = Math.min(Math.max(Math.round((value - low) / step), 0), countValues(parameter) - 1)
  return valueAt(parameter, index) as number
}

function highest(parameter: Exclude<Parameter, { kind: 'choice' }>, step: number): number {
  return parameter.low + (countValues(parameter) - 1) * step
}
