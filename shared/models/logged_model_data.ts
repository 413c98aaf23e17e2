import { int64Column, readInt64, type Int64 } from '../runs/int64.ts'
import { put } from '../runs/run_data.ts'
import type { Row, Store } from '../store/store.ts'

/** Whether a logged model's files are there. */
export type LoggedModelStatus = 'PENDING' | 'READY' | 'UPLOAD_FAILED'

/** A value of a metric that was measured with a model. */
export interface LoggedModelMetric {
  key: string
  /** May be NaN. */
  value: number
  step: Int64
  atMs: Int64
  runId: string | null
  /** What it was measured on. */
  datasetName: string | null
  datasetDigest: string | null
}

/** A model as a run left it behind, with what is known of it. */
export interface LoggedModel {
  /** `m-` and 32 hexadecimal digits. */
  id: string
  experimentId: string
  name: string
  modelType: string | null
  sourceRunId: string | null
  status: LoggedModelStatus
  statusMessage: string | null
  artifactUri: string
  deletedMs: number | null
  createdMs: number
  updatedMs: number
  params: Record<string, string>
  tags: Record<string, string>
  metrics: LoggedModelMetric[]
  /** Versions of registered models that were made from it. */
  registrations: { name: string; version: number }[]
}

/** The logged models with these numbers, in this order; numbers without one are left out. */
export function loadLoggedModels(store: Store, seqs: readonly number[]): LoggedModel[] {
  const wanted = JSON.stringify(seqs)
  const among = 'IN (SELECT value FROM json_each(?))'
  const models = new Map<number, LoggedModel>()
  const byId = new Map<string, LoggedModel>()
  for (const row of store.all(`SELECT * FROM logged_model WHERE seq ${among}`, wanted)) {
    const model = readModel(row)
    models.set(row['seq'] as number, model)
    byId.set(model.id, model)
  }
  for (const row of store.all(`SELECT * FROM logged_model_param WHERE model ${among}`, wanted)) {
    const model = models.get(row['model'] as number)
    if (model !== undefined) put(model.params, row['key'] as string, row['value'] as string)
  }
  for (const row of store.all(`SELECT * FROM logged_model_tag WHERE model ${among}`, wanted)) {
    const model = models.get(row['model'] as number)
    if (model !== undefined) put(model.tags, row['key'] as string, row['value'] as string)
  }
  const metrics = `SELECT model, key, value, is_nan, run_id, dataset_name, dataset_digest,
      ${int64Column('step')}, ${int64Column('at_ms')} FROM logged_model_metric WHERE model ${among}`
  for (const row of store.all(metrics, wanted))
    models.get(row['model'] as number)?.metrics.push(readMetric(row))
  const versions = `SELECT v.model_id, v.version, m.name FROM model_version v JOIN registered_model m ON m.id = v.model
    WHERE v.model_id ${among} ORDER BY m.name, v.version`
  for (const row of store.all(versions, JSON.stringify([...byId.keys()]))) {
    const registration = { name: row['name'] as string, version: row['version'] as number }
    byId.get(row['model_id'] as string)?.registrations.push(registration)
  }
  return seqs.map((seq) => models.get(seq)).filter((model) => model !== undefined)
}

function readModel(row: Row): LoggedModel {
  return {
    id: row['id'] as string,
    experimentId: String(row['experiment_id']),
    name: row['name'] as string,
    modelType: row['model_type'] as string | null,
    sourceRunId: row['source_run_id'] as string | null,
    status: row['status'] as LoggedModelStatus,
    statusMessage: row['status_message'] as string | null,
    artifactUri: row['artifact_uri'] as string,
    deletedMs: row['deleted_ms'] as number | null,
    createdMs: row['created_ms'] as number,
    updatedMs: row['updated_ms'] as number,
    params: {},
    tags: {},
    metrics: [],
    registrations: [],
  }
}

function readMetric(row: Row): LoggedModelMetric {
  const orNull = (text: unknown): string | null => (text === '' ? null : (text as string))
  return {
    key: row['key'] as string,
    value: row['is_nan'] === 1 ? NaN : (row['value'] as number),
    step: readInt64(row['step']),
    atMs: readInt64(row['at_ms']),
    runId: orNull(row['run_id']),
    datasetName: orNull(row['dataset_name']),
    datasetDigest: orNull(row['dataset_digest']),
  }
}
