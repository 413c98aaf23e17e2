import { createReadStream, createWriteStream } from 'node:fs'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Problem } from '../base/problem.ts'
import { type CsvLayout, detectLayout } from './csv_layout.ts'
import { type Dialect, readRows } from './csv_reader.ts'
import { type Database, quoteText } from './database.ts'
import { detectDialect } from './dialect.ts'
import { decodeStream, decodeText, detectEncoding, type Encoding } from './encoding.ts'
import { readHead } from './file_kind.ts'
import { listed, plural, quoted } from './wording.ts'

/** So much of a file tells how it is written. */
const headBytes = 262_144

/**
 * Reads CSV files into the table `data`. DuckDB finds out by itself how a file is written; where our own look at its
 * beginning sees another number of columns, ours is tried, and rows that do not fit are filled or counted.
 * @returns what a reader should know about it
 */
export async function loadCsv(database: Database, paths: readonly string[]): Promise<string[]> {
  const [first = ''] = paths
  const head = readHead(first, headBytes)
  const encoding = detectEncoding(head)
  const notes: string[] = []
  const readable = await readableFiles(database, paths, encoding)
  if (readable !== paths) notes.push(encodingNote(encoding))
  const list = `[${readable.map(quoteText).join(', ')}]`
  const text = decodeText(head, encoding)
  const whole = head.length < headBytes
  const dialect = detectDialect(text)
  const rows = readRows(whole ? text : text.slice(0, text.lastIndexOf('\n') + 1), dialect)
  const layout = detectLayout(rows)
  if (layout.headerRows === 1) notes.push(...headerNotes(rows[layout.preambleRows] ?? []))
  const plain = `sample_size = 200000${paths.length > 1 ? ', union_by_name = true' : ''}`
  try {
    await create(database, list, plain)
    const columns = await database.describe('data')
    if (columns.length === layout.width || layout.width < 2) return notes
    await database.run('DROP TABLE data')
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'data_unreadable') throw error
  }
  notes.push(...layoutNotes(layout))
  const lenient =
    'null_padding = true, ignore_errors = true, strict_mode = false, store_rejects = true, parallel = false'
  const told =
    layout.width < 2
      ? []
      : [dialectOptions(dialect), `header = ${layout.headerRows > 0}`, `skip = ${layout.preambleRows}`]
  const tries = [
    [...told, plain, lenient],
    [...told, 'all_varchar = true', lenient, 'auto_detect = false', namedColumns(rows, layout)],
    [plain, lenient],
  ]
  let failure: unknown = null
  for (const options of tries) {
    try {
      await create(database, list, options.filter((option) => option !== '').join(', '))
      return [...notes, ...(await rejected(database))]
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'data_unreadable') throw error
      failure ??= error
    }
  }
  throw failure
}

function create(database: Database, list: string, options: string): Promise<void> {
  return database.run(`CREATE OR REPLACE TABLE data AS SELECT * FROM read_csv(${list}, ${options})`)
}

function dialectOptions({ delimiter, quote, escape }: Dialect): string {
  const escaped = escape === 'backslash' ? '\\' : quote
  return `delim = ${quoteText(delimiter === '' ? ',' : delimiter)}, quote = ${quoteText(quote)}, escape = ${quoteText(escaped)}`
}

/** What a reader should know of an encoding other than UTF-8. */
export function encodingNote({ name, confidence }: Encoding): string {
  return `Read as ${name}${confidence < 0.7 ? ' (a guess)' : ''}: it is not UTF-8.`
}

/** Whether a file can be read as it is. */
export function isUtf8({ name }: Encoding): boolean {
  return /^(utf-?8|ascii|us-ascii)$/i.test(name)
}

/** What a reader should know of names that are equal, or that are not there. */
export function headerNotes(header: readonly string[]): string[] {
  const plain = header.map((name) => name.trim().toLowerCase())
  const places = new Map<string, number>()
  for (const name of plain) places.set(name, (places.get(name) ?? 0) + 1)
  const empty = places.get('') ?? 0
  const twice = header.filter(
    (_, i) => plain[i] !== '' && plain.indexOf(plain[i] ?? '') === i && places.get(plain[i] ?? '') !== 1,
  )
  const said = [
    ...(twice.length > 0
      ? [
          `${listed(
            twice.map((name) => quoted(name)),
            3,
          )} ${twice.length === 1 ? 'names' : 'name'} more than one column`,
        ]
      : []),
    ...(empty > 0 ? [`${plural(empty, 'column')} ${empty === 1 ? 'has' : 'have'} no name`] : []),
  ]
  return said.length === 0 ? [] : [`In the header ${said.join(', and ')}: such columns are numbered.`]
}

/** What a reader should know of lines that do not fit the table. */
export function layoutNotes({ preambleRows, raggedRows }: CsvLayout): string[] {
  const above = `${lines(preambleRows)} above the table ${preambleRows === 1 ? 'was' : 'were'} left out.`
  const ragged = `${lines(raggedRows)} ${raggedRows === 1 ? 'has' : 'have'} more or fewer cells than the others.`
  return [...(preambleRows > 0 ? [above] : []), ...(raggedRows > 0 ? [ragged] : [])]
}

/** Names and the type text for each column, for a reader that must not guess. */
function namedColumns(
  rows: readonly (readonly string[])[],
  layout: { width: number; preambleRows: number; headerRows: number },
): string {
  const header = layout.headerRows > 0 ? (rows[layout.preambleRows] ?? []) : []
  const used = new Set<string>()
  const names = Array.from({ length: layout.width }, (_, i) => {
    let name = header[i]?.trim() === '' || header[i] === undefined ? `column${i}` : header[i]
    while (used.has(name.toLowerCase())) name = `${name}_1`
    used.add(name.toLowerCase())
    return name
  })
  return `columns = {${names.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ')}}`
}

/** The files as UTF-8: themselves, or copies beside DuckDB's own temporary files. */
async function readableFiles(
  database: Database,
  paths: readonly string[],
  encoding: Encoding,
): Promise<readonly string[]> {
  if (isUtf8(encoding)) return paths
  const copies: string[] = []
  for (const path of paths) {
    const copy = join(database.spillFolder, `${copies.length}-${basename(path)}`)
    const decoder = decodeStream(encoding)
    await pipeline(
      createReadStream(path),
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) yield decoder.push(piece)
        yield decoder.end()
      },
      createWriteStream(copy),
    )
    copies.push(copy)
  }
  return copies
}

function lines(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`
}

async function rejected(database: Database): Promise<string[]> {
  const rows = await database
    .rows(
      'SELECT count(DISTINCT line) AS n, min(line) AS first, any_value(error_message) AS why FROM reject_errors',
    )
    .catch(() => [])
  const [told] = rows
  if (told === undefined || Number(told['n']) === 0) return []
  const why = String(told['why']).split('\n')[0] ?? ''
  return [
    `${lines(Number(told['n']))} could not be read and ${Number(told['n']) === 1 ? 'was' : 'were'} left out, the first is line ${String(told['first'])}: ${why}`,
  ]
}
