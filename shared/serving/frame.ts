import type { ColumnType } from '../models/signature.ts'
import type { PredictionValue } from './prediction.ts'

/** Values of one column; numbers have NaN where nothing stands, texts null. */
export type FrameValues = Float64Array | BigInt64Array | Uint8Array | readonly unknown[]

/** One column of rows to be predicted. */
export interface FrameColumn {
  name: string
  type: ColumnType
  values: FrameValues
}

/** Rows to be predicted, by columns. */
export interface Frame {
  rows: number
  columns: readonly FrameColumn[]
}

/** Arrays to be predicted: rows are their first dimension. */
export interface Tensors {
  rows: number
  tensors: readonly Tensor[]
}

/** One array, row by row; of numbers as bytes (little-endian), of anything else as a list. */
export interface Tensor {
  /** Null where a model takes one array without a name. */
  name: string | null
  /** As NumPy writes it: `<f8`, `<i8`, `|b1`; `json` for a list. */
  dtype: string
  shape: readonly number[]
  data: Uint8Array | readonly unknown[]
}

/** What a model is given. */
export type ModelInput = ({ kind: 'frame' } & Frame) | ({ kind: 'tensors' } & Tensors)

/** Whether two inputs can go to the model together: the same columns, or arrays of the same inner shape. */
export function canJoin(a: ModelInput, b: ModelInput): boolean {
  if (a.kind === 'frame' && b.kind === 'frame') {
    return (
      a.columns.length === b.columns.length &&
      a.columns.every((column, i) => {
        const other = b.columns[i]
        return other?.name === column.name && kindOf(other.values) === kindOf(column.values)
      })
    )
  }
  if (a.kind !== 'tensors' || b.kind !== 'tensors' || a.tensors.length !== b.tensors.length) return false
  return a.tensors.every((tensor, i) => {
    const other = b.tensors[i]
    if (other?.name !== tensor.name || other.dtype !== tensor.dtype) return false
    return String(other.shape.slice(1)) === String(tensor.shape.slice(1))
  })
}

/** Several inputs, each of which can be joined with the first, as one. */
export function joinInputs(inputs: readonly ModelInput[]): ModelInput {
  const [first] = inputs
  if (first === undefined) throw new RangeError('Cannot join no inputs')
  if (inputs.length === 1) return first
  const rows = inputs.reduce((sum, input) => sum + input.rows, 0)
  if (first.kind === 'frame') {
    const frames = inputs as (ModelInput & { kind: 'frame' })[]
    const columns = first.columns.map((column, i) => ({
      ...column,
      values: joinValues(
        frames.map((frame) => frame.columns[i]?.values ?? []),
        rows,
      ),
    }))
    return { kind: 'frame', rows, columns }
  }
  const all = inputs as (ModelInput & { kind: 'tensors' })[]
  const tensors = first.tensors.map((tensor, i) => {
    const parts = all.map((one) => one.tensors[i]?.data ?? [])
    const data = parts.every((part) => part instanceof Uint8Array)
      ? new Uint8Array(Buffer.concat(parts))
      : (parts as unknown[][]).flat()
    return { ...tensor, shape: [rows, ...tensor.shape.slice(1)], data }
  })
  return { kind: 'tensors', rows, tensors }
}

/** Some rows of an input. */
export function sliceInput(input: ModelInput, from: number, to: number): ModelInput {
  const rows = to - from
  if (rows === input.rows) return input
  if (input.kind === 'frame') {
    const columns = input.columns.map((column) => ({ ...column, values: column.values.slice(from, to) }))
    return { kind: 'frame', rows, columns }
  }
  const tensors = input.tensors.map((tensor) => {
    const width = tensor.data.length / input.rows
    return {
      ...tensor,
      shape: [rows, ...tensor.shape.slice(1)],
      data: tensor.data.slice(from * width, to * width),
    }
  })
  return { kind: 'tensors', rows, tensors }
}

/** One row as a record, as the prediction log keeps it. Longer arrays are left to their first hundred values. */
export function inputRecord(input: ModelInput, row: number): Record<string, PredictionValue> {
  const record: Record<string, PredictionValue> = {}
  if (input.kind === 'frame') {
    for (const { name, values, type } of input.columns) {
      const value = values[row]
      record[name] = plain(type === 'boolean' && typeof value === 'number' ? value !== 0 : value)
    }
    return record
  }
  for (const tensor of input.tensors) {
    const width = tensor.shape.slice(1).reduce((product, length) => product * length, 1)
    const values = tensorValues(tensor)
    for (let i = 0; i < Math.min(width, 100); i++) {
      const name = tensor.name ?? ''
      record[width === 1 && name !== '' ? name : `${name}${i}`] = plain(values[row * width + i])
    }
  }
  return record
}

/** The values of an array, row by row. */
export function tensorValues({ dtype, data }: Pick<Tensor, 'dtype' | 'data'>): ArrayLike<unknown> {
  if (!(data instanceof Uint8Array)) return data
  // A typed array begins where its width divides the address.
  const bytes = new Uint8Array(data).buffer
  return readNumbers(dtype, bytes)
}

/** Numbers of a NumPy type in a buffer of their own. @throws RangeError for a type that is no number */
export function readNumbers(dtype: string, bytes: ArrayBufferLike): ArrayLike<unknown> {
  switch (dtype) {
    case '<f8':
      return new Float64Array(bytes)
    case '<f4':
      return new Float32Array(bytes)
    case '<i8':
      return new BigInt64Array(bytes)
    case '<u8':
      return new BigUint64Array(bytes)
    case '<i4':
      return new Int32Array(bytes)
    case '<u4':
      return new Uint32Array(bytes)
    case '<i2':
      return new Int16Array(bytes)
    case '<u2':
      return new Uint16Array(bytes)
    case '|i1':
      return new Int8Array(bytes)
    case '|u1':
      return new Uint8Array(bytes)
    case '|b1':
      return Array.from(new Uint8Array(bytes), (value) => value !== 0)
    default:
      throw new RangeError(`Cannot read numbers of type ${dtype}`)
  }
}

function joinValues(parts: readonly FrameValues[], rows: number): FrameValues {
  const [first] = parts
  if (first instanceof Float64Array) return fill(new Float64Array(rows), parts as Float64Array[])
  if (first instanceof BigInt64Array) return fill(new BigInt64Array(rows), parts as BigInt64Array[])
  if (first instanceof Uint8Array) return fill(new Uint8Array(rows), parts as Uint8Array[])
  return (parts as unknown[][]).flat()
}

function fill<T extends { set(part: never, at: number): void; length: number }>(
  target: T,
  parts: readonly T[],
): T {
  let at = 0
  for (const part of parts) {
    target.set(part as never, at)
    at += part.length
  }
  return target
}

function kindOf(values: FrameValues): string {
  return ArrayBuffer.isView(values) ? values.constructor.name : 'list'
}

function plain(value: unknown): PredictionValue {
  if (typeof value === 'bigint') return Number(value)
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? JSON.stringify(value) : (value as PredictionValue)
}
