import type { Int64 } from '../../runs/int64.ts'
import { encodeJson } from './json.ts'
import { MlflowProblem } from './problem.ts'

/**
 * How one parameter is read. A reader takes what protobuf's JSON takes for the type (numbers as texts too, so
 * that a query and a body are read alike) and answers undefined for anything else.
 */
export interface Field<T, Required extends boolean = boolean> {
  read: (value: unknown, path: string) => T | undefined
  required: Required
}

/** Parameters of a request, by name. */
export type Shape = Record<string, Field<unknown>>

/** What `readParams` gives for a shape: absent optional ones are undefined. */
export type Params<S extends Shape> = {
  [K in keyof S]: S[K] extends Field<infer T, true> ? T : S[K] extends Field<infer T> ? T | undefined : never
}

/** A text. An empty one counts as absent if required, as it does in MLflow. */
export const text: Field<string, false> = {
  read: (value) => (typeof value === 'string' ? value : undefined),
  required: false,
}

/** A whole number of 64 bits; beyond 2^53 with the precision of a double. */
export const integer: Field<number, false> = {
  read: (value) => {
    const number = readNumber(value)
    return number !== undefined && Number.isInteger(number) && Math.abs(number) <= 2 ** 63
      ? number
      : undefined
  },
  required: false,
}

/** A whole number of 64 bits, exactly: a bigint beyond 2^53 (a time in nanoseconds, given as a step). */
export const int64: Field<Int64, false> = {
  read: (value) => {
    if (typeof value === 'bigint') return value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined
    if (typeof value === 'string' && /^[-+]?\d{16,}$/.test(value))
      return int64.read(shorten(BigInt(value)), '')
    return integer.read(value, '')
  },
  required: false,
}

function shorten(value: bigint): Int64 {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** A double: a number, its text, or "NaN", "Infinity", "-Infinity". */
export const double: Field<number, false> = { read: readNumber, required: false }

/** True or false; as text in a query. */
export const bool: Field<boolean, false> = {
  read: (value) => {
    if (typeof value === 'boolean') return value
    const word = typeof value === 'string' ? value.toLowerCase() : ''
    return word === 'true' ? true : word === 'false' ? false : undefined
  },
  required: false,
}

/** One of some words, e.g. the name of an enum's value. */
export function oneOf<const W extends string>(...words: readonly W[]): Field<W, false> {
  return { read: (value) => words.find((word) => word === value), required: false }
}

/** A list. A single text, as a query has it for a key that stands there once, counts as a list of one. */
export function listOf<T>(item: Field<T>): Field<T[], false> {
  return {
    read: (value, path) => {
      if (typeof value === 'string') return readList([value], item, path)
      return Array.isArray(value) ? readList(value, item, path) : undefined
    },
    required: false,
  }
}

/** An object with parameters of its own. */
export function objectOf<S extends Shape>(shape: S): Field<Params<S>, false> {
  return {
    read: (value, path) => (isObject(value) ? readShape(value, shape, `${path}.`) : undefined),
    required: false,
  }
}

/** A parameter without which a request is refused. */
export function required<T>(field: Field<T>): Field<T, true> {
  return { ...field, required: true }
}

/** A text that reads as empty where it is absent: the value of a parameter or tag. */
export const textOrEmpty: Field<string, false> = {
  read: (value) => (value === undefined ? '' : text.read(value, '')),
  required: false,
}

/**
 * Reads and checks the parameters of a request; unknown ones are ignored. `run_id` may come as `run_uuid`.
 * @throws MlflowProblem INVALID_PARAMETER_VALUE with MLflow's words
 */
export function readParams<S extends Shape>(raw: Readonly<Record<string, unknown>>, shape: S): Params<S> {
  return readShape(raw, shape, '')
}

/** The error for a value that cannot be taken, in MLflow's words. */
export function invalidValue(path: string, value: unknown, why?: string): MlflowProblem {
  const shown = value === undefined ? undefined : encodeJson(value)
  const told = why === undefined ? '.' : `: ${why}`
  return new MlflowProblem(
    'INVALID_PARAMETER_VALUE',
    `Invalid value ${shown ?? 'null'} for parameter '${path}' supplied${told}`,
  )
}

/** The error for a parameter that is not there, in MLflow's words. */
export function missingValue(path: string): MlflowProblem {
  return new MlflowProblem(
    'INVALID_PARAMETER_VALUE',
    `Missing value for required parameter '${path}'. ${seeDocs}`,
  )
}

const seeDocs = 'See the API docs for more information about request parameters.'

function readShape<S extends Shape>(
  raw: Readonly<Record<string, unknown>>,
  shape: S,
  prefix: string,
): Params<S> {
  const result: Record<string, unknown> = {}
  for (const name in shape) {
    const field = shape[name]
    if (field === undefined) continue
    const value = (name === 'run_id' ? (raw['run_id'] ?? raw['run_uuid']) : raw[name]) ?? undefined
    if (field.required && (value === undefined || value === '')) throw missingValue(prefix + name)
    if (value === undefined && field !== textOrEmpty) continue
    const read = field.read(value, prefix + name)
    if (read === undefined) {
      throw invalidValue(prefix + name, value, ` Hint: Value was of type '${pythonType(value)}'. ${seeDocs}`)
    }
    result[name] = read
  }
  return result as Params<S>
}

function readList<T>(values: readonly unknown[], item: Field<T>, path: string): T[] | undefined {
  const result: T[] = []
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value === null || value === undefined) return undefined
    const read = item.read(value, `${path}[${i}]`)
    if (read === undefined) return undefined
    result.push(read)
  }
  return result
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string') return undefined
  if (value === 'NaN') return NaN
  return /^\s*[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?|Infinity)\s*$/.test(value)
    ? Number(value)
    : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The name that MLflow's server, being Python, gives to the type of a JSON value. */
function pythonType(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return value === null || value === undefined ? 'NoneType' : 'dict'
}
