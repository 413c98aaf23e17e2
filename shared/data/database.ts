import type { DuckDBConnection, DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api'
import { Problem } from '../base/problem.ts'
import {
  type Column,
  type ColumnKind,
  emptyColumn,
  makeTable,
  numberColumn,
  type Table,
  textColumn,
} from './column.ts'

/** What DuckDB may use. */
export interface DatabaseLimits {
  memoryBytes: number
  threads: number
  /** Folder for what does not fit into memory. */
  spillFolder: string
}

/** A column of a relation, as DuckDB describes it. */
export interface RelationColumn {
  name: string
  type: string
  kind: ColumnKind
}

/** DuckDB in memory, without network: extensions are neither fetched nor loaded. */
export class Database {
  readonly #connection: DuckDBConnection
  /** Where temporary files may lie. */
  readonly spillFolder: string

  private constructor(connection: DuckDBConnection, spillFolder: string) {
    this.#connection = connection
    this.spillFolder = spillFolder
  }

  /** Opens an empty one. */
  static async open(limits: DatabaseLimits): Promise<Database> {
    // Only now: a process that looks at frames alone is ready sooner without it.
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${Math.round(limits.memoryBytes / 1e6)}MB`,
      threads: String(limits.threads),
      temp_directory: limits.spillFolder,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    })
    return new Database(await instance.connect(), limits.spillFolder)
  }

  /**
   * Runs a statement for its effect.
   * @throws Problem with DuckDB's own words
   */
  async run(sql: string): Promise<void> {
    await this.#connection.run(sql).catch((error: unknown) => Promise.reject(toProblem(error)))
  }

  /** The rows of a question, each a record of plain values; big integers come as numbers. */
  async rows(sql: string): Promise<Record<string, unknown>[]> {
    try {
      const result = await this.#connection.run(sql)
      const rows = await result.getRowObjectsJS()
      return rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
        ),
      )
    } catch (error) {
      throw toProblem(error)
    }
  }

  /** Columns of a relation, in its order. */
  async describe(relation: string): Promise<RelationColumn[]> {
    const rows = await this.rows(`DESCRIBE SELECT * FROM ${relation}`)
    return rows.map((row) => {
      const type = String(row['column_type'])
      return { name: String(row['column_name']), type, kind: kindOf(type) }
    })
  }

  /** Some rows of a relation as columns in memory. `rest` is what follows FROM: conditions, order, limit. */
  async table(columns: readonly RelationColumn[], rest: string): Promise<Table> {
    if (columns.length === 0) return makeTable([])
    try {
      const result = await this.#connection.run(`SELECT ${columns.map(selection).join(', ')} FROM ${rest}`)
      return tableOf(columns, await result.fetchAllChunks())
    } catch (error) {
      throw toProblem(error)
    }
  }

  /** The same piece by piece, each of at least so many rows but the last; nothing else may run here meanwhile. */
  async *pieces(columns: readonly RelationColumn[], rest: string, rows: number): AsyncGenerator<Table> {
    try {
      const result = await this.#connection.stream(`SELECT ${columns.map(selection).join(', ')} FROM ${rest}`)
      for (let more = true; more;) {
        const chunks: DuckDBDataChunk[] = []
        let held = 0
        while (held < rows) {
          const chunk = await result.fetchChunk()
          more = chunk !== null && chunk.rowCount > 0
          if (chunk === null || !more) break
          chunks.push(chunk)
          held += chunk.rowCount
        }
        if (held > 0) yield tableOf(columns, chunks)
      }
    } catch (error) {
      throw toProblem(error)
    }
  }

  /** How far the running statement is, 0 to 100; below 0 where that is not known. */
  get percentDone(): number {
    return this.#connection.progress.percentage
  }

  /** Gives up the running statement. */
  interrupt(): void {
    this.#connection.interrupt()
  }

  /** Closes it. */
  close(): void {
    this.#connection.closeSync()
  }
}

/** A name as SQL takes it whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as SQL takes it whatever is in it. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** What a column of a DuckDB type stores. */
export function kindOf(type: string): ColumnKind {
  if (/^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|BIGNUM)$/.test(type)) return 'integer'
  if (/^(FLOAT|DOUBLE|DECIMAL\(.*\))$/.test(type)) return 'number'
  if (type === 'BOOLEAN') return 'boolean'
  if (type === 'DATE') return 'date'
  if (/^TIMESTAMP/.test(type)) return 'timestamp'
  if (/^TIME/.test(type)) return 'time'
  if (type === 'INTERVAL') return 'duration'
  if (/^(VARCHAR|UUID|ENUM\()/.test(type) && !type.endsWith(']')) return 'text'
  if (type === 'BLOB' || type === 'BIT') return 'binary'
  return type === '"NULL"' || type === 'NULL' ? 'empty' : 'nested'
}

/** The expression that gives a column as a plain number (times in milliseconds), or as text. */
export function selection(column: RelationColumn): string {
  const name = quoteName(column.name)
  if (column.kind === 'integer')
    return /^(BIGINT|U?HUGEINT|UBIGINT|BIGNUM)$/.test(column.type) ? name : `${name}::DOUBLE`
  return valueExpression(column)
}

/** As `selection`, with integers of any size rounded to the nearest double. */
export function valueExpression({ name: bare, kind, type }: RelationColumn): string {
  const name = quoteName(bare)
  if (kind === 'date' || kind === 'timestamp') {
    // Infinite dates have no milliseconds.
    const plain = type === 'TIMESTAMP WITH TIME ZONE' ? name : `${name}::TIMESTAMP`
    return `CASE WHEN isfinite(${name}) THEN epoch_ms(${plain})::DOUBLE END`
  }
  if (kind === 'time') return `(epoch(${name}::TIME) * 1000)::DOUBLE`
  if (kind === 'duration') return `(epoch(${name}) * 1000)::DOUBLE`
  if (kind === 'binary') return `left(hex(${name}::BLOB), 64)`
  if (kind === 'nested') return `left(to_json(${name})::VARCHAR, 2000)`
  return kind === 'text' || kind === 'empty' ? `${name}::VARCHAR` : `${name}::DOUBLE`
}

function tableOf(columns: readonly RelationColumn[], chunks: readonly DuckDBDataChunk[]): Table {
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0)
  return makeTable(
    columns.map((column, i) => {
      const vectors = chunks.map((chunk) => chunk.getColumnVector(i))
      return toColumn(column, vectors, rows)
    }),
  )
}

/** Values are read one by one: a list of a million boxed numbers costs more than all that is done with them. */
function toColumn(column: RelationColumn, vectors: readonly DuckDBVector[], rows: number): Column {
  const { name, type, kind } = column
  if (kind === 'empty') return emptyColumn(name, rows, type)
  const all = (): unknown[] => vectors.flatMap((vector) => vector.toArray() as unknown[])
  if (kind === 'text' || kind === 'binary' || kind === 'nested')
    return textColumn(name, all() as (string | null)[], { type, kind })
  const numbers = new Float64Array(rows)
  const missing = new Uint8Array(rows)
  let inexact = false
  let i = 0
  for (const vector of vectors) {
    for (let item = 0; item < vector.itemCount; item++, i++) {
      const value = vector.getItem(item) as number | bigint | null
      if (value === null) {
        missing[i] = 1
        numbers[i] = NaN
        continue
      }
      numbers[i] = Number(value)
      if (kind === 'integer' && !Number.isSafeInteger(numbers[i])) inexact = true
    }
  }
  const exact = inexact
    ? { exact: all().map((value) => (value == null ? null : String(value as bigint))) }
    : {}
  return numberColumn(name, kind, numbers, { type, missing, ...exact })
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const message = (error instanceof Error ? error.message : String(error)).split('\n\n')[0] ?? ''
  if (/^Out of Memory/i.test(message)) {
    return new Problem('data_limit', `The data does not fit into the memory allowed: ${message}`, {
      hint: 'Allow more with --memory, or look at fewer columns.',
      cause: error,
    })
  }
  if (/^INTERRUPT/i.test(message)) return new Problem('cancelled', 'It was given up', { cause: error })
  const plain = message.replace(/\s+/g, ' ').replace(/^(?:[A-Z][a-z]+ )+Error: /, '')
  return new Problem('data_unreadable', plain.trim(), { cause: error })
}
