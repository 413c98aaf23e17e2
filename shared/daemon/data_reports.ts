import type { DataDetail, DataRows, DataSummary } from '../api/data_methods.ts'
import { ulid } from '../base/id.ts'
import { Problem } from '../base/problem.ts'
import { rankFindings } from '../base/finding.ts'
import { columnsOf, covers, type Suppression } from '../data/lint.ts'
import type { LintReport } from '../data/report.ts'
import type { Row, Store } from '../store/store.ts'
import { isDataOfRun, reportsOfRun } from './data_of_run.ts'

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

/**
 * Keeps a report in place of what was known of the same frame of the same cell, or of the same file. It takes over
 * the id, so that a page that shows it shows the news; what a run read stays under an id of its own, unless this is a
 * second look at the same.
 */
export function keepReport(store: Store, report: LintReport, from: DataOrigin, atMs: number): string {
  return store.transaction(() => {
    const known = store.get(
      'SELECT id, execution_id FROM data_report WHERE name = ? AND notebook IS ? AND cell_id IS ? ORDER BY at_ms DESC LIMIT 1',
      report.name,
      from.notebook,
      from.cell,
    )
    const id = (known?.['id'] as string | undefined) ?? ulid(atMs)
    const isAgain = from.execution !== null && known?.['execution_id'] === from.execution
    if (known !== undefined && !isAgain && isDataOfRun(store, id))
      store.run('UPDATE data_report SET id = ? WHERE id = ?', ulid(atMs), id)
    else store.run('DELETE FROM data_report WHERE id = ?', id)
    store.run(
      'INSERT INTO data_report (id, name, notebook, cell_id, execution_id, at_ms, report) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[id, report.name, from.notebook, from.cell, from.execution, atMs, JSON.stringify(report)],
    )
    store.run(
      'DELETE FROM data_report WHERE id IN (SELECT id FROM data_report ORDER BY at_ms DESC LIMIT -1 OFFSET ?)',
      keptReports,
    )
    return id
  })
}

const runOf = 'SELECT r.id FROM tag t JOIN key_name k ON k.id = t.key JOIN run r ON r.seq = t.run'
const withRun = `SELECT d.*, (${runOf} WHERE k.name = 'daybook.execution' AND t.value = d.execution_id LIMIT 1) AS run_id
  FROM data_report d`

/** What was found, the newest first; of a frame of a cell, or a file, only what was found last. */
export function listReports(store: Store, query: DataQuery): DataSummary[] {
  const rows =
    query.run !== null
      ? reportsOfRun(store, query.run)
      : store.all(
          `${withRun}
           WHERE (?1 IS NULL OR notebook = ?1) AND (?2 IS NULL OR cell_id = ?2) AND (?3 IS NULL OR execution_id = ?3)
             AND NOT EXISTS (SELECT 1 FROM data_report n WHERE n.name = d.name AND n.notebook IS d.notebook
               AND n.cell_id IS d.cell_id AND n.at_ms > d.at_ms AND ?3 IS NULL)
           ORDER BY at_ms DESC, id DESC LIMIT ?4`,
          query.notebook,
          query.cell,
          query.execution,
          query.limit,
        )
  return rows.slice(0, query.limit).map((row) => toSummary(row, readReport(row)))
}

/**
 * Everything about one, but its rows.
 * @throws Problem `not_found`
 */
export function getReport(store: Store, id: string): DataDetail {
  const row = requireRow(store, id)
  const report = readReport(row)
  const about = toSummary(row, report)
  delete report.preview
  return { ...report, about }
}

/**
 * Some of the rows that were kept to be shown.
 * @throws Problem `not_found`
 */
export function getRows(
  store: Store,
  id: string,
  { offset, limit }: { offset: number; limit: number },
): DataRows {
  const { preview } = readReport(requireRow(store, id))
  const { columns, rows, cells } = preview ?? { columns: [], rows: [], cells: [] }
  const end = offset + limit
  return { columns, rows: rows.slice(offset, end), cells: cells.slice(offset, end), kept: rows.length }
}

/** Takes a finding that was accepted out of every report that it covers, or puts it back in. */
export function applySuppression(store: Store, one: Suppression, accepted: boolean): void {
  store.transaction(() => {
    const rows = store.all('SELECT * FROM data_report WHERE instr(report, ?) > 0', JSON.stringify(one.rule))
    for (const row of rows) {
      const report = accepted ? accept(readReport(row), one) : bringBack(readReport(row), one)
      store.run('UPDATE data_report SET report = ? WHERE id = ?', JSON.stringify(report), row['id'] as string)
    }
  })
}

/** The name by which daybook.yaml calls looked-at data: a frame's variable, a file's own name. */
export function plainName(name: string): string {
  return name.split(/[/\\]/).at(-1) ?? name
}

function accept(report: LintReport, one: Suppression): LintReport {
  const isCovered = (finding: LintReport['findings'][number]): boolean =>
    covers(one, finding, plainName(report.name))
  const suppressed = report.findings.filter(isCovered).map((finding) => ({ finding, reason: one.reason }))
  const findings = report.findings.filter((finding) => !isCovered(finding))
  return { ...report, findings, suppressed: [...report.suppressed, ...suppressed] }
}

function bringBack(report: LintReport, one: Suppression): LintReport {
  const isCovered = ({ finding }: LintReport['suppressed'][number]): boolean =>
    covers(one, finding, plainName(report.name))
  const back = report.suppressed.filter(isCovered).map(({ finding }) => finding)
  const suppressed = report.suppressed.filter((each) => !isCovered(each))
  return { ...report, findings: rankFindings([...report.findings, ...back]), suppressed }
}

/** The columns by which daybook.yaml names a finding: none for one about the whole table. */
export function suppressionOf(
  report: Pick<LintReport, 'name' | 'findings' | 'suppressed'>,
  { rule, columns }: { rule: string; columns: readonly string[] },
): Omit<Suppression, 'reason'> {
  const all = [...report.findings, ...report.suppressed.map(({ finding }) => finding)]
  if (
    !all.some(
      (finding) => finding.rule === rule && columns.every((name) => columnsOf(finding).includes(name)),
    )
  )
    throw new Problem('not_found', `"${report.name}" has no finding "${rule}" any more`)
  return { rule, ...(columns.length === 0 ? {} : { columns }), data: plainName(report.name) }
}

function requireRow(store: Store, id: string): Row {
  const row = store.get(`${withRun} WHERE d.id = ?`, id)
  if (row === undefined)
    throw new Problem('not_found', 'This report is not kept any more', {
      hint: `Only the newest ${keptReports} are: run the cell, or look at the file, again.`,
    })
  return row
}

function readReport(row: Row): LintReport {
  return JSON.parse(row['report'] as string) as LintReport
}

function toSummary(row: Row, report: LintReport): DataSummary {
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
