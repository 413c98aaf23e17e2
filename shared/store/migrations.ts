import { cellTables } from './migrations/0004_cells.ts'
import { dataTables } from './migrations/0006_data.ts'
import { daemonTables } from './migrations/0003_daemon.ts'
import { longTextIndexes } from './migrations/0008_long_texts.ts'
import { modelTables } from './migrations/0002_models.ts'
import { monitorTables } from './migrations/0007_monitor.ts'
import { studyTables } from './migrations/0005_studies.ts'
import { runTables } from './migrations/0001_runs.ts'

/**
 * Every step of the schema, in order, as SQL. A released step is never changed; a new one is added at the end
 * and only adds, so that an older editor goes on working. SQL stands in modules, since a bundle has no other files.
 */
export const migrations: readonly string[] = [
  runTables,
  modelTables,
  daemonTables,
  cellTables,
  studyTables,
  dataTables,
  monitorTables,
  longTextIndexes,
]
