import { makeTable, numberColumn, textColumn, type Column, type Table } from '../data/column.ts'
import type { Answered } from './answered.ts'

const dayMs = 86_400_000
const isoDay = /^(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}.*)?$/

/** A column of dates as text becomes one of dates; any other column is left as it is. */
export function asDates(column: Column): Column {
  if (column.kind !== 'text' || column.dictionary.length === 0 || column.codes === null) return column
  if (!column.dictionary.every((text) => isoDay.test(text))) return column
  const times = column.dictionary.map((text) => Date.parse(isoDay.exec(text)?.[1] ?? ''))
  const numbers = Float64Array.from(column.codes, (code) => times[code] ?? NaN)
  return numberColumn(column.name, 'date', numbers, { missing: column.missing })
}

/** The column that says when a row is from, if there is one: a date on most rows, of several days. */
export function timeColumn(table: Table): (Column & { numbers: Float64Array }) | null {
  for (const column of table.columns) {
    const { kind, numbers } = asDates(column)
    if ((kind === 'date' || kind === 'timestamp') && numbers !== null && column.nulls < column.length / 2)
      return { ...asDates(column), numbers }
  }
  return null
}

/** When a row is from: by its own column of time where requests hold it, else when it was asked. */
export function rowTime(row: Answered, column: string | null): number {
  const value = column === null ? null : row.inputs[column]
  const at = typeof value === 'string' && isoDay.test(value) ? Date.parse(value.slice(0, 10)) : row.timeMs
  return Number.isNaN(at) ? row.timeMs : at
}

/** Start of the day of a time. */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / dayMs) * dayMs
}

/** Requests as a table; columns of the reference keep their kind. */
export function tableOfRows(rows: readonly Answered[], like: Table | null): Table {
  const names = [...new Set(rows.flatMap(({ inputs }) => Object.keys(inputs)))]
  return makeTable(
    names.map((name) => {
      const values = rows.map(({ inputs }) => inputs[name] ?? null)
      return asDates(columnOf(name, values, like?.columns.find((one) => one.name === name)?.kind))
    }),
  )
}

/** A column of these values: of numbers where all are. */
export function columnOf(
  name: string,
  values: readonly (string | number | boolean | null)[],
  kind?: Column['kind'],
): Column {
  if (!areNumbers(values))
    return textColumn(
      name,
      values.map((value) => (value === null ? null : String(value))),
    )
  const numbers = Float64Array.from(values, (value) => value ?? NaN)
  const missing = Uint8Array.from(values, (value) => (value === null ? 1 : 0))
  const whole = kind === 'integer' || (kind === undefined && numbers.every((one) => Number.isInteger(one)))
  return numberColumn(name, whole ? 'integer' : 'number', numbers, { missing })
}

function areNumbers(values: readonly unknown[]): values is readonly (number | null)[] {
  return values.every((value) => value === null || typeof value === 'number')
}

/** Some rows of a table. */
export function takeRows(table: Table, rows: readonly number[]): Table {
  return makeTable(table.columns.map((column) => takeColumn(column, rows)))
}

function takeColumn(column: Column, rows: readonly number[]): Column {
  const missing = column.missing === null ? null : Uint8Array.from(rows, (row) => column.missing?.[row] ?? 0)
  const nulls =
    missing === null ? (column.kind === 'empty' ? rows.length : 0) : missing.reduce((a, b) => a + b, 0)
  return {
    ...column,
    length: rows.length,
    nulls,
    missing: nulls === 0 ? null : missing,
    numbers: column.numbers === null ? null : Float64Array.from(rows, (row) => column.numbers?.[row] ?? NaN),
    codes: column.codes === null ? null : Int32Array.from(rows, (row) => column.codes?.[row] ?? -1),
  }
}
