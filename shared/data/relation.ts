import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { Problem } from '../base/problem.ts'
import { loadCsv } from './csv_file.ts'
import { type Database, quoteName, quoteText } from './database.ts'
import { type FileKind, fileKind } from './file_kind.ts'

/** Files as one relation inside DuckDB. */
export interface Relation {
  /** What stands after FROM. */
  from: string
  /** The number of a row within the whole, as an expression; null where it cannot be told. */
  rowNumber: string | null
  /** What a reader should know about how it was read. */
  notes: string[]
}

/** Files of one kind that belong together. */
export interface FileSet {
  kind: FileKind
  paths: readonly string[]
}

/**
 * The files that a path or pattern names.
 * @throws Problem `not_found` if there are none, `bad_request` if they are of several kinds
 */
export function findFiles(pattern: string): FileSet {
  const isPattern = /[*?[\]{}]/.test(pattern)
  const paths = isPattern ? globSync(pattern).sort() : [pattern]
  const [first] = paths
  if (first === undefined) {
    throw new Problem('not_found', `No file fits ${pattern}`, {
      hint: 'Put the pattern in quotes, so that Daybook sees it and not the shell.',
    })
  }
  const kinds = paths.map((path) => fileKind(path))
  const other = paths.find((_, i) => kinds[i] !== kinds[0])
  if (other !== undefined) {
    throw new Problem('bad_request', `${first} is ${kinds[0]}, ${other} is not: look at one kind at a time`)
  }
  return { kind: kinds[0] ?? 'csv', paths }
}

/** Makes CSV, JSON or Parquet files a relation. Texts are read into a table once; Parquet stays where it is. */
export async function makeRelation(database: Database, files: FileSet): Promise<Relation> {
  const list = `[${files.paths.map(quoteText).join(', ')}]`
  if (files.kind === 'parquet') {
    const many = files.paths.length > 1
    const from = `read_parquet(${list}, union_by_name = ${many}, file_row_number = true)`
    await database.run(`CREATE VIEW data AS SELECT * EXCLUDE (file_row_number) FROM ${from}`)
    await database.run(`CREATE VIEW numbered AS SELECT * FROM ${from}`)
    return { from: 'numbered', rowNumber: many ? null : 'file_row_number', notes: [] }
  }
  const notes = files.kind === 'json' ? await loadJson(database, list) : await loadCsv(database, files.paths)
  return { from: 'data', rowNumber: 'rowid', notes }
}

async function loadJson(database: Database, list: string): Promise<string[]> {
  const read = (options: string): Promise<void> =>
    database.run(
      `CREATE TABLE data AS SELECT * FROM read_json_auto(${list}, maximum_object_size = 67108864, ${options})`,
    )
  try {
    await read('sample_size = 50000')
    return []
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'data_unreadable') throw error
    await read('sample_size = -1, ignore_errors = true, union_by_name = true').catch(() =>
      Promise.reject(error),
    )
    return ['Some records could not be read: their values count as missing.']
  }
}

/** How a set of files is called: the name of the file, or the pattern with how many there are. */
export function nameFiles(pattern: string, files: FileSet): string {
  return files.paths.length === 1
    ? basename(files.paths[0] ?? pattern)
    : `${pattern} (${files.paths.length} files)`
}

/** The relation's columns without those that only number its rows. */
export function withoutRowNumber(name: string): boolean {
  return name !== 'file_row_number'
}

/** `SELECT count(*)` of a relation. */
export async function countRows(database: Database, relation: Relation): Promise<number> {
  const [row] = await database.rows(`SELECT count(*) AS ${quoteName('n')} FROM ${relation.from}`)
  return Number(row?.['n'] ?? 0)
}
