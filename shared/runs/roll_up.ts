import type { Store } from '../store/store.ts'
import { logBatch } from './logging.ts'
import { getRun } from './run.ts'

/**
 * Gives a run the last values of the metrics of the runs nested in it, so that a table of whole notebooks shows
 * what their cells measured. Where several have a metric, the one that began last counts; what the run has
 * itself stays as it is.
 */
export function rollUp(store: Store, runId: string): void {
  const own = getRun(store, runId)
  const children = store.all(
    'SELECT id FROM run WHERE parent_id = ? AND deleted_ms IS NULL ORDER BY started_ms, seq',
    runId,
  )
  const latest = new Map<
    string,
    { key: string; value: number; step: number | bigint; atMs: number | bigint }
  >()
  for (const row of children) {
    const child = getRun(store, row['id'] as string)
    for (const [key, { value, step, atMs }] of Object.entries(child.metrics)) {
      if (own.metrics[key] === undefined) latest.set(key, { key, value, step, atMs })
    }
  }
  if (latest.size > 0) logBatch(store, runId, { metrics: [...latest.values()] })
}
