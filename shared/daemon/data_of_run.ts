import type { Row, Store } from '../store/store.ts'

/** A run's tag that names its execution. */
const executionTag = `SELECT t.run, t.value AS execution FROM tag t JOIN key_name k ON k.id = t.key
  WHERE k.name = 'daybook.execution'`

/**
 * The looks at the data of a run: at frames that its own cell made or changed, and, of the frames that it read, each as
 * it was when the run ended. The newest first.
 */
export function reportsOfRun(store: Store, run: string): Row[] {
  const rows = store.all(
    `WITH own AS (
       SELECT r.seq, r.ended_ms, e.id AS execution, e.capability_id AS kernel
       FROM run r JOIN (${executionTag}) x ON x.run = r.seq LEFT JOIN execution e ON e.id = x.execution
       WHERE r.id = ?1)
     SELECT d.*, ?1 AS run_id FROM data_report d JOIN execution e ON e.id = d.execution_id JOIN own ON 1
     WHERE d.execution_id = own.execution
        OR (e.capability_id = own.kernel AND e.started_ms <= coalesce(own.ended_ms, e.started_ms)
            AND d.name IN (SELECT s.name FROM run_dataset i JOIN dataset s ON s.id = i.dataset WHERE i.run = own.seq))
     ORDER BY d.at_ms DESC, d.id DESC`,
    run,
  )
  const seen = new Set<unknown>()
  return rows.filter((row) => !seen.has(row['name']) && seen.add(row['name']))
}

/** Whether a run read the frame of a report as the report has it, so that it must outlive the next look at the frame. */
export function isDataOfRun(store: Store, id: string): boolean {
  const row = store.get(
    `SELECT 1 FROM data_report d JOIN execution e ON e.id = d.execution_id
     JOIN execution later ON later.capability_id = e.capability_id AND later.started_ms >= e.started_ms
     JOIN (${executionTag}) x ON x.execution = later.id
     WHERE d.id = ? AND (later.id = e.id OR d.name IN
       (SELECT s.name FROM run_dataset i JOIN dataset s ON s.id = i.dataset WHERE i.run = x.run))
     LIMIT 1`,
    id,
  )
  return row !== undefined
}
