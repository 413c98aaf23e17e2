import { readFileSync, statSync } from 'node:fs'
import { Problem } from '../base/problem.ts'
import { tableFromArrow } from './arrow.ts'
import { numberColumn, type Table } from './column.ts'
import type { Database } from './database.ts'
import { loadExcel } from './excel_file.ts'
import { loadTable } from './load_table.ts'
import type { Loaded } from './loaded.ts'
import {
  countRows,
  type FileSet,
  findFiles,
  makeRelation,
  nameFiles,
  type Relation,
  withoutRowNumber,
} from './relation.ts'
import { isAddress, loadPostgres } from './postgres.ts'
import { profileBySql } from './sql_profile.ts'
import { loadSqlite } from './sqlite_file.ts'
import { readWideCsv } from './wide_csv.ts'

/** How data is looked at. */
export interface LoadOptions {
  /** At most so many rows are looked at one by one. */
  sampleRows: number
  /** Which table of a database. */
  table?: string | null
  /** How long a database may take for one answer, milliseconds. */
  answerLimitMs?: number
  /** Makes even small data go through SQL, as large data does. */
  engine?: 'auto' | 'sql'
  /** Whether to count over all rows where only some are drawn; else the profile is that of the rows drawn. */
  countAll?: boolean
  /** Told what is being done. */
  progress?: (says: string) => void
}

/**
 * Loads the files that a path or pattern names, or the table of a database that an address names.
 * @throws Problem in words that say which file and why
 */
export async function loadFiles(database: Database, pattern: string, options: LoadOptions): Promise<Loaded> {
  if (isAddress(pattern)) return loadPostgres(pattern, { ...options, table: options.table ?? null })
  const files = findFiles(pattern)
  const name = nameFiles(pattern, files)
  if (files.kind === 'arrow') return loadTable(name, readArrow(files))
  if (files.kind === 'excel') {
    if (files.paths.length > 1) throw new Problem('bad_request', 'Workbooks are looked at one at a time')
    return loadExcel(files.paths[0] ?? pattern, options.table ?? null)
  }
  if (files.kind === 'sqlite') {
    if (files.paths.length > 1) throw new Problem('bad_request', 'SQLite files are looked at one at a time')
    return loadSqlite(files.paths[0] ?? pattern, options.table ?? null, options.sampleRows)
  }
  options.progress?.(`reading ${name}`)
  const wide =
    files.kind === 'csv' && files.paths.length === 1 ? readWideCsv(files.paths[0] ?? pattern) : null
  if (wide !== null) return loadTable(name, wide.table, wide.notes)
  const relation = await makeRelation(database, files)
  return loadRelation(database, { name, relation }, options)
}

async function loadRelation(
  database: Database,
  data: { name: string; relation: Relation },
  options: LoadOptions,
): Promise<Loaded> {
  const { name, relation } = data
  const columns = (await database.describe(relation.from)).filter((column) => withoutRowNumber(column.name))
  const rows = await countRows(database, relation)
  if (rows <= options.sampleRows && options.engine !== 'sql') {
    options.progress?.(`${rows.toLocaleString('en')} rows`)
    return loadTable(name, await database.table(columns, relation.from), relation.notes)
  }
  options.progress?.(
    `drawing ${options.sampleRows.toLocaleString('en')} of ${rows.toLocaleString('en')} rows`,
  )
  const drawn = await drawSample(database, { relation, columns, rows }, options.sampleRows)
  if (options.countAll === false) return loadTable(name, drawn.table, relation.notes)
  options.progress?.(`counting over ${rows.toLocaleString('en')} rows`)
  const profiles = await profileBySql(database, relation.from, columns, drawn.table)
  return {
    name,
    profile: { rows, columns: profiles },
    sample: drawn.table,
    rowNumbers: drawn.rowNumbers,
    engine: 'sql',
    notes: relation.notes,
  }
}

async function drawSample(
  database: Database,
  from: { relation: Relation; columns: Awaited<ReturnType<Database['describe']>>; rows: number },
  most: number,
): Promise<{ table: Table; rowNumbers: Float64Array | null }> {
  const { relation, columns, rows } = from
  const number = relation.rowNumber
  const whole = rows <= most
  // The same rows each time: those whose number has a small hash.
  const share = Math.floor((most / rows) * 990_000)
  const rest = whole
    ? relation.from
    : number === null
      ? `${relation.from} USING SAMPLE reservoir(${most} ROWS) REPEATABLE (1)`
      : `${relation.from} WHERE hash(${number}) % 1000000 < ${share}
        ORDER BY ${number} LIMIT ${most}`
  if (number === null) return { table: await database.table(columns, rest), rowNumbers: null }
  const numbered = await database.table([{ name: number, type: 'BIGINT', kind: 'integer' }, ...columns], rest)
  const [first = numberColumn('', 'integer', new Float64Array(0)), ...others] = numbered.columns
  return { table: { columns: others, rows: numbered.rows }, rowNumbers: whole ? null : first.numbers }
}

function readArrow(files: FileSet): Table {
  const [path = ''] = files.paths
  if (files.paths.length > 1) throw new Problem('bad_request', 'Arrow files are looked at one at a time')
  const { size } = statSync(path)
  if (size > 2 ** 31 - 1) {
    throw new Problem('data_limit', `${path} has ${size} bytes, more than 2 GiB`, {
      hint: 'Write it as Parquet: that is read piece by piece.',
    })
  }
  return tableFromArrow(readFileSync(path))
}
