import type { Handlers } from '../../api/contract.ts'
import type { tableMethods, TagChange } from '../../api/table_methods.ts'
import type { Clock } from '../../base/clock.ts'
import { findKey } from '../../runs/key_name.ts'
import { deleteTag, logBatch } from '../../runs/logging.ts'
import { deleteRun, findRunSeq, restoreRun } from '../../runs/run.ts'
import type { Searcher } from '../../runs/searcher.ts'
import type { TableQuery, TableRow } from '../../runs/table_row.ts'
import type { Store } from '../../store/store.ts'
import type { TopicBoard } from '../topics.ts'
import { runSettingsOrDefault } from '../run_settings.ts'
import { tableToArrow, tableToCsv } from '../table_file.ts'
import { experimentByName } from './run_handlers.ts'

/** What the handlers of tables need. */
export interface TableParts {
  store: Store
  searcher: Searcher
  clock: Clock
  topics: TopicBoard
  /** The project's folder. */
  root: string
}

/** Answers tables of runs from the searcher's thread; changes many runs at once. */
export function tableHandlers({
  store,
  searcher,
  clock,
  topics,
  root,
}: TableParts): Pick<Handlers, keyof typeof tableMethods> {
  const toQuery = ({
    experiment,
    ...query
  }: Omit<TableQuery, 'experimentIds'> & { experiment: string | null }) => ({
    ...query,
    experimentIds: experiment === null ? null : [experimentByName(store, experiment)],
  })
  return {
    'runs.window': async ({ offset, limit, shown, ...query }) => {
      // Read first: news that come while the table is searched must make the asker ask again.
      const version = topics.version('runs.changed')
      const part = { offset, limit, shown }
      const window = await searcher.ask('window', { query: toQuery(query), part })
      const { pricePerHour } = runSettingsOrDefault(root)
      const rows = window.rows.map((row) => priced(row, pricePerHour, clock.nowMs()))
      return { ...window, rows, version }
    },
    'runs.columns': ({ experiment }) =>
      searcher.ask('columns', { experimentIds: toQuery({ ...nothing, experiment }).experimentIds }),
    'runs.experiments': () => searcher.ask('experiments', null),
    'runs.export': async ({ shown, format, ...query }) => {
      const table = { searcher, query: toQuery({ ...query, groupBy: [], group: null }), shown }
      const bytes = format === 'csv' ? await tableToCsv(table) : await tableToArrow(table)
      return { base64: Buffer.from(bytes).toString('base64') }
    },
    'runs.ids': ({ limit, ...query }) => searcher.ask('ids', { query: toQuery(query), limit }),
    'runs.curves': (question) => searcher.ask('curves', question),
    'runs.setTags': ({ changes }) => {
      const undo = store.transaction(() => changes.map((change) => setTag(store, change)).reverse())
      topics.bump('runs.changed')
      return { undo }
    },
    'runs.setDeleted': ({ ids, deleted }) => {
      store.transaction(() => {
        for (const id of ids) {
          if (deleted) deleteRun(store, id, clock.nowMs())
          else restoreRun(store, id)
        }
      })
      topics.bump('runs.changed')
      return {}
    },
  }
}

const nothing = { filter: '', view: 'active', within: 'top', sort: [], groupBy: [], group: null } as const

/** A run with its cost so far, where an hour has a price. */
function priced(row: TableRow, pricePerHour: number | null, nowMs: number): TableRow {
  if (row.kind !== 'run' || pricePerHour === null) return row
  return { ...row, cost: (Math.max(0, (row.endMs ?? nowMs) - row.startMs) / 3_600_000) * pricePerHour }
}

/** Returns what undoes it. */
function setTag(store: Store, { id, key, value }: TagChange): TagChange {
  const row = store.get(
    'SELECT value FROM tag WHERE run = ? AND key = ?',
    findRunSeq(store, id) ?? -1,
    findKey(store, key) ?? -1,
  )
  const before = (row?.['value'] ?? null) as string | null
  if (value !== null) logBatch(store, id, { tags: { [key]: value } })
  else if (before !== null) deleteTag(store, id, key)
  return { id, key, value: before }
}
