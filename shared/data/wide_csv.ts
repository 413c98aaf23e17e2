import { readFileSync, statSync } from 'node:fs'
import { type Column, makeTable, numberColumn, type Table, textColumn } from './column.ts'
import { encodingNote, isUtf8, layoutNotes } from './csv_file.ts'
import { readCsvTable } from './csv_table.ts'
import { decodeText, detectEncoding } from './encoding.ts'
import { readHead } from './file_kind.ts'

/** From so many columns on, DuckDB holds more memory for empty blocks than a small file has. */
const wide = 2_000
/** Larger files are DuckDB's all the same: here every cell is a text for a while. */
const mostBytes = 64_000_000

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/**
 * A CSV file of thousands of columns, read into memory.
 * @returns null if it has fewer, or is large
 */
export function readWideCsv(path: string): { table: Table; notes: string[] } | null {
  if (path.endsWith('.gz') || statSync(path).size > mostBytes) return null
  const head = readHead(path, 1_000_000)
  const encoding = detectEncoding(head)
  const longest = decodeText(head, encoding)
    .split('\n', 20)
    .reduce((most, { length }) => Math.max(most, length), 0)
  if (longest < wide) return null
  const { columns, rows, layout } = readCsvTable(decodeText(readFileSync(path), encoding))
  if (columns.length < wide) return null
  const table = makeTable(
    columns.map((name, at) =>
      columnOf(
        name,
        rows.map((row) => row[at] ?? ''),
      ),
    ),
  )
  return { table, notes: [...(isUtf8(encoding) ? [] : [encodingNote(encoding)]), ...layoutNotes(layout)] }
}

function columnOf(name: string, cells: readonly string[]): Column {
  const filled = cells.filter((cell) => cell !== '')
  if (filled.length === 0 || !filled.every((cell) => number.test(cell)))
    return textColumn(
      name,
      cells.map((cell) => (cell === '' ? null : cell)),
      { type: 'VARCHAR' },
    )
  const isWhole = filled.every((cell) => /^[+-]?\d{1,15}$/.test(cell))
  return numberColumn(
    name,
    isWhole ? 'integer' : 'number',
    Float64Array.from(cells, (cell) => (cell === '' ? NaN : Number(cell))),
    {
      type: isWhole ? 'BIGINT' : 'DOUBLE',
      missing: Uint8Array.from(cells, (cell) => (cell === '' ? 1 : 0)),
    },
  )
}
