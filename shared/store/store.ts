import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Problem } from '../base/problem.ts'
import { migrate } from './migrate.ts'

/** A row as SQLite gives it: NULL, numbers, texts, bytes by column name. */
export type Row = Record<string, null | number | bigint | string | Uint8Array>

/** Statements that are kept prepared, of each form. */
const mostStatements = 500

/**
 * The project's database, one file.
 *
 * Invariants. (1) One process writes: the daemon. Others open it read-only. (2) What a transaction that
 * returned has written is on the disk's journal (WAL, synchronous NORMAL: a crash of the process loses
 * nothing; a crash of the machine may lose the last transactions but never damages the file).
 * (3) A transaction that throws leaves nothing behind, also one within another that goes on.
 */
export class Store {
  readonly path: string
  readonly database: DatabaseSync
  #statements = new Map<string, StatementSync>()
  #listStatements = new Map<string, StatementSync>()
  /** How many transactions are open, one in the other. */
  #depth = 0
  #rollbacks = 0

  constructor(path: string, database: DatabaseSync) {
    this.path = path
    this.database = database
  }

  /** How many transactions were rolled back: what was read before may be gone when this has grown. */
  get rollbacks(): number {
    return this.#rollbacks
  }

  /** First row or undefined. */
  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#run(() => this.#prepare(sql).get(...values))
  }

  /** All rows. */
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#run(() => this.#prepare(sql).all(...values))
  }

  /** All rows as lists of their columns' values: a third faster to read than `all` where there are many. */
  lists(sql: string, ...values: SQLInputValue[]): Row[string][][] {
    return this.#run(() => {
      const statement = this.#prepare(sql, 'lists')
      return statement.all(...values) as unknown as Row[string][][]
    })
  }

  /** Rows one by one, for results that should not stand in memory at once. */
  *each(sql: string, ...values: SQLInputValue[]): Generator<Row> {
    // A statement of its own: the cached one may be used again while this one is read.
    yield* this.database.prepare(sql).iterate(...values)
  }

  /** Writes; returns the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#run(() => this.#prepare(sql).run(...values)).changes)
  }

  /** Writes; returns the row id of the inserted row. */
  insert(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#run(() => this.#prepare(sql).run(...values)).lastInsertRowid)
  }

  /** All or nothing, also within another transaction: there it is a savepoint of its own. */
  transaction<T>(work: () => T): T {
    const name = `nested_${this.#depth}`
    const outermost = this.#depth === 0
    this.run(outermost ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${name}`)
    this.#depth++
    try {
      const result = work()
      this.run(outermost ? 'COMMIT' : `RELEASE ${name}`)
      return result
    } catch (error) {
      this.#rollbacks++
      // SQLite has rolled everything back by itself when the disk is full.
      if (this.database.isTransaction) {
        this.database.exec(outermost ? 'ROLLBACK' : `ROLLBACK TO ${name}; RELEASE ${name}`)
      }
      throw error
    } finally {
      this.#depth--
    }
  }

  close(): void {
    this.#statements.clear()
    this.#listStatements.clear()
    this.database.close()
  }

  #prepare(sql: string, form: 'objects' | 'lists' = 'objects'): StatementSync {
    const known = form === 'lists' ? this.#listStatements : this.#statements
    let statement = known.get(sql)
    if (statement === undefined) {
      statement = this.database.prepare(sql)
      if (form === 'lists') statement.setReturnArrays(true)
      // A search with a filter of its own makes a statement of its own.
      if (known.size >= mostStatements) known.clear()
      known.set(sql, statement)
    }
    return statement
  }

  #run<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw explain(error, this.path)
    }
  }
}

/**
 * Opens the project's database, makes it if absent, brings it to the newest schema.
 * @param options.readOnly for workers that only read; nothing is made or migrated then
 * @throws Problem `store_damaged` if the file is not a database of ours, `store_full` if the disk is full
 */
export function openStore(path: string, options: { readOnly?: boolean } = {}): Store {
  const readOnly = options.readOnly ?? false
  try {
    const database = new DatabaseSync(path, { readOnly, timeout: 5000 })
    database.exec('PRAGMA case_sensitive_like = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY')
    if (!readOnly) {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
    }
    const store = new Store(path, database)
    if (!readOnly) migrate(database, path)
    return store
  } catch (error) {
    throw explain(error, path)
  }
}

/** SQLite's result codes that a user can act on (https://www.sqlite.org/rescode.html). */
function explain(error: unknown, path: string): unknown {
  const code = (error as { errcode?: number }).errcode
  if (code === undefined || error instanceof Problem) return error
  const primary = code & 0xff
  if (primary === 13 || (primary === 10 && /full|space/i.test((error as Error).message))) {
    return new Problem('store_full', `Cannot write to "${path}": the disk is full`, {
      hint: 'Free some space (`daybook gc --dry-run` shows what Daybook could give back). What was stored is safe.',
      cause: error,
    })
  }
  if (primary === 26 || primary === 11) {
    return new Problem('store_damaged', `Cannot read "${path}": it is no database, or a damaged one`, {
      hint: 'Move the file away to start anew; a copy from before the last upgrade lies beside it.',
      cause: error,
    })
  }
  return error
}
