import { Problem } from '../base/problem.ts'
import type { ColumnType, Schema } from '../models/signature.ts'
import { enforceColumns, guessColumns, type RawTable } from './enforce.ts'
import { tensorValues, type ModelInput, type Tensor } from './frame.ts'
import type { ModelOutput, OutputPart } from './model_output.ts'

/** Types of the Open Inference Protocol and how NumPy writes them; BYTES are texts. */
const numpyTypes: Readonly<Record<string, string>> = {
  BOOL: '|b1',
  UINT8: '|u1',
  UINT16: '<u2',
  UINT32: '<u4',
  UINT64: '<u8',
  INT8: '|i1',
  INT16: '<i2',
  INT32: '<i4',
  INT64: '<i8',
  FP32: '<f4',
  FP64: '<f8',
}

/** The protocol's type of a column of a signature. */
export const columnDatatypes: Readonly<Record<ColumnType, string>> = {
  boolean: 'BOOL',
  integer: 'INT32',
  long: 'INT64',
  float: 'FP32',
  double: 'FP64',
  string: 'BYTES',
  binary: 'BYTES',
  datetime: 'BYTES',
  nested: 'BYTES',
}

/** An inference request, read. */
export interface InferRequest {
  id: string | null
  input: ModelInput
  /** Outputs that are wanted; null for all. */
  outputs: readonly string[] | null
  /** Outputs that are wanted as raw bytes. */
  binary: (output: string) => boolean
}

/**
 * Reads the body of `infer`.
 * @param jsonBytes length of the JSON at its start (`Inference-Header-Content-Length`); null if it is all JSON
 * @see https://github.com/kserve/open-inference-protocol and its binary tensor data extension
 * @throws Problem `bad_request`, `parameter_invalid`
 */
export function readInfer(body: Buffer, jsonBytes: number | null, schema: Schema | null): InferRequest {
  const end = jsonBytes ?? body.length
  if (!(end >= 0 && end <= body.length))
    throw new Problem(
      'bad_request',
      `Inference-Header-Content-Length is ${jsonBytes}, the body has ${body.length} bytes`,
    )
  const told = parseHead(body.toString('utf8', 0, end))
  if (!Array.isArray(told.inputs) || told.inputs.length === 0)
    throw new Problem('bad_request', 'The request has no "inputs"')
  let at = end
  const tensors = told.inputs.map((input): Tensor => {
    const size = input.parameters?.['binary_data_size']
    if (size === undefined) return readTensor(input, null)
    if (typeof size !== 'number' || at + size > body.length)
      throw new Problem(
        'bad_request',
        `Input "${input.name}" says ${JSON.stringify(size)} bytes, ${body.length - at} are left`,
      )
    const raw = body.subarray(at, at + size)
    at += size
    return readTensor(input, raw)
  })
  if (jsonBytes !== null && at !== body.length)
    throw new Problem('bad_request', `${body.length - at} bytes of the body belong to no input`)
  const wanted = Array.isArray(told.outputs) && told.outputs.length > 0 ? told.outputs : null
  const all = told.parameters?.['binary_data_output'] === true
  const asBytes = new Map(wanted?.map(({ name, parameters }) => [name, parameters?.['binary_data']]) ?? [])
  return {
    id: typeof told.id === 'string' ? told.id : null,
    input: toInput(tensors, schema),
    outputs: wanted?.map(({ name }) => name) ?? null,
    binary: (name) => (asBytes.get(name) as boolean | undefined) ?? all,
  }
}

/** The answer to an inference request: its JSON, and the raw bytes behind it (none if no output is wanted so). */
export function writeInfer(
  request: InferRequest,
  answer: { name: string; version: string; output: ModelOutput },
): { json: string; raw: Buffer[] } {
  const parts = outputParts(answer.output)
  const chosen =
    request.outputs === null ? parts.filter(({ name }) => name !== 'chances') : choose(parts, request.outputs)
  const raw: Buffer[] = []
  const outputs = chosen.map((part) => {
    const { datatype, flat } = describe(part)
    const told = { name: part.name, datatype, shape: part.shape }
    if (!request.binary(part.name)) return { ...told, data: flat() }
    const bytes =
      datatype === 'BYTES'
        ? packTexts(flat().map((text) => (typeof text === 'string' ? text : '')))
        : bytesOf(part)
    raw.push(bytes)
    return { ...told, parameters: { binary_data_size: bytes.length } }
  })
  const id = request.id === null ? {} : { id: request.id }
  return {
    json: JSON.stringify({ model_name: answer.name, model_version: answer.version, ...id, outputs }),
    raw,
  }
}

/** What a model takes or gives, as the protocol's metadata has it. */
export function tensorMetadata(schema: Schema | null, side: 'input' | 'output'): unknown[] {
  if (schema === null) return []
  if (schema.kind === 'columns') {
    return schema.columns.map(({ name, type }) => ({ name, datatype: columnDatatypes[type], shape: [-1] }))
  }
  return schema.tensors.map(({ name, dtype, shape }) => ({
    name: name ?? (side === 'input' ? 'input' : 'output'),
    datatype: datatypeOfName(dtype),
    shape: [-1, ...shape.slice(1)],
  }))
}

interface ToldTensor {
  name: string
  shape?: unknown
  datatype?: unknown
  parameters?: Record<string, unknown>
  data?: unknown
}

interface ToldRequest {
  id?: unknown
  parameters?: Record<string, unknown>
  inputs?: ToldTensor[]
  outputs?: ToldTensor[]
}

function parseHead(text: string): ToldRequest {
  try {
    const told = JSON.parse(text) as ToldRequest | null
    if (typeof told === 'object' && told !== null) return told
  } catch (error) {
    throw new Problem('bad_request', `The request is no JSON: ${(error as Error).message}`)
  }
  throw new Problem('bad_request', 'The request must be a JSON object')
}

function readTensor({ name, shape, datatype, data }: ToldTensor, raw: Buffer | null): Tensor {
  if (typeof name !== 'string' || !Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0))
    throw new Problem('bad_request', 'Each input needs "name", "shape" and "datatype"')
  const lengths = shape as number[]
  const count = lengths.reduce((product, length) => product * length, 1)
  const refuse = (says: string): never => {
    throw new Problem('parameter_invalid', `Input "${name}": ${says}`)
  }
  const dtype = numpyTypes[String(datatype)]
  if (dtype === undefined && datatype !== 'BYTES') refuse(`datatype ${String(datatype)} is not known here`)
  if (raw !== null) {
    if (datatype === 'BYTES') {
      const texts = unpackTexts(raw)
      if (texts.length !== count) refuse(`${texts.length} texts for the shape (${lengths.join(', ')})`)
      return { name, dtype: 'json', shape: lengths, data: texts }
    }
    const width = Number(dtype?.slice(2))
    if (raw.length !== count * width) refuse(`${raw.length} bytes for ${count} values of ${String(datatype)}`)
    return { name, dtype: dtype ?? '', shape: lengths, data: raw }
  }
  const flat = Array.isArray(data) ? (data.flat(Infinity) as unknown[]) : refuse('there is no "data"')
  if (flat.length !== count) refuse(`${flat.length} values for the shape (${lengths.join(', ')})`)
  if (datatype === 'BYTES') return { name, dtype: 'json', shape: lengths, data: flat }
  const bad = flat.findIndex(
    (value) => typeof value !== 'number' && typeof value !== 'boolean' && value !== null,
  )
  if (bad >= 0) {
    const row = Math.floor(bad / Math.max(1, count / (lengths[0] ?? 1)))
    refuse(`row ${row}: ${JSON.stringify(flat[bad])} is no ${String(datatype)}`)
  }
  return { name, dtype: dtype ?? '', shape: lengths, data: packNumbers(dtype ?? '', flat) }
}

function packNumbers(dtype: string, values: readonly unknown[]): Uint8Array {
  const numbers = values.map((value) => (value === null ? NaN : Number(value)))
  const big = (): bigint[] => numbers.map((n) => BigInt(Number.isNaN(n) ? 0 : Math.trunc(n)))
  const makers: Readonly<Record<string, () => { buffer: ArrayBuffer }>> = {
    '<f8': () => Float64Array.from(numbers),
    '<f4': () => Float32Array.from(numbers),
    '<i8': () => BigInt64Array.from(big()),
    '<u8': () => BigUint64Array.from(big()),
    '<i4': () => Int32Array.from(numbers),
    '<u4': () => Uint32Array.from(numbers),
    '<i2': () => Int16Array.from(numbers),
    '<u2': () => Uint16Array.from(numbers),
    '|i1': () => Int8Array.from(numbers),
  }
  const typed = makers[dtype]?.() ?? Uint8Array.from(numbers)
  return new Uint8Array(typed.buffer)
}

/** Columns where the model takes columns: one input each, of n values; arrays where it takes arrays. */
function toInput(tensors: readonly Tensor[], schema: Schema | null): ModelInput {
  const rows = tensors[0]?.shape[0] ?? 0
  const odd = tensors.find((tensor) => (tensor.shape[0] ?? 0) !== rows)
  if (rows === 0) throw new Problem('bad_request', 'The request holds no rows')
  if (odd !== undefined)
    throw new Problem(
      'bad_request',
      `Input "${odd.name}" has ${odd.shape[0] ?? 0} rows, "${tensors[0]?.name}" ${rows}`,
    )
  if (schema?.kind === 'tensors') {
    const named = schema.tensors.map((spec, i) => {
      const found = spec.name === null ? tensors[i] : tensors.find(({ name }) => name === spec.name)
      if (found === undefined)
        throw new Problem('parameter_invalid', `The model wants an input "${spec.name ?? 'input'}"`)
      return { ...found, name: spec.name }
    })
    return { kind: 'tensors', rows, tensors: named }
  }
  const table = columnsOf(tensors, rows)
  return { kind: 'frame', ...(schema === null ? guessColumns(table) : enforceColumns(table, schema.columns)) }
}

function columnsOf(tensors: readonly Tensor[], rows: number): RawTable {
  const columns: { name: string; at(row: number): unknown }[] = []
  for (const tensor of tensors) {
    const values = tensorValues(tensor)
    const width = tensor.shape.slice(1).reduce((product, length) => product * length, 1)
    const value = (i: number): unknown => {
      const found = values[i]
      return typeof found === 'bigint' ? Number(found) : found
    }
    // One array of several columns has no names of its own: they are taken by position.
    for (let i = 0; i < width; i++) {
      const name = width === 1 ? (tensor.name ?? '') : String(columns.length)
      columns.push({ name, at: (row) => value(row * width + i) })
    }
  }
  return { rows, names: columns.map(({ name }) => name), at: (column, row) => columns[column]?.at(row) }
}

function outputParts(output: ModelOutput): OutputPart[] {
  const parts =
    output.form === 'array' || output.form === 'plain'
      ? output.parts.map((part) => ({ ...part, name: 'predict' }))
      : [...output.parts]
  return output.chances === null ? parts : [...parts, { ...output.chances, name: 'chances' }]
}

function choose(parts: readonly OutputPart[], names: readonly string[]): OutputPart[] {
  return names.map((name) => {
    const found =
      parts.find((part) => part.name === name) ??
      (name.startsWith('output') && names.length === 1 ? parts[0] : undefined)
    if (found !== undefined) return { ...found, name }
    throw new Problem('parameter_invalid', `The model has no output "${name}"`, {
      hint: `It has ${parts.map((part) => part.name).join(', ')}.`,
    })
  })
}

function describe(part: OutputPart): { datatype: string; flat: () => unknown[] } {
  const known = Object.entries(numpyTypes).find(([, dtype]) => dtype === part.dtype)?.[0]
  if (known !== undefined)
    return {
      datatype: known,
      flat: () => Array.from(part.values, (value) => (typeof value === 'bigint' ? Number(value) : value)),
    }
  const values = Array.from(part.values)
  if (values.every((value) => typeof value === 'number')) return { datatype: 'FP64', flat: () => values }
  return {
    datatype: 'BYTES',
    flat: () => values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
  }
}

function bytesOf({ dtype, values }: OutputPart): Buffer {
  if (ArrayBuffer.isView(values)) return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  const bytes = packNumbers(dtype === 'json' ? '<f8' : dtype, Array.from(values))
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function datatypeOfName(dtype: string): string {
  if (/^(str|object|<U|bytes)/.test(dtype)) return 'BYTES'
  const parts = /^(u?int|float|bool)(\d*)$/.exec(dtype)
  if (parts === null) return 'FP64'
  const [, kind = '', bits = ''] = parts
  return kind === 'bool' ? 'BOOL' : `${kind === 'float' ? 'FP' : kind.toUpperCase()}${bits}`
}

function packTexts(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text)
      const length = Buffer.alloc(4)
      length.writeUInt32LE(bytes.length)
      return [length, bytes]
    }),
  )
}

function unpackTexts(raw: Buffer): string[] {
  const texts: string[] = []
  for (let at = 0; at + 4 <= raw.length;) {
    const length = raw.readUInt32LE(at)
    if (at + 4 + length > raw.length)
      throw new Problem('bad_request', 'The texts of an input end in the middle of one')
    texts.push(raw.toString('utf8', at + 4, at + 4 + length))
    at += 4 + length
  }
  return texts
}
