import { Problem } from '../base/problem.ts'
import { migrations } from './migrations.ts'
import type { Store } from './store.ts'

/**
 * Brings a database to the newest schema: each missing migration in order, all in one transaction.
 * A database of a newer Daybook is used as it is: within a major version the schema only grows.
 * @throws Problem `store_damaged` if the file belongs to another program
 */
export function migrate(store: Store): void {
  const owner = Number(store.get('PRAGMA application_id')?.['application_id'] ?? 0)
  const tables = Number(store.get('SELECT count(*) AS n FROM sqlite_schema')?.['n'] ?? 0)
  if (tables > 0 && owner !== applicationId) {
    throw new Problem('store_damaged', `Cannot use "${store.path}": it is a database of another program`, {
      hint: 'Move the file away; Daybook makes a new one.',
    })
  }
  const version = Number(store.get('PRAGMA user_version')?.['user_version'] ?? 0)
  if (version >= migrations.length) return
  store.transaction(() => {
    store.database.exec(`PRAGMA application_id = ${applicationId}`)
    for (const sql of migrations.slice(version)) store.database.exec(sql)
    store.database.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}

/** "Dybk", so that `file` and we can tell whose database it is. */
const applicationId = 0x4479626b
