import type { Store } from '../store/store.ts'
import type { ExperimentId } from './experiment.ts'
import { datasetContextTag } from './filter_sql.ts'
import { bindInt64, type Int64 } from './int64.ts'
import { requireActiveRun } from './run.ts'
import type { DatasetInput } from './run_data.ts'

/** What went into a run. */
export interface RunInputs {
  datasets?: readonly DatasetInput[]
  /** Ids of logged models. */
  models?: readonly string[]
}

/**
 * Notes what went into a run. A data set is one of its experiment by name and digest: what was told of it first
 * stays. May be told twice.
 * @throws RunNotFoundError, RunNotActiveError
 */
export function logInputs(store: Store, runId: string, inputs: RunInputs): void {
  store.transaction(() => {
    const run = requireActiveRun(store, runId)
    for (const dataset of inputs.datasets ?? []) {
      const id = ensureDataset(store, run, dataset)
      const known = store.get('SELECT 1 FROM run_dataset WHERE run = ? AND dataset = ?', run, id)
      if (known !== undefined) continue
      const input = store.insert('INSERT INTO run_dataset (run, dataset) VALUES (?, ?)', run, id)
      for (const [key, value] of Object.entries(dataset.tags)) {
        store.run('INSERT INTO run_dataset_tag (input, key, value) VALUES (?, ?, ?)', input, key, value)
      }
    }
    for (const model of inputs.models ?? []) {
      store.run('INSERT OR IGNORE INTO run_model_input (run, model_id) VALUES (?, ?)', run, model)
    }
  })
}

/**
 * Notes which logged models came out of a run. May be told twice; the last step told stays.
 * @throws RunNotFoundError, RunNotActiveError
 */
export function logOutputs(
  store: Store,
  runId: string,
  models: readonly { modelId: string; step: Int64 }[],
): void {
  store.transaction(() => {
    const run = requireActiveRun(store, runId)
    for (const { modelId, step } of models) {
      const sql = 'INSERT OR REPLACE INTO run_model_output (run, model_id, step) VALUES (?, ?, ?)'
      store.run(sql, run, modelId, bindInt64(step))
    }
  })
}

/** A data set of an experiment and one thing it was used for. */
export interface DatasetSummary {
  experimentId: ExperimentId
  name: string
  digest: string
  context: string | null
}

/** What data sets there are in these experiments, each once for every thing it was used for; at most 1000. */
export function listDatasets(store: Store, experimentIds: readonly string[]): DatasetSummary[] {
  const rows = store.all(
    `SELECT DISTINCT d.experiment_id, d.name, d.digest, t.value AS context
     FROM dataset d JOIN run_dataset i ON i.dataset = d.id
     LEFT JOIN run_dataset_tag t ON t.input = i.id AND t.key = '${datasetContextTag}'
     WHERE d.experiment_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
     ORDER BY d.experiment_id, d.name, d.digest, context LIMIT 1000`,
    JSON.stringify(experimentIds),
  )
  return rows.map((row) => ({
    experimentId: String(row['experiment_id']) as ExperimentId,
    name: row['name'] as string,
    digest: row['digest'] as string,
    context: row['context'] as string | null,
  }))
}

function ensureDataset(store: Store, run: number, dataset: DatasetInput): number {
  const experiment = store.get('SELECT experiment_id FROM run WHERE seq = ?', run)?.[
    'experiment_id'
  ] as number
  const { name, digest } = dataset
  const known = store.get(
    'SELECT id FROM dataset WHERE experiment_id = ? AND name = ? AND digest = ?',
    experiment,
    name,
    digest,
  )
  if (known !== undefined) return known['id'] as number
  return store.insert(
    `INSERT INTO dataset (experiment_id, name, digest, source_type, source, schema, profile)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    experiment,
    name,
    digest,
    dataset.sourceType,
    dataset.source,
    dataset.schema,
    dataset.profile,
  )
}
