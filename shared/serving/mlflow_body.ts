import { parseLooseJson } from '../base/json.ts'
import { Problem } from '../base/problem.ts'
import { readRows, standardDialect } from '../data/csv_reader.ts'
import type { Schema, SignatureTensor } from '../models/signature.ts'
import { enforceColumns, guessColumns, type RawTable } from './enforce.ts'
import type { ModelInput, Tensor } from './frame.ts'

/** The keys of MLflow's JSON bodies: exactly one of them must stand in a request. */
const keys = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const

/**
 * What a body of `/invocations` asks to be predicted.
 * @see https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally (JSON input, CSV input)
 * @throws Problem `bad_request` for a body that is none, `parameter_invalid` for values that the model does not take
 */
export function readJsonBody(text: string, schema: Schema | null): ModelInput {
  let body: unknown
  try {
    body = parseLooseJson(text)
  } catch (error) {
    throw new Problem('bad_request', `The body is no JSON: ${(error as Error).message}`, { hint: formsHint })
  }
  return readBody(body, schema)
}

/** The same for a body that is parsed already. */
export function readBody(body: unknown, schema: Schema | null): ModelInput {
  if (!isRecord(body)) throw new Problem('bad_request', 'The body must be a JSON object', { hint: formsHint })
  const given = keys.filter((key) => key in body)
  const [key] = given
  if (key === undefined || given.length > 1) {
    throw new Problem(
      'bad_request',
      `The body must have exactly one of ${keys.join(', ')}; it has ${given.length === 0 ? 'none' : given.join(' and ')}`,
      { hint: formsHint },
    )
  }
  const value = body[key]
  if (key === 'dataframe_split') return fromTable(splitTable(value), schema)
  if (key === 'dataframe_records') return fromTable(recordTable(value, key), schema)
  if (key === 'instances' && Array.isArray(value) && value.length > 0 && value.every(isRecord)) {
    return schema?.kind === 'tensors'
      ? fromArrays(columnsOfRecords(value), schema.tensors)
      : fromTable(recordTable(value, key), schema)
  }
  if (schema?.kind === 'tensors') return fromArrays(value, schema.tensors)
  return fromTable(isRecord(value) ? namedTable(value) : listTable(value, key), schema)
}

/** A table with a header line, RFC 4180. @throws as `readJsonBody` */
export function readCsvBody(text: string, schema: Schema | null): ModelInput {
  const [names, ...lines] = readRows(text, standardDialect).filter((row) => row.length > 1 || row[0] !== '')
  if (names === undefined || lines.length === 0)
    throw new Problem('bad_request', 'The CSV must have a line of names and at least one row')
  const types =
    schema?.kind === 'columns'
      ? new Map(schema.columns.map((c) => [c.name, c.type]))
      : new Map<string, string>()
  const ragged = lines.findIndex((line) => line.length !== names.length)
  if (ragged >= 0)
    throw new Problem(
      'bad_request',
      `Row ${ragged} has ${lines[ragged]?.length ?? 0} fields, the header has ${names.length}`,
    )
  const table: RawTable = {
    rows: lines.length,
    names,
    at: (column, row) => typedText(lines[row]?.[column] ?? '', types.get(names[column] ?? '')),
  }
  return fromTable(table, schema)
}

const formsHint =
  'For example {"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}} or {"dataframe_records": [{"a": 1, "b": 2}]}.'

function fromTable(table: RawTable, schema: Schema | null): ModelInput {
  if (table.rows === 0) throw new Problem('bad_request', 'The body holds no rows')
  if (schema === null) return { kind: 'frame', ...guessColumns(table) }
  if (schema.kind === 'columns') return { kind: 'frame', ...enforceColumns(table, schema.columns) }
  const rows = Array.from({ length: table.rows }, (_, row) =>
    table.names.map((_name, column) => table.at(column, row)),
  )
  return fromArrays(rows, schema.tensors)
}

function splitTable(value: unknown): RawTable {
  const { columns, data } = (isRecord(value) ? value : {}) as { columns?: unknown; data?: unknown }
  if (!Array.isArray(data) || !data.every((row) => Array.isArray(row)))
    throw new Problem('bad_request', '"dataframe_split" needs "data", a list of rows', { hint: formsHint })
  const rows = data as unknown[][]
  const names = Array.isArray(columns) ? columns.map(String) : (rows[0] ?? []).map((_, i) => String(i))
  const ragged = rows.findIndex((row) => row.length !== names.length)
  if (ragged >= 0)
    throw new Problem(
      'bad_request',
      `Row ${ragged} has ${rows[ragged]?.length ?? 0} values for ${names.length} columns`,
    )
  return { rows: rows.length, names, at: (column, row) => rows[row]?.[column] }
}

function recordTable(value: unknown, key: string): RawTable {
  if (!Array.isArray(value) || !value.every(isRecord))
    throw new Problem('bad_request', `"${key}" must be a list of records`, { hint: formsHint })
  const records: readonly Record<string, unknown>[] = value
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))]
  return { rows: records.length, names, at: (column, row) => records[row]?.[names[column] ?? ''] }
}

function namedTable(value: Record<string, unknown>): RawTable {
  const names = Object.keys(value)
  const lists = names.map((name) => (Array.isArray(value[name]) ? (value[name] as unknown[]) : [value[name]]))
  const rows = lists[0]?.length ?? 0
  const odd = lists.findIndex((list) => list.length !== rows)
  if (odd >= 0)
    throw new Problem(
      'bad_request',
      `"${names[odd]}" has ${lists[odd]?.length} values, "${names[0]}" ${rows}`,
    )
  return { rows, names, at: (column, row) => lists[column]?.[row] }
}

function listTable(value: unknown, key: string): RawTable {
  if (!Array.isArray(value))
    throw new Problem('bad_request', `"${key}" must be a list or an object`, { hint: formsHint })
  const rows = (value as unknown[]).map((row): unknown[] => (Array.isArray(row) ? (row as unknown[]) : [row]))
  return splitTable({ data: rows })
}

function columnsOfRecords(records: readonly Record<string, unknown>[]): Record<string, unknown[]> {
  const names = Object.keys(records[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, records.map((record) => record[name])]))
}

function fromArrays(value: unknown, wanted: readonly SignatureTensor[]): ModelInput {
  const tensors = wanted.map((spec) => {
    const given = spec.name === null || !isRecord(value) ? value : value[spec.name]
    if (given === undefined) {
      throw new Problem('parameter_invalid', `The model wants an array "${spec.name}"`, {
        details: { missing: [spec.name] },
      })
    }
    return toTensor(given, spec)
  })
  const rows = tensors[0]?.shape[0] ?? 0
  if (rows === 0) throw new Problem('bad_request', 'The body holds no rows')
  return { kind: 'tensors', rows, tensors }
}

/**
 * Nested lists as an array of the shape and type that is wanted.
 * @throws Problem `parameter_invalid` that names the place
 */
export function toTensor(value: unknown, spec: SignatureTensor): Tensor {
  const named = spec.name === null ? 'The array' : `"${spec.name}"`
  const shape: number[] = []
  for (let at = value; Array.isArray(at); at = (at as unknown[])[0]) shape.push(at.length)
  const fits = shape.length === spec.shape.length && spec.shape.every((n, i) => n < 0 || n === shape[i])
  if (!fits) {
    throw new Problem(
      'parameter_invalid',
      `${named} has the shape (${shape.join(', ')}), the model wants (${spec.shape.join(', ')})`,
    )
  }
  const flat = flatten(value, shape, named)
  if (!/^(u?int|float|bool)/.test(spec.dtype)) return { name: spec.name, dtype: 'json', shape, data: flat }
  const numbers = flat.map((one, i) => {
    if (one === null && spec.dtype.startsWith('float')) return NaN
    if (typeof one === 'number' || typeof one === 'boolean') return Number(one)
    const row = Math.floor(i / Math.max(1, flat.length / (shape[0] ?? 1)))
    throw new Problem(
      'parameter_invalid',
      `${named}, row ${row}: ${JSON.stringify(one)} is no ${spec.dtype}`,
      {
        details: { row },
      },
    )
  })
  const [dtype, typed] = typedNumbers(spec.dtype, numbers)
  return { name: spec.name, dtype, shape, data: new Uint8Array(typed.buffer) }
}

function typedNumbers(
  dtype: string,
  numbers: readonly number[],
): [string, Float64Array | Float32Array | Int32Array | BigInt64Array | Uint8Array] {
  if (dtype === 'float32' || dtype === 'float16') return ['<f4', Float32Array.from(numbers)]
  if (dtype === 'int32') return ['<i4', Int32Array.from(numbers)]
  if (dtype === 'bool') return ['|b1', Uint8Array.from(numbers, (n) => (n === 0 ? 0 : 1))]
  if (/^u?int/.test(dtype)) return ['<i8', BigInt64Array.from(numbers, (n) => BigInt(Math.trunc(n)))]
  return ['<f8', Float64Array.from(numbers)]
}

function flatten(value: unknown, shape: readonly number[], named: string): unknown[] {
  let level: unknown[] = value as unknown[]
  for (let depth = 1; depth < shape.length; depth++) {
    const bad = level.findIndex((row) => !Array.isArray(row) || row.length !== shape[depth])
    if (bad >= 0)
      throw new Problem('parameter_invalid', `${named}, row ${bad}: not of the same length as the first`)
    level = (level as unknown[][]).flat()
  }
  return level
}

function typedText(text: string, type: string | undefined): unknown {
  if (text === '') return null
  if (type === 'string' || type === 'datetime') return text
  if (type === 'boolean') return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : text
  const number = Number(text)
  return Number.isNaN(number) && !/^nan$/i.test(text) ? text : number
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
