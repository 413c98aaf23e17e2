import type { Store } from '../store/store.ts'

/** Rows of a metric's history that go in one transaction: a few milliseconds. */
const rowsAtOnce = 20_000

/**
 * Removes a run for good, with all that was logged to it; its artifacts are another matter. A long history goes in
 * several transactions, the run itself last: interrupted, it can be done again.
 */
export async function purgeRun(store: Store, runId: string): Promise<void> {
  const seq = store.get('SELECT seq FROM run WHERE id = ?', runId)?.['seq'] as number | undefined
  if (seq === undefined) return
  for (;;) {
    const gone = store.run(
      `DELETE FROM metric WHERE (run, key, step, at_ms, value, is_nan) IN
         (SELECT run, key, step, at_ms, value, is_nan FROM metric WHERE run = ? LIMIT ${rowsAtOnce})`,
      seq,
    )
    if (gone < rowsAtOnce) break
    await new Promise(setImmediate)
  }
  store.transaction(() => {
    for (const table of [
      'param',
      'tag',
      'latest_metric',
      'run_dataset',
      'run_model_input',
      'run_model_output',
    ]) {
      store.run(`DELETE FROM ${table} WHERE run = ?`, seq)
    }
    store.run('DELETE FROM run WHERE seq = ?', seq)
    store.run('DELETE FROM dataset WHERE id NOT IN (SELECT dataset FROM run_dataset)')
  })
}

/** Removes experiments that were put into the trash before `beforeMs` and hold no run any more. */
export function purgeExperiments(store: Store, beforeMs: number): void {
  store.run(
    `DELETE FROM experiment WHERE id <> 0 AND deleted_ms < ?
       AND NOT EXISTS (SELECT 1 FROM run WHERE experiment_id = experiment.id)
       AND NOT EXISTS (SELECT 1 FROM logged_model WHERE experiment_id = experiment.id)`,
    beforeMs,
  )
}
