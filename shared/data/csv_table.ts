import { detectLayout, isBlank, type CsvLayout } from './csv_layout.ts'
import { type Dialect, readRows } from './csv_reader.ts'
import { detectDialect } from './dialect.ts'

/** The first table of a text file, with what was found out about the file. */
export interface CsvTable {
  /** The names of the columns; `column 1` and so on where the file names none. */
  columns: string[]
  /** As wide as `columns`: short rows are filled with empty cells, cells beyond are kept in `beyond`. */
  rows: string[][]
  dialect: Dialect
  layout: CsvLayout
  /** Cells right of the last column that are not empty, by row of `rows`. */
  beyond: ReadonlyMap<number, readonly string[]>
}

/** Reads the first table of a text, however it is written. Never fails: an empty text has no columns and no rows. */
export function readCsvTable(text: string, dialect: Dialect = detectDialect(text)): CsvTable {
  const plain = readRows(text, dialect)
  const width = detectLayout(plain).width
  const all = plain.every((row) => row.length === width) ? plain : readRows(text, dialect, width)
  const layout = detectLayout(all)
  const header = all.slice(layout.preambleRows, layout.preambleRows + layout.headerRows)
  const beyond = new Map<number, readonly string[]>()
  const rows: string[][] = []
  for (const row of all.slice(layout.preambleRows + layout.headerRows, layout.endRow)) {
    if (isBlank(row) && row.length === 1 && layout.width > 1) continue
    const more = row.slice(layout.width)
    if (more.some((cell) => cell.trim() !== '')) beyond.set(rows.length, more)
    rows.push(fitted(row, layout.width))
  }
  return { columns: nameColumns(header, layout.width), rows, dialect, layout, beyond }
}

/** The rows of a table in a dialect: what is read again is the same, if the dialect can say it. */
export function writeCsv(rows: readonly (readonly string[])[], dialect: Dialect): string {
  return rows
    .map(
      (row) =>
        row.map((cell) => writeCell(cell, dialect, row.length)).join(dialect.delimiter) + dialect.lineEnd,
    )
    .join('')
}

function writeCell(cell: string, { delimiter, quote, escape }: Dialect, width: number): string {
  const needs =
    cell.includes(delimiter) ||
    cell.includes(quote) ||
    /[\r\n]|^\s|\s$/.test(cell) ||
    (cell === '' && width === 1)
  const backslash = escape === 'backslash' && cell.includes('\\')
  if (quote === '' || (!needs && !backslash)) return cell
  const inside =
    escape === 'backslash'
      ? cell.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)
      : cell.replaceAll(quote, quote + quote)
  return quote + inside + quote
}

function fitted(row: readonly string[], width: number): string[] {
  return row.length >= width ? row.slice(0, width) : [...row, ...Array<string>(width - row.length).fill('')]
}

function nameColumns(header: readonly (readonly string[])[], width: number): string[] {
  return Array.from({ length: width }, (_, at) => {
    const parts = header.map((row) => (row[at] ?? '').trim()).filter((part) => part !== '')
    return parts.length > 0 ? parts.join(' ') : header.length > 0 ? '' : `column ${at + 1}`
  })
}
