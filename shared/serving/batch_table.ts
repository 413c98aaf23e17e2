import { Problem } from '../base/problem.ts'
import { isNumeric, textAt, type Column, type Table } from '../data/column.ts'
import type { Schema } from '../models/signature.ts'
import { enforceColumns, guessColumns, type RawTable } from './enforce.ts'
import type { ModelInput } from './frame.ts'
import { toTensor } from './mlflow_body.ts'

/**
 * The rows of a table as the model wants them.
 * @param firstRow number of its first row in the whole, for messages
 * @throws Problem `parameter_invalid` that names column and row
 */
export function inputOfTable(table: Table, schema: Schema | null, firstRow: number): ModelInput {
  const { columns } = table
  const raw: RawTable = {
    rows: table.rows,
    names: columns.map(({ name }) => name),
    at: (column, row) => plainValue(columns[column], row),
  }
  try {
    if (schema === null) return { kind: 'frame', ...guessColumns(raw) }
    if (schema.kind === 'columns') return { kind: 'frame', ...enforceColumns(raw, schema.columns) }
    return { kind: 'tensors', rows: table.rows, tensors: [arrayOf(raw, schema)] }
  } catch (error) {
    const row = error instanceof Problem ? error.details?.['row'] : undefined
    if (!(error instanceof Problem) || typeof row !== 'number') throw error
    const says = error.message.replace(`row ${row}:`, `row ${firstRow + row}:`)
    throw new Problem(error.code, says, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      details: { ...error.details, row: firstRow + row },
      cause: error,
    })
  }
}

/** Names of the columns that a model is given; null where it takes whatever there is. */
export function wantedColumns(schema: Schema | null): readonly string[] | null {
  if (schema === null) return null
  if (schema.kind === 'columns') return schema.columns.map(({ name }) => name)
  const names = schema.tensors.map(({ name }) => name)
  return names.every((name) => name !== null) ? names : null
}

/** All columns side by side: what a model of one array without names takes. */
function arrayOf(raw: RawTable, schema: Schema & { kind: 'tensors' }): ReturnType<typeof toTensor> {
  const [spec, ...more] = schema.tensors
  if (spec === undefined || more.length > 0 || spec.shape.length !== 2) {
    throw new Problem(
      'bad_request',
      'The model takes arrays of several dimensions, which a table cannot hold',
      { hint: 'Deploy it, and ask it with "inputs".' },
    )
  }
  const rows = Array.from({ length: raw.rows }, (_, row) =>
    raw.names.map((_name, column) => raw.at(column, row)),
  )
  return toTensor(rows, spec)
}

function plainValue(column: Column | undefined, row: number): unknown {
  if (column === undefined) return undefined
  const { kind } = column
  if (!isNumeric(column) || kind === 'date' || kind === 'timestamp' || kind === 'time')
    return textAt(column, row)
  const value = column.numbers[row] ?? NaN
  if (column.missing?.[row] === 1) return null
  return kind === 'boolean' ? value !== 0 : value
}
