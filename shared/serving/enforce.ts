import { Problem } from '../base/problem.ts'
import type { SignatureColumn } from '../models/signature.ts'
import type { Frame, FrameColumn, FrameValues } from './frame.ts'

/** Rows as they came, before anybody looked at the values: columns by name, each as long as the others. */
export interface RawTable {
  rows: number
  names: readonly string[]
  /** Value of a column in a row; undefined where it was not given. */
  at(column: number, row: number): unknown
}

/**
 * The rows as the signature wants them. Columns that it does not name are left out, as MLflow does.
 * @throws Problem `parameter_invalid` that names column and row
 */
export function enforceColumns(table: RawTable, wanted: readonly SignatureColumn[]): Frame {
  const places = placesOf(table, wanted)
  const columns: FrameColumn[] = []
  for (const [i, column] of wanted.entries()) {
    const place = places[i] ?? -1
    if (place < 0) continue
    columns.push({ name: column.name, type: column.type, values: convert(table, place, column) })
  }
  return { rows: table.rows, columns }
}

/** A table without a signature: numbers where all are numbers, else as they came. */
export function guessColumns(table: RawTable): Frame {
  const columns = table.names.map((name, place): FrameColumn => {
    const values = Array.from({ length: table.rows }, (_, row) => table.at(place, row) ?? null)
    const kinds = new Set(values.filter((value) => value !== null).map((value) => typeof value))
    if (kinds.size === 1 && kinds.has('number')) {
      return {
        name,
        type: 'double',
        values: Float64Array.from(values, (v) => (v === null ? NaN : Number(v))),
      }
    }
    if (kinds.size === 1 && kinds.has('boolean') && !values.includes(null))
      return { name, type: 'boolean', values: Uint8Array.from(values, (value) => (value === true ? 1 : 0)) }
    return { name, type: kinds.size <= 1 && kinds.has('string') ? 'string' : 'nested', values }
  })
  return { rows: table.rows, columns }
}

function placesOf(table: RawTable, wanted: readonly SignatureColumn[]): number[] {
  const known = new Map(table.names.map((name, i) => [name, i]))
  const missing = wanted.filter(({ name, required }) => required && !known.has(name)).map(({ name }) => name)
  if (missing.length === 0) return wanted.map(({ name }) => known.get(name) ?? -1)
  // Rows without names of their own are taken by position, where there are as many as wanted.
  const unnamed = table.names.every((name, i) => name === String(i))
  if (unnamed && table.names.length === wanted.length) return wanted.map((_, i) => i)
  const given = table.names.filter((name) => !wanted.some((column) => column.name === name))
  const listed = (names: readonly string[]): string =>
    names
      .slice(0, 8)
      .map((name) => `"${name}"`)
      .join(', ') + (names.length > 8 ? ` and ${names.length - 8} more` : '')
  const made = missing.length > 2 && missing.every((name) => /[_=]/.test(name))
  const hints = [
    given.length > 0 ? `Given but not wanted: ${listed(given)}.` : '',
    made
      ? "If get_dummies made these columns in the notebook, put a OneHotEncoder into the model's Pipeline."
      : '',
  ].filter((hint) => hint !== '')
  throw new Problem('parameter_invalid', `The model wants columns that are missing: ${listed(missing)}`, {
    details: { missing, unexpected: given },
    ...(hints.length > 0 ? { hint: hints.join(' ') } : {}),
  })
}

function convert(table: RawTable, place: number, column: SignatureColumn): FrameValues {
  const { rows } = table
  const { type } = column
  if (type === 'double' || type === 'float') {
    const values = new Float64Array(rows)
    for (let row = 0; row < rows; row++) values[row] = toDouble(table.at(place, row), column, row)
    return values
  }
  if (type === 'long' || type === 'integer') return convertWhole(table, place, column)
  if (type === 'boolean') {
    const values = new Uint8Array(rows)
    for (let row = 0; row < rows; row++) {
      const value = table.at(place, row)
      if (value !== true && value !== false) throw wrong(value, column, row, 'true or false')
      values[row] = value ? 1 : 0
    }
    return values
  }
  const values: unknown[] = []
  for (let row = 0; row < rows; row++) {
    const value = table.at(place, row) ?? null
    const isText = typeof value === 'string' || value === null
    if (type === 'string' && !isText) throw wrong(value, column, row, 'a text')
    if (type === 'datetime' && !(isText && (value === null || !Number.isNaN(Date.parse(value)))))
      throw wrong(value, column, row, 'a date such as "2026-11-25T10:00:00"')
    values.push(value)
  }
  return values
}

function convertWhole(table: RawTable, place: number, column: SignatureColumn): FrameValues {
  const { rows } = table
  let holes = false
  const values = new BigInt64Array(rows)
  for (let row = 0; row < rows; row++) {
    const value = table.at(place, row)
    if ((value === null || value === undefined || Number.isNaN(value)) && !column.required) {
      holes = true
      continue
    }
    if (typeof value !== 'number' || !Number.isInteger(value))
      throw wrong(value, column, row, 'a whole number')
    if (column.type === 'integer' && Math.abs(value) > 2_147_483_648)
      throw wrong(value, column, row, 'a whole number of 32 bits')
    values[row] = BigInt(value)
  }
  // Whole numbers of pandas cannot be missing: with gaps they become doubles there as well.
  return holes ? Float64Array.from({ length: rows }, (_, row) => Number(table.at(place, row) ?? NaN)) : values
}

function toDouble(value: unknown, column: SignatureColumn, row: number): number {
  if (typeof value === 'number') return value
  if (value === null || value === undefined) return NaN
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value)
  throw wrong(value, column, row, 'a number')
}

function wrong(value: unknown, column: SignatureColumn, row: number, wanted: string): Problem {
  const shown = value === undefined ? 'nothing' : value === null ? 'null' : JSON.stringify(value)
  const is =
    value === null || value === undefined || Number.isNaN(value) ? 'is missing' : `is ${shown.slice(0, 60)}`
  return new Problem(
    'parameter_invalid',
    `Column "${column.name}", row ${row}: the value ${is}, the model wants ${wanted} (${column.type})`,
    { details: { column: column.name, row } },
  )
}
