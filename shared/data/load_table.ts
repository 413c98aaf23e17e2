import type { Table } from './column.ts'
import type { Loaded } from './loaded.ts'
import { profileTable } from './summary.ts'

/** What is known of a table in memory, all of it. */
export function loadTable(name: string, table: Table, notes: readonly string[] = []): Loaded {
  return { name, profile: profileTable(table), sample: table, rowNumbers: null, engine: 'columns', notes }
}
