import type { DataSummary } from '../api/data_methods.ts'
import { ulid } from '../base/id.ts'
import { Problem } from '../base/problem.ts'
import type { LintReport } from '../data/report.ts'
import type { Row, Store } from '../store/store.ts'

/** Where looked-at data comes from. */
export interface DataOrigin {
  notebook: string | null
  cell: string | null
  execution: string | null
}

/** Which reports are asked for; null: whichever. */
export interface DataQuery extends DataOrigin {
  run: string | null
  limit: number
}

/** So many reports are kept; the oldest go first. */
const keptReports = 500

/** Keeps a report in place of what was known of the same frame of the same cell, or of the same file. */
export function keepReport(store: Store, report: LintReport, from: DataOrigin, atMs: number): string {
  const id = ulid(atMs)
  store.transaction(() => {
    store.run(
      'DELETE FROM data_report WHERE name = ? AND notebook IS ? AND cell_id IS ?',
      report.name,
      from.notebook,
      from.cell,
    )
    store.run(
      'INSERT INTO data_report (id, name, notebook, cell_id, execution_id, at_ms, report) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[id, report.name, from.notebook, from.cell, from.execution, atMs, JSON.stringify(report)],
    )
    store.run(
      'DELETE FROM data_report WHERE id IN (SELECT id FROM data_report ORDER BY at_ms DESC LIMIT -1 OFFSET ?)',
      keptReports,
    )
  })
  return id
}

const runOf = 'SELECT r.id FROM tag t JOIN key_name k ON k.id = t.key JOIN run r ON r.seq = t.run'

/** What was found, the newest first. */
export function listReports(store: Store, query: DataQuery): DataSummary[] {
  const rows = store.all(
    `SELECT d.*, (${runOf} WHERE k.name = 'daybook.execution' AND t.value = d.execution_id LIMIT 1) AS run_id
     FROM data_report d
     WHERE (?1 IS NULL OR notebook = ?1) AND (?2 IS NULL OR cell_id = ?2) AND (?3 IS NULL OR execution_id = ?3)
       AND (?4 IS NULL OR execution_id IN
         (SELECT t.value FROM tag t JOIN key_name k ON k.id = t.key JOIN run r ON r.seq = t.run
          WHERE k.name = 'daybook.execution' AND r.id = ?4))
     ORDER BY at_ms DESC, id DESC LIMIT ?5`,
    query.notebook,
    query.cell,
    query.execution,
    query.run,
    query.limit,
  )
  return rows.map(toSummary)
}

/**
 * Everything about one.
 * @throws Problem `not_found`
 */
export function getReport(store: Store, id: string): LintReport {
  const row = store.get('SELECT report FROM data_report WHERE id = ?', id)
  if (row === undefined)
    throw new Problem('not_found', `There is no report "${id}"`, { hint: 'Only the newest 500 are kept.' })
  return JSON.parse(row['report'] as string) as LintReport
}

function toSummary(row: Row): DataSummary {
  const report = JSON.parse(row['report'] as string) as LintReport
  const { rows, rowsLookedAt, target, targetGuessed, findings, suppressed, notes } = report
  return {
    id: row['id'] as string,
    name: row['name'] as string,
    notebook: row['notebook'] as string | null,
    cell: row['cell_id'] as string | null,
    execution: row['execution_id'] as string | null,
    run: row['run_id'] as string | null,
    atMs: Number(row['at_ms']),
    rows,
    columns: report.columns.length,
    rowsLookedAt,
    target,
    targetGuessed,
    findings,
    suppressed: suppressed.length,
    notes,
  }
}
