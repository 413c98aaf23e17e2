import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Problem } from '../base/problem.ts'
import { loadChunks } from './chunks.ts'
import { type Column, emptyColumn, makeTable, numberColumn, type Table, textColumn } from './column.ts'
import type { Loaded } from './loaded.ts'

const chunkRows = 50_000

/**
 * Loads a table of an SQLite file, read only.
 *
 * @param table its name; may be left out if there is only one
 * @throws Problem that names the tables if the choice is not clear
 */
export function loadSqlite(path: string, table: string | null, sampleRows: number): Loaded {
  let database: DatabaseSync
  try {
    database = new DatabaseSync(path, { readOnly: true })
  } catch (error) {
    throw new Problem('data_unreadable', `Cannot open ${path}: ${(error as Error).message}`, { cause: error })
  }
  try {
    const name = chooseTable(database, path, table)
    const quoted = `"${name.replaceAll('"', '""')}"`
    const rows = Number(database.prepare(`SELECT count(*) AS n FROM ${quoted}`).get()?.['n'] ?? 0)
    const columns = database
      .prepare(`PRAGMA table_info(${quoted})`)
      .all()
      .map((row) => describeColumn(database, quoted, row))
    const stream = {
      name: `${basename(path)}:${name}`,
      rows,
      notes: [],
      chunks: readChunks(database, quoted, columns),
    }
    return loadChunks(stream, sampleRows)
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('data_unreadable', `Cannot read ${path}: ${(error as Error).message}`, {
      hint: 'sqlite3 FILE "PRAGMA integrity_check" tells whether it is damaged.',
      cause: error,
    })
  } finally {
    database.close()
  }
}

interface SqliteColumn {
  name: string
  type: string
  kind: 'integer' | 'number' | 'text' | 'binary' | 'empty'
}

function chooseTable(database: DatabaseSync, path: string, wanted: string | null): string {
  const names = database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .all()
    .map((row) => String(row['name']))
  const [only] = names
  if (wanted !== null && names.includes(wanted)) return wanted
  if (wanted === null && names.length === 1 && only !== undefined) return only
  const says = wanted === null ? `${path} has ${names.length} tables` : `${path} has no table "${wanted}"`
  throw new Problem('bad_request', says, {
    hint:
      names.length === 0 ? 'There is nothing to look at.' : `Choose one with --table: ${names.join(', ')}`,
  })
}

/** SQLite keeps a type with every value, not with the column: what all of them are decides. */
function describeColumn(database: DatabaseSync, table: string, row: Record<string, unknown>): SqliteColumn {
  const name = String(row['name'])
  const quoted = `"${name.replaceAll('"', '""')}"`
  const kinds = database
    .prepare(`SELECT DISTINCT typeof(${quoted}) AS t FROM ${table}`)
    .all()
    .map((each) => String(each['t']))
    .filter((kind) => kind !== 'null')
  const type = String(row['type'])
  if (kinds.length === 0) return { name, type, kind: 'empty' }
  if (kinds.every((kind) => kind === 'integer')) return { name, type, kind: 'integer' }
  if (kinds.every((kind) => kind === 'integer' || kind === 'real')) return { name, type, kind: 'number' }
  return { name, type, kind: kinds.every((kind) => kind === 'blob') ? 'binary' : 'text' }
}

function* readChunks(
  database: DatabaseSync,
  table: string,
  columns: readonly SqliteColumn[],
): Generator<Table> {
  const statement = database.prepare(`SELECT * FROM ${table}`)
  statement.setReadBigInts(true)
  let values: unknown[][] = columns.map(() => [])
  for (const row of statement.iterate()) {
    columns.forEach((column, i) => values[i]?.push(row[column.name]))
    if ((values[0]?.length ?? 0) < chunkRows) continue
    yield makeTable(columns.map((column, i) => toColumn(column, values[i] ?? [])))
    values = columns.map(() => [])
  }
  yield makeTable(columns.map((column, i) => toColumn(column, values[i] ?? [])))
}

function toColumn({ name, type, kind }: SqliteColumn, values: readonly unknown[]): Column {
  if (kind === 'empty') return emptyColumn(name, values.length, type)
  if (kind === 'text' || kind === 'binary') return textColumn(name, values.map(showValue), { type, kind })
  const missing = Uint8Array.from(values, (value) => (value === null ? 1 : 0))
  const numbers = Float64Array.from(values, (value) => (value === null ? NaN : Number(value)))
  const inexact =
    kind === 'integer' && numbers.some((value) => !Number.isNaN(value) && !Number.isSafeInteger(value))
  return numberColumn(name, kind, numbers, {
    type,
    missing,
    ...(inexact ? { exact: values.map(showValue) } : {}),
  })
}

function showValue(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex').slice(0, 64)
  return `${value as string | number | bigint}`
}
