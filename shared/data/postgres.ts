import { Client } from 'pg'
import { Problem } from '../base/problem.ts'
import { gatherChunks } from './chunks.ts'
import {
  type Column,
  type ColumnKind,
  emptyColumn,
  makeTable,
  numberColumn,
  type Table,
  textColumn,
} from './column.ts'
import { quoteName } from './database.ts'
import type { Loaded } from './loaded.ts'

const chunkRows = 20_000
/** How long a connection, and how long one answer may take, milliseconds. */
const limits = { connectMs: 10_000, answerMs: 120_000 }

/** What to read of a database. */
export interface PostgresOptions {
  /** `name` or `schema.name`; null: the only one there is. */
  table: string | null
  sampleRows: number
  answerLimitMs?: number
  progress?: (says: string) => void
}

/** Whether a text is the address of a database rather than a path. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+]+:\/\//i.test(text)
}

/** An address as it may be shown: without user and password. */
export function shownAddress(address: string): string {
  return address.replace(/^([a-z][a-z0-9+]*:\/\/)[^@/]*@/i, '$1').replace(/\?.*$/s, '')
}

/**
 * Loads a table of PostgreSQL, or a view, read only and piece by piece through a cursor. PGPASSWORD and ~/.pgpass count.
 * @throws Problem that names the database without its password: it does not answer, refuses, or has no such table
 */
export async function loadPostgres(address: string, options: PostgresOptions): Promise<Loaded> {
  if (!/^postgres(ql)?:\/\//i.test(address)) {
    const scheme = address.split(':')[0] ?? ''
    throw new Problem('bad_request', `${shownAddress(address)} cannot be read: ${scheme} is not known here`, {
      hint: 'PostgreSQL is read by its address, SQLite by its file. Read others in a notebook, pandas.read_sql(…): frames are checked there too.',
    })
  }
  const answerMs = options.answerLimitMs ?? limits.answerMs
  const client = open(address, answerMs)
  const name = shownAddress(address)
  try {
    await client.connect()
    await client.query("SET datestyle = 'ISO'; SET timezone = 'UTC'; SET extra_float_digits = 3")
    await client.query('BEGIN READ ONLY')
    return await readTable(client, name, options)
  } catch (error) {
    throw toProblem(error, name, answerMs)
  } finally {
    // A server that hangs does not answer a farewell either.
    void client.end().catch(() => undefined)
  }
}

function open(address: string, answerMs: number): Client {
  try {
    const client = new Client({
      connectionString: address,
      connectionTimeoutMillis: Math.min(limits.connectMs, answerMs),
      statement_timeout: answerMs,
      query_timeout: answerMs + 2000,
      application_name: 'daybook lint',
      types: { getTypeParser: () => (value: unknown) => value },
    })
    // What breaks later is told by the question that waits for an answer.
    client.on('error', () => undefined)
    return client
  } catch (error) {
    throw new Problem('bad_request', `This is no address of a database: ${(error as Error).message}`, {
      hint: 'postgres://USER@HOST:5432/DATABASE; the password from PGPASSWORD or ~/.pgpass',
      cause: error,
    })
  }
}

async function readTable(client: Client, name: string, options: PostgresOptions): Promise<Loaded> {
  const table = await chooseTable(client, name, options.table)
  options.progress?.(`counting the rows of ${table.shown}`)
  const counted = await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${table.quoted}`)
  const rows = Number(counted.rows[0]?.n ?? 0)
  const gathering = gatherChunks(
    { name: `${name.split('/').at(-1) ?? name}:${table.shown}`, rows, notes: [] },
    options.sampleRows,
  )
  await client.query(`DECLARE daybook_rows NO SCROLL CURSOR FOR SELECT * FROM ${table.quoted}`)
  for (let done = 0; ;) {
    const part = await client.query({ text: `FETCH ${chunkRows} FROM daybook_rows`, rowMode: 'array' })
    const got = part.rows as (string | null)[][]
    if (got.length === 0 && done > 0) break
    gathering.add(toTable(part.fields, got))
    done += got.length
    options.progress?.(`${done.toLocaleString('en')} of ${rows.toLocaleString('en')} rows`)
    if (got.length < chunkRows) break
  }
  return gathering.loaded()
}

async function chooseTable(
  client: Client,
  name: string,
  wanted: string | null,
): Promise<{ quoted: string; shown: string }> {
  const found = await client.query<{ table_schema: string; table_name: string }>(
    "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2",
  )
  const tables = found.rows.map(({ table_schema: schema, table_name: table }) => ({
    quoted: `${quoteName(schema)}.${quoteName(table)}`,
    shown: schema === 'public' ? table : `${schema}.${table}`,
    full: `${schema}.${table}`,
  }))
  const chosen =
    wanted === null
      ? tables.length === 1
        ? tables[0]
        : undefined
      : tables.find(({ shown, full }) => shown === wanted || full === wanted)
  if (chosen !== undefined) return chosen
  const says = wanted === null ? `${name} has ${tables.length} tables` : `${name} has no table "${wanted}"`
  const names = tables.map(({ shown }) => shown)
  throw new Problem('bad_request', says, {
    hint:
      names.length === 0
        ? 'There is nothing to look at, or nothing that this user may see.'
        : `Choose one with --table: ${names.slice(0, 50).join(', ')}`,
  })
}

/** What PostgreSQL's own numbers of types stand for; all others are read as text. */
const kinds: ReadonlyMap<number, readonly [ColumnKind, string]> = new Map([
  [16, ['boolean', 'boolean']],
  [17, ['binary', 'bytea']],
  [20, ['integer', 'bigint']],
  [21, ['integer', 'smallint']],
  [23, ['integer', 'integer']],
  [26, ['integer', 'oid']],
  [114, ['nested', 'json']],
  [700, ['number', 'real']],
  [701, ['number', 'double precision']],
  [1082, ['date', 'date']],
  [1114, ['timestamp', 'timestamp']],
  [1184, ['timestamp', 'timestamptz']],
  [1700, ['number', 'numeric']],
  [3802, ['nested', 'jsonb']],
])

function toTable(
  fields: readonly { name: string; dataTypeID: number }[],
  rows: readonly (string | null)[][],
): Table {
  return makeTable(
    fields.map(({ name, dataTypeID }, at) =>
      toColumn(
        name,
        kinds.get(dataTypeID) ?? ['text', 'text'],
        rows.map((row) => row[at] ?? null),
      ),
    ),
  )
}

function toColumn(
  name: string,
  [kind, type]: readonly [ColumnKind, string],
  texts: readonly (string | null)[],
): Column {
  if (kind === 'text' || kind === 'binary' || kind === 'nested')
    return textColumn(name, kind === 'text' ? texts : texts.map((text) => text?.slice(0, 2000)), {
      type,
      kind,
    })
  if (kind === 'empty') return emptyColumn(name, texts.length, type)
  const missing = Uint8Array.from(texts, (text) => (text === null || isEndless(kind, text) ? 1 : 0))
  const numbers = Float64Array.from(texts, (text) => (text === null ? NaN : toNumber(kind, text)))
  const inexact =
    kind === 'integer' && numbers.some((value) => !Number.isNaN(value) && !Number.isSafeInteger(value))
  return numberColumn(name, kind, numbers, { type, missing, ...(inexact ? { exact: texts } : {}) })
}

/** Infinite dates have no milliseconds. */
function isEndless(kind: ColumnKind, text: string): boolean {
  return (kind === 'date' || kind === 'timestamp') && Number.isNaN(toNumber(kind, text))
}

function toNumber(kind: ColumnKind, text: string): number {
  if (kind === 'boolean') return text === 't' ? 1 : 0
  if (kind === 'date') return Date.parse(`${text}T00:00:00Z`)
  if (kind === 'timestamp') return Date.parse(`${text.replace(' ', 'T').replace(/[+-]\d{2}(:\d{2})?$/, '')}Z`)
  return Number(text)
}

function toProblem(error: unknown, name: string, answerMs: number): Problem {
  if (error instanceof Problem) return error
  const { message, code } = error as Error & { code?: string }
  const seconds = Math.round(answerMs / 1000)
  if (code === '57014' || /timeout|timed out/i.test(message)) {
    return new Problem(
      'cancelled',
      `${name} did not answer within ${/connect|expired/i.test(message) ? Math.min(seconds, limits.connectMs / 1000) : seconds} s and was given up`,
      {
        hint: 'Is the server reachable and at rest? A lock on the table holds readers up as well; a view may be slow.',
        cause: error,
      },
    )
  }
  const hint =
    code === '28P01' || code === '28000' || /password/i.test(message)
      ? 'The password comes from PGPASSWORD, ~/.pgpass or the address.'
      : code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'ENOENT'
        ? 'Is the server running, and are host and port right?'
        : 'psql with the same address may tell more.'
  // Several addresses of one host fail together, with no message of their own.
  const says = message === '' ? (code ?? 'no connection') : message
  return new Problem('data_unreadable', `Cannot read ${name}: ${says}`, { hint, cause: error })
}
