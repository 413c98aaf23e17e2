import type { DatabaseSync } from 'node:sqlite'
import { Problem } from '../base/problem.ts'
import { migrations } from './migrations.ts'

/**
 * Brings a database to the newest schema: each missing migration in order, all in one transaction.
 * A database of a newer Daybook is used as it is: within a major version the schema only grows.
 * @param path what to call it in messages
 * @throws Problem `store_damaged` if the file belongs to another program
 */
export function migrate(database: DatabaseSync, path: string): void {
  const tables = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']
  if (tables !== 0 && pragma(database, 'application_id') !== applicationId) {
    throw new Problem('store_damaged', `Cannot use "${path}": it is a database of another program`, {
      hint: 'Move the file away; Daybook makes a new one.',
    })
  }
  const version = pragma(database, 'user_version')
  if (version >= migrations.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(`PRAGMA application_id = ${applicationId}`)
    for (const sql of migrations.slice(version)) database.exec(sql)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** "Dybk", so that `file` and we can tell whose database it is. */
const applicationId = 0x4479626b

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)
}
