import type { CellColumn, CellError } from './cell_column.ts'
import { dependencyErrors } from './cell_error_dependency.ts'
import { formatErrors } from './cell_error_format.ts'
import { gluedErrors } from './cell_error_glued.ts'
import { typoErrors } from './cell_error_typo.ts'
import { cellType } from './cell_type.ts'
import { type Column, encode, type Table } from './column.ts'
import { labelsOf } from './contingency.ts'

/** At most so many rows and columns are searched for wrong cells, and so many steps made from column to column. */
const most = { rows: 20_000, columns: 100, steps: 20_000_000, distinctNumbers: 2000 }

/** A cell that is probably wrong, with its value and in how many of the rows looked at that stands. */
export type WrongCell = CellError & { value: string; rows: number }

/** Cells that are probably wrong, of the columns whose values are names, codes and words. */
export interface CellFindings {
  /** Row numbers count within the sample; columns are places in the table. */
  errors: readonly WrongCell[]
  /** The columns as they were searched, by place. */
  columns: ReadonlyMap<number, CellColumn>
  /** Rows looked at. */
  rows: number
}

const found = new WeakMap<Table, CellFindings>()

/** Searches a table for wrong cells, once. */
export function searchCells(table: Table): CellFindings {
  const before = found.get(table)
  if (before !== undefined) return before
  const able = table.columns.map((column, at) => ({ column, at })).filter(({ column }) => isNamed(column))
  const chosen = able.slice(0, most.columns)
  const rows = Math.max(1000, Math.min(most.rows, most.steps / Math.max(1, chosen.length ** 2)))
  const step = Math.max(1, Math.ceil(table.rows / rows))
  const columns = chosen.map(({ column }, at) => cellColumnOf(column, at, step))
  const dependencies = dependencyErrors(columns)
  const errors = [...dependencies, ...gluedErrors(columns), ...columns.flatMap(formatErrors)]
  // A slip of the pen that another column betrays is told by that.
  const told = new Set(dependencies.map(({ row, column }) => row * columns.length + column))
  const typos = columns
    .flatMap(typoErrors)
    .filter((each) => !told.has(each.row * columns.length + each.column))
  const placed = (error: CellError): WrongCell => ({
    ...error,
    ...valueOf(columns[error.column], error.row),
    row: error.row * step,
    column: chosen[error.column]?.at ?? -1,
    ...(error.because === undefined
      ? {}
      : { because: { ...error.because, column: chosen[error.because.column]?.at ?? -1 } }),
  })
  const result: CellFindings = {
    errors: [...errors, ...typos].map(placed),
    columns: new Map(columns.map((column, i) => [chosen[i]?.at ?? -1, column])),
    rows: Math.ceil(table.rows / step),
  }
  found.set(table, result)
  return result
}

function valueOf(column: CellColumn | undefined, row: number): { value: string; rows: number } {
  const code = column?.codes[row] ?? -1
  return { value: column?.values[code] ?? '', rows: column?.counts[code] ?? 0 }
}

/** Amounts, times and flags decide nothing and have no spelling. */
function isNamed(column: Column): boolean {
  if (column.length - column.nulls < 20) return false
  if (column.kind === 'text') return true
  return column.kind === 'integer' && encode(column).size <= most.distinctNumbers
}

/** Every so many-th row of a column as the search for wrong cells sees it: blanks around do not count. */
function cellColumnOf(column: Column, at: number, step: number): CellColumn {
  const { codes } = encode(column)
  const labels = labelsOf(column)
  const places = new Map<string, number>()
  const counts: number[] = []
  const recoded = new Int32Array(labels.length + 1).fill(-1)
  const own = new Int32Array(Math.ceil(column.length / step))
  for (let i = 0; i < own.length; i++) {
    const code = codes[i * step] ?? -1
    let place = recoded[code + 1] ?? -1
    if (place < 0) {
      const value = code < 0 ? '' : (labels[code] ?? '').trim()
      place = places.get(value) ?? -1
      if (place < 0) {
        place = counts.push(0) - 1
        places.set(value, place)
      }
      recoded[code + 1] = place
    }
    counts[place] = (counts[place] ?? 0) + 1
    own[i] = place
  }
  const values = [...places.keys()]
  const empty = counts[places.get('') ?? -1] ?? 0
  return {
    name: column.name,
    at,
    values,
    counts: Int32Array.from(counts),
    codes: own,
    types: values.map(cellType),
    filled: own.length - empty,
    distinct: values.length - Number(places.has('')),
  }
}
