import { bindInt64, type Int64 } from '../runs/int64.ts'
import type { Store } from '../store/store.ts'
import { requireLoggedModel } from './logged_model.ts'

/** A value of a metric that a run says it measured with a model. */
export interface ModelMetricPoint {
  modelId: string
  key: string
  /** NaN is kept; an infinity becomes the largest double of its sign, as for runs. */
  value: number
  step: Int64
  atMs: Int64
  runId: string
  datasetName?: string | undefined
  datasetDigest?: string | undefined
}

/**
 * Notes metrics at the models they were measured with. May be told twice. Takes part in a running transaction, so
 * that they are logged with those of the run or not at all.
 * @throws LoggedModelNotFoundError
 */
export function logModelMetrics(store: Store, points: readonly ModelMetricPoint[]): void {
  store.transaction(() => {
    for (const point of points) {
      const isNan = Number.isNaN(point.value)
      store.run(
        `INSERT INTO logged_model_metric (model, key, step, at_ms, run_id, dataset_name, dataset_digest, value, is_nan)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value, is_nan = excluded.is_nan`,
        requireLoggedModel(store, point.modelId),
        point.key,
        bindInt64(point.step),
        bindInt64(point.atMs),
        point.runId,
        point.datasetName ?? '',
        point.datasetDigest ?? '',
        isNan ? 0 : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, point.value)),
        isNan ? 1 : 0,
      )
    }
  })
}
