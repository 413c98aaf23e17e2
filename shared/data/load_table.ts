import type { Table } from './column.ts'
import type { Loaded } from './loaded.ts'
import { profileTable } from './summary.ts'

/** What is known of a table in memory, all of it. */
export function loadTable(name: string, table: Table, notes: readonly string[] = []): Loaded {
  let made: Loaded['profile'] | null = null
  return {
    ...{ name, sample: table, rowNumbers: null, engine: 'columns' as const, notes },
    /** Made when somebody asks for it: those who only compare do not. */
    get profile() {
      made ??= profileTable(table)
      return made
    },
  }
}
