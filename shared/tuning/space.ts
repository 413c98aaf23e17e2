import { Problem } from '../base/problem.ts'
import type { Constraint } from './constraint.ts'

/** What a parameter can be set to. */
export type Value = number | string | boolean | null

/** One setting of the parameters that are active; an inactive one is absent. */
export type Point = Readonly<Record<string, Value>>

/** A parameter is there only where another one, named before it, has one of these values. */
export interface Condition {
  readonly parameter: string
  readonly among: readonly Value[]
}

/** A real number between two bounds, both included; `step` counts from `low`. */
export interface FloatParameter {
  readonly kind: 'float'
  readonly name: string
  readonly low: number
  readonly high: number
  readonly log: boolean
  readonly step: number | null
  readonly when: readonly Condition[]
}

/** A whole number between two bounds, both included; `step` counts from `low`. */
export interface IntParameter {
  readonly kind: 'int'
  readonly name: string
  readonly low: number
  readonly high: number
  readonly log: boolean
  readonly step: number
  readonly when: readonly Condition[]
}

/** One of several values. `ordered`: neighbours in the list are alike (16, 32, 64). */
export interface ChoiceParameter {
  readonly kind: 'choice'
  readonly name: string
  readonly choices: readonly Value[]
  readonly ordered: boolean
  readonly when: readonly Condition[]
}

/** One parameter of a search space. A boolean is a choice of false and true. */
export type Parameter = FloatParameter | IntParameter | ChoiceParameter

/** What is searched. */
export interface Space {
  readonly parameters: readonly Parameter[]
  readonly constraints: readonly Constraint[]
}

/**
 * Checks parameters and constraints and makes a space of them.
 * @throws Problem `parameter_invalid` with the parameter and what is wrong with it
 */
export function makeSpace(parameters: readonly Parameter[], constraints: readonly Constraint[] = []): Space {
  if (parameters.length === 0) throw invalid('The search space has no parameters', 'Name at least one.')
  const before = new Map<string, Parameter>()
  for (const parameter of parameters) {
    if (before.has(parameter.name)) {
      throw invalid(`The parameter "${parameter.name}" is there twice`, 'Remove one of the two.')
    }
    checkParameter(parameter)
    for (const condition of parameter.when) checkCondition(parameter, condition, before)
    before.set(parameter.name, parameter)
  }
  for (const constraint of constraints) {
    const unknown = constraint.names.find((name) => !isNumeric(before.get(name)))
    if (unknown === undefined) continue
    throw invalid(
      `The constraint "${constraint.text}" needs "${unknown}", which is no numeric parameter of the space`,
      `Numeric parameters: ${
        parameters
          .filter(isNumeric)
          .map(({ name }) => name)
          .join(', ') || 'none'
      }.`,
    )
  }
  return { parameters, constraints }
}

/** Whether a parameter is there, given the values of those before it. */
export function isActive(parameter: Parameter, point: Point): boolean {
  return parameter.when.every(({ parameter: name, among }) => {
    const value = point[name]
    return value !== undefined && among.includes(value)
  })
}

/** Whether a point sets exactly the active parameters, each to one of its values, within the constraints. */
export function contains(space: Space, point: Point): boolean {
  const active = space.parameters.filter((parameter) => isActive(parameter, point))
  if (Object.keys(point).length !== active.length) return false
  return active.every((parameter) => holds(parameter, point[parameter.name])) && meets(space, point)
}

/** Whether a point is within the constraints; one that names an inactive parameter does not apply. */
export function meets(space: Space, point: Point): boolean {
  return space.constraints.every((constraint) => constraint.holds(point))
}

/** Whether a parameter can have this value. A step is met up to rounding. */
export function holds(parameter: Parameter, value: Value | undefined): boolean {
  if (parameter.kind === 'choice') return value !== undefined && parameter.choices.includes(value)
  if (typeof value !== 'number' || value < parameter.low || value > parameter.high) return false
  if (parameter.kind === 'int' && !Number.isInteger(value)) return false
  if (parameter.step === null) return true
  const steps = (value - parameter.low) / parameter.step
  return Math.abs(steps - Math.round(steps)) < 1e-6
}

/** How many values a parameter has; infinite for a real one without step. */
export function countValues(parameter: Parameter): number {
  if (parameter.kind === 'choice') return parameter.choices.length
  if (parameter.low === parameter.high) return 1
  if (parameter.step === null) return Infinity
  return Math.floor((parameter.high - parameter.low) / parameter.step + 1e-9) + 1
}

/** The value at a place in the parameter's finite list of values. */
export function valueAt(parameter: Parameter, index: number): Value {
  if (parameter.kind === 'choice') return parameter.choices[index] ?? null
  if (parameter.step === null || parameter.low === parameter.high) return parameter.low
  const value = parameter.low + index * parameter.step
  // 0.1 * 3 is shown as 0.3: the step's own digits are enough.
  return parameter.kind === 'int' ? value : Math.min(Number(value.toPrecision(12)), parameter.high)
}

/** The same key for the same point, whatever the order of its names. */
export function pointKey(space: Space, point: Point): string {
  return JSON.stringify(space.parameters.map(({ name }) => point[name] ?? (name in point ? null : 0.5)))
}

function checkParameter(parameter: Parameter): void {
  const { name } = parameter
  if (parameter.kind === 'choice') {
    const { choices } = parameter
    if (choices.length === 0) throw invalid(`"${name}" has no choices`, `For example ${name}=choice(a,b).`)
    const twice = choices.find((choice, index) => choices.indexOf(choice) !== index)
    if (twice !== undefined) throw invalid(`"${name}" has ${String(twice)} twice`, 'Remove one of the two.')
    return
  }
  const { low, high, log, step } = parameter
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw invalid(`"${name}" goes from ${low} to ${high}`, 'Both bounds must be finite numbers.')
  }
  if (low > high) throw invalid(`"${name}" goes from ${low} down to ${high}`, 'Give the lower bound first.')
  if (log && low <= 0) {
    throw invalid(
      `"${name}" is logarithmic and starts at ${low}`,
      `A logarithmic range starts above 0, for example ${name}=log(${high > 0 ? high / 1000 : 0.001},${high}).`,
    )
  }
  if (step !== null && !(step > 0)) {
    throw invalid(`"${name}" has a step of ${step}`, 'A step is a number above 0.')
  }
  if (parameter.kind === 'int' && ![low, high, step].every((number) => Number.isSafeInteger(number))) {
    throw invalid(
      `"${name}" is whole and has a bound or step that is not`,
      `Use ${name}=float(${low},${high}).`,
    )
  }
}

function checkCondition(
  parameter: Parameter,
  condition: Condition,
  before: ReadonlyMap<string, Parameter>,
): void {
  const other = before.get(condition.parameter)
  if (other === undefined) {
    throw invalid(
      `"${parameter.name}" depends on "${condition.parameter}", which does not come before it`,
      `Name "${condition.parameter}" first.`,
    )
  }
  const impossible = condition.among.find((value) => !holds(other, value))
  if (condition.among.length > 0 && impossible === undefined) return
  throw invalid(
    `"${parameter.name}" is there if "${other.name}" is ${JSON.stringify(impossible ?? null)}, which it never is`,
    `Use a value that "${other.name}" can have.`,
  )
}

function isNumeric(parameter: Parameter | undefined): boolean {
  if (parameter === undefined) return false
  return parameter.kind !== 'choice' || parameter.choices.every((choice) => typeof choice === 'number')
}

function invalid(message: string, hint: string): Problem {
  return new Problem('parameter_invalid', message, { hint })
}
