import { metricBeside } from '../base/metric_name.ts'
import type { Store } from '../store/store.ts'
import { logBatch, type MetricPoint } from './logging.ts'
import { getRun } from './run.ts'
import type { LatestMetric, Run, RunId } from './run_data.ts'

/**
 * Gives a run the last values of the metrics of the runs nested in it, so that a table of whole notebooks shows
 * what their cells measured. Where several have a metric, the one that began last counts; what the run has
 * itself stays as it is. What simple models reach is taken from the run whose own number it stands beside.
 */
export function rollUp(store: Store, runId: string): void {
  const nested = nestedRuns(store, runId)
  if (nested.length === 0) return
  const run = getRun(store, runId)
  const points = new Map<string, MetricPoint>()
  for (const { metrics } of nested) {
    for (const [key, last] of Object.entries(metrics))
      if (metricBeside(key) === null && run.metrics[key] === undefined) points.set(key, { key, ...last })
  }
  log(store, runId, [...points.values()])
  rollUpBaselines(store, runId, nested)
}

/**
 * Baselines come late: they are worked out when the cell, or even the notebook, has ended. Gives the run in which
 * `runId` is nested those of the numbers that it has from there; returns that run's id, or null where none waits.
 */
export function rollUpLateBaselines(store: Store, runId: string): RunId | null {
  const ended = store.get(
    `SELECT whole.id FROM run JOIN run whole ON whole.id = run.parent_id
     WHERE run.id = ? AND whole.ended_ms IS NOT NULL AND whole.deleted_ms IS NULL`,
    runId,
  )?.['id'] as RunId | undefined
  if (ended === undefined) return null
  rollUpBaselines(store, ended, nestedRuns(store, ended))
  return ended
}

function rollUpBaselines(store: Store, runId: string, nested: readonly Run[]): void {
  const own = getRun(store, runId).metrics
  const points = new Map<string, MetricPoint>()
  for (const { metrics } of nested) {
    for (const [key, last] of Object.entries(metrics)) {
      const beside = metricBeside(key)
      if (beside === null || own[key] !== undefined) continue
      if (isSame(own[beside], metrics[beside])) points.set(key, { key, ...last })
    }
  }
  log(store, runId, [...points.values()])
}

function isSame(one: LatestMetric | undefined, other: LatestMetric | undefined): boolean {
  if (one === undefined || other === undefined) return false
  return (
    Object.is(one.value, other.value) &&
    BigInt(one.step) === BigInt(other.step) &&
    BigInt(one.atMs) === BigInt(other.atMs)
  )
}

function nestedRuns(store: Store, runId: string): Run[] {
  return store
    .all('SELECT id FROM run WHERE parent_id = ? AND deleted_ms IS NULL ORDER BY started_ms, seq', runId)
    .map((row) => getRun(store, row['id'] as string))
}

function log(store: Store, runId: string, metrics: readonly MetricPoint[]): void {
  if (metrics.length > 0) logBatch(store, runId, { metrics })
}
