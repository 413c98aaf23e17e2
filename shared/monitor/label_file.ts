import { Problem } from '../base/problem.ts'
import type { Column, Table } from '../data/column.ts'
import { labelKey, type Label } from '../serving/label.ts'
import type { Answered } from './answered.ts'

/** Which columns of a table of labels say what. */
export interface LabelColumns {
  /** What turned out to be true. */
  label: string
  /** Columns that are in the requests as well and tell which row is meant; null: `requestId` and `row` do. */
  on: readonly string[] | null
}

/** Labels of a table, and how they fit to what was predicted. */
export interface FileLabels {
  labels: Label[]
  /** Rows of the table with a label. */
  rows: number
  /** Of them, those that no prediction belongs to. */
  unmatched: number
  /** Keys that several predicted rows have in common: each of them gets the label. */
  repeated: number
}

/**
 * Labels from a table.
 * @throws Problem `bad_request` for a column that is not there
 */
export function labelsOfTable(
  table: Table,
  answered: readonly Answered[],
  columns: LabelColumns,
  toldMs: number,
): FileLabels {
  const label = column(table, columns.label)
  return columns.on === null
    ? byRequest(table, answered, label, toldMs)
    : byColumns(table, answered, { label, on: columns.on }, toldMs)
}

function byRequest(table: Table, answered: readonly Answered[], label: Column, toldMs: number): FileLabels {
  const id = table.columns.find(({ name }) => /^request_?id$/i.test(name))
  if (id === undefined)
    throw new Problem('bad_request', 'The labels name no request: there is no column requestId', {
      hint: 'Name columns that requests hold as well with --on, such as --on day,hour.',
    })
  const row = table.columns.find(({ name }) => /^row$/i.test(name))
  const known = new Set(answered.map((one) => labelKey(one.requestId, one.row)))
  const result: FileLabels = { labels: [], rows: 0, unmatched: 0, repeated: 0 }
  for (let i = 0; i < table.rows; i++) {
    const [value, requestId, number] = [
      valueAt(label, i),
      valueAt(id, i),
      row === undefined ? 0 : valueAt(row, i),
    ]
    if (value === null || requestId === null) continue
    const made = { requestId: String(requestId), row: Number(number ?? 0), label: value, toldMs }
    result.rows++
    if (known.has(labelKey(made.requestId, made.row))) result.labels.push(made)
    else result.unmatched++
  }
  return result
}

function byColumns(
  table: Table,
  answered: readonly Answered[],
  { label, on }: { label: Column; on: readonly string[] },
  toldMs: number,
): FileLabels {
  const keys = on.map((name) => column(table, name))
  const missing = on.find((name) => answered.length > 0 && answered.every(({ inputs }) => !(name in inputs)))
  if (missing !== undefined)
    throw new Problem('bad_request', `No request holds a column "${missing}"`, {
      hint: `They hold: ${Object.keys(answered[0]?.inputs ?? {}).join(', ')}`,
    })
  const places = new Map<string, Answered[]>()
  for (const row of answered) {
    const key = JSON.stringify(on.map((name) => word(row.inputs[name] ?? null)))
    const known = places.get(key)
    if (known === undefined) places.set(key, [row])
    else known.push(row)
  }
  const result: FileLabels = { labels: [], rows: 0, unmatched: 0, repeated: 0 }
  for (let i = 0; i < table.rows; i++) {
    const value = valueAt(label, i)
    if (value === null) continue
    result.rows++
    const meant = places.get(JSON.stringify(keys.map((key) => word(valueAt(key, i))))) ?? []
    if (meant.length === 0) result.unmatched++
    if (meant.length > 1) result.repeated++
    for (const { requestId, row } of meant) result.labels.push({ requestId, row, label: value, toldMs })
  }
  return result
}

function column(table: Table, name: string): Column {
  const found = table.columns.find((one) => one.name === name)
  if (found !== undefined) return found
  throw new Problem('bad_request', `The labels have no column "${name}"`, {
    hint: `There are: ${table.columns.map((one) => one.name).join(', ')}`,
  })
}

/** A value as requests hold it: dates as text. */
export function valueAt(column: Column, row: number): string | number | null {
  if (column.missing?.[row] === 1) return null
  if (column.numbers === null) {
    const code = column.codes?.[row] ?? -1
    return code < 0 ? null : (column.dictionary[code] ?? null)
  }
  const value = column.numbers[row] ?? NaN
  if (Number.isNaN(value)) return null
  if (column.kind === 'date') return new Date(value).toISOString().slice(0, 10)
  if (column.kind === 'timestamp') return new Date(value).toISOString()
  return column.kind === 'boolean' ? String(value === 1) : value
}

/** Numbers and their texts are the same key; a date at midnight is its day. */
function word(value: string | number | boolean | null): string {
  const text = String(value)
  return text.replace(/[T ]00:00(:00(\.0+)?)?Z?$/, '')
}
