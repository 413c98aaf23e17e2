import { cellType, type CellType } from './cell_type.ts'

/** A table of texts by column; an empty text is a cell without a value. */
export interface CellTable {
  names: readonly string[]
  /** Per column its cells from the first row on; all columns are equally long. */
  cells: readonly (readonly string[])[]
}

/** A cell that is probably wrong. */
export interface CellError {
  row: number
  column: number
  kind: 'dependency' | 'typo' | 'format' | 'unit' | 'missing' | 'glued' | 'variant' | 'encoding' | 'outlier'
  /** What speaks against the cell, in a sentence. */
  why: string
  /** 0..1 */
  confidence: number
  /** What probably should stand there. */
  suggestion?: string
  /** Of a broken dependency: the column and the value that most speaks against the cell, and how many columns do. */
  because?: { column: number; value: string; columns: number }
}

/** A column with each different value once. */
export interface CellColumn {
  name: string
  at: number
  /** The different values, without blanks around; the empty one too. */
  values: readonly string[]
  /** Per value, in how many rows it stands. */
  counts: Int32Array
  /** Per row, which value it has. */
  codes: Int32Array
  types: readonly CellType[]
  /** Rows with a value. */
  filled: number
  /** Different values that are not empty. */
  distinct: number
}

/** Prepares each column of a table. */
export function cellColumns(table: CellTable): CellColumn[] {
  return table.cells.map((cells, at) => {
    const places = new Map<string, number>()
    const codes = new Int32Array(cells.length)
    const counts: number[] = []
    cells.forEach((cell, row) => {
      const value = cell.trim()
      let code = places.get(value)
      if (code === undefined) {
        code = counts.length
        places.set(value, code)
        counts.push(0)
      }
      counts[code] = (counts[code] ?? 0) + 1
      codes[row] = code
    })
    const values = [...places.keys()]
    const empty = counts[places.get('') ?? -1] ?? 0
    return {
      name: table.names[at] ?? '',
      at,
      values,
      counts: Int32Array.from(counts),
      codes,
      types: values.map(cellType),
      filled: cells.length - empty,
      distinct: values.length - Number(places.has('')),
    }
  })
}

/** The errors of all rows that have one of the values. */
export function errorsOfValues(
  column: CellColumn,
  wrong: ReadonlyMap<number, Omit<CellError, 'row' | 'column'>>,
): CellError[] {
  if (wrong.size === 0) return []
  const errors: CellError[] = []
  column.codes.forEach((code, row) => {
    const error = wrong.get(code)
    if (error !== undefined) errors.push({ row, column: column.at, ...error })
  })
  return errors
}

/** A value in a sentence: in quotes, and not too long. */
export function quoted(value: string): string {
  return `"${value.length > 40 ? `${value.slice(0, 39)}…` : value}"`
}
