import { Problem } from '../base/problem.ts'
import type { Table } from '../data/column.ts'
import { valueAt } from './label_file.ts'

/** A table as columns and rows, with its labels beside. Plain data: it crosses to another process. */
export interface PlainRows {
  columns: readonly string[]
  data: readonly (readonly (string | number | null)[])[]
  labels: readonly (string | number | null)[] | null
}

/** Rows that a model was judged on before it went out. */
export interface HeldOut {
  labels: readonly (string | number | null)[]
  predictions: readonly (string | number | null)[]
}

/**
 * The rows of a table; the label is taken out of them.
 * @throws Problem `bad_request` if there is no such column
 */
export function plainRows(table: Table | null, label: string | null): PlainRows {
  if (table === null) throw new Problem('data_unreadable', 'There is no table')
  const labels = label === null ? null : (columnValues(table, label) ?? null)
  if (label !== null && labels === null)
    throw new Problem('bad_request', `The table has no column "${label}"`, {
      hint: `There are: ${table.columns.map(({ name }) => name).join(', ')}`,
    })
  const columns = table.columns.filter(({ name }) => name !== label)
  return {
    columns: columns.map(({ name }) => name),
    data: Array.from({ length: table.rows }, (_, row) => columns.map((column) => valueAt(column, row))),
    labels,
  }
}

/** Labels and predictions of the rows that a model was judged on; null if one of the columns is not there. */
export function heldOutRows(
  table: Table | null,
  names: { target: string; prediction: string },
): HeldOut | null {
  const labels = table === null ? undefined : columnValues(table, names.target)
  const predictions = table === null ? undefined : columnValues(table, names.prediction)
  return labels === undefined || predictions === undefined ? null : { labels, predictions }
}

function columnValues(table: Table, name: string): (string | number | null)[] | undefined {
  const column = table.columns.find((one) => one.name === name)
  if (column === undefined) return undefined
  return Array.from({ length: table.rows }, (_, row) => valueAt(column, row))
}
