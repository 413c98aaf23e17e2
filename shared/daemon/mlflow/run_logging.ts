import { logModelMetrics, type ModelMetricPoint } from '../../models/logged_model_metric.ts'
import { logBatch, ParamChangedError, deleteTag, type MetricPoint } from '../../runs/logging.ts'
import { getRun } from '../../runs/run.ts'
import { checkBatchSize, checkMetric, checkMetrics, checkRunId, fitParam, fitTag, refuse } from './limits.ts'
import { pythonRepr } from './python_text.ts'
import type { JsonRoute, Route, RouteContext } from './route.ts'
import {
  double,
  int64,
  listOf,
  objectOf,
  readParams,
  required,
  text,
  textOrEmpty,
  type Params,
} from './validation.ts'

type Handle = JsonRoute['handle']

const metricShape = {
  key: required(text),
  value: required(double),
  timestamp: required(int64),
  step: int64,
  model_id: text,
  dataset_name: text,
  dataset_digest: text,
}

const logMetric: Handle = (context, params) => {
  const read = readParams(params, { run_id: required(text), ...metricShape })
  const point = { key: read.key, value: read.value, step: read.step ?? 0, atMs: read.timestamp }
  checkMetric(point, '')
  return log(context, read.run_id, { metrics: [point] }, modelPoints(read.run_id, [read]))
}

const logParameter: Handle = (context, params) => {
  const read = readParams(params, { run_id: required(text), key: required(text), value: textOrEmpty })
  const value = fitParam(read.key, read.value ?? '', '')
  try {
    return log(context, read.run_id, { params: { [read.key]: value } })
  } catch (error) {
    const conflict = error instanceof ParamChangedError ? error.conflicts[0] : undefined
    if (conflict === undefined) throw error
    throw refuse(
      `Changing param values is not allowed. Param with key='${conflict.key}' was already logged with ` +
        `value='${conflict.old}' for run ID='${read.run_id}'. Attempted logging new value '${conflict.new}'.`,
    )
  }
}

const setTag: Handle = (context, params) => {
  const read = readParams(params, { run_id: required(text), key: required(text), value: textOrEmpty })
  return log(context, read.run_id, { tags: { [read.key]: fitTag(read.key, read.value ?? '', '') } })
}

const removeTag: Handle = (context, params) => {
  const read = readParams(params, { run_id: required(text), key: required(text) })
  deleteTag(context.store, read.run_id, read.key)
  context.changed('runs', [read.run_id])
  return {}
}

const batchShape = {
  run_id: required(text),
  metrics: listOf(objectOf(metricShape)),
  params: listOf(objectOf({ key: required(text), value: textOrEmpty })),
  tags: listOf(objectOf({ key: required(text), value: textOrEmpty })),
}

const logAll: Handle = (context, params) => {
  const read = readParams(params, batchShape)
  checkRunId(read.run_id)
  const metrics = (read.metrics ?? []).map(({ key, value, step, timestamp }): MetricPoint => {
    return { key, value, step: step ?? 0, atMs: timestamp }
  })
  checkMetrics(metrics)
  const fitted = (read.params ?? []).map(
    ({ key, value = '' }, i) => [key, fitParam(key, value, `params[${i}]`)] as const,
  )
  const tags = (read.tags ?? []).map(
    ({ key, value = '' }, i) => [key, fitTag(key, value, `tags[${i}]`)] as const,
  )
  checkBatchSize(metrics.length, fitted.length, tags.length)
  checkUnique(fitted.map(([key]) => key))
  try {
    const batch = { metrics, params: Object.fromEntries(fitted), tags: Object.fromEntries(tags) }
    return log(context, read.run_id, batch, modelPoints(read.run_id, read.metrics ?? []))
  } catch (error) {
    if (!(error instanceof ParamChangedError)) throw error
    const told = error.conflicts.map(
      (conflict) =>
        `{'key': ${pythonRepr(conflict.key)}, 'old_value': ${pythonRepr(conflict.old)}, 'new_value': ${pythonRepr(conflict.new)}}`,
    )
    throw refuse(
      `Changing param values is not allowed. Params were already logged='[${told.join(', ')}]' for run ID='${read.run_id}'.`,
    )
  }
}

function checkUnique(keys: readonly string[]): void {
  const seen = new Set<string>()
  const twice = keys.filter((key) => seen.has(key) || !seen.add(key))
  if (twice.length === 0) return
  throw refuse(
    `Duplicate parameter keys have been submitted: [${twice.map(pythonRepr).join(', ')}]. Please ensure ` +
      'the request contains only one param value per param key.',
  )
}

const logModel: Handle = (context, params) => {
  const read = readParams(params, { run_id: required(text), model_json: required(text) })
  const entry = readModel(read.model_json)
  const known = getRun(context.store, read.run_id).tags[historyTag]
  const history = known === undefined ? [] : (JSON.parse(known) as unknown[])
  return log(context, read.run_id, { tags: { [historyTag]: JSON.stringify([...history, entry]) } })
}

/** Where old clients read which models a run logged. */
const historyTag = 'mlflow.log-model.history'

function readModel(json: string): object {
  let model: unknown
  try {
    model = JSON.parse(json)
  } catch {
    throw refuse(`Malformed model info. \n ${json} \n is not a valid JSON.`)
  }
  const fields = (typeof model === 'object' && model !== null ? model : {}) as Record<string, unknown>
  const missing = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'].filter(
    (name) => !(name in fields),
  )
  if (missing.length > 0) {
    throw refuse(`Model json is missing mandatory fields: {${missing.map(pythonRepr).join(', ')}}`)
  }
  const { run_id, artifact_path, utc_time_created, model_uuid } = fields
  return { run_id, artifact_path, utc_time_created, model_uuid, flavors: withoutConfig(fields['flavors']) }
}

function withoutConfig(flavors: unknown): object {
  if (typeof flavors !== 'object' || flavors === null) return {}
  const entries = Object.entries(flavors).map(([name, flavor]: [string, unknown]) => {
    if (typeof flavor !== 'object' || flavor === null || Array.isArray(flavor)) return [name, flavor] as const
    return [name, Object.fromEntries(Object.entries(flavor).filter(([key]) => key !== 'config'))] as const
  })
  return Object.fromEntries(entries)
}

/** The metrics that were measured with a logged model, which keeps them too. */
function modelPoints(runId: string, metrics: readonly Params<typeof metricShape>[]): ModelMetricPoint[] {
  const points: ModelMetricPoint[] = []
  for (const { key, value, timestamp, step, model_id, dataset_name, dataset_digest } of metrics) {
    if (model_id === undefined || model_id === '') continue
    points.push({
      modelId: model_id,
      key,
      value,
      step: step ?? 0,
      atMs: timestamp,
      runId,
      datasetName: dataset_name,
      datasetDigest: dataset_digest,
    })
  }
  return points
}

function log(
  context: RouteContext,
  runId: string,
  batch: Parameters<typeof logBatch>[2],
  points: readonly ModelMetricPoint[] = [],
): object {
  if (points.length === 0) logBatch(context.store, runId, batch)
  else {
    context.store.transaction(() => {
      logBatch(context.store, runId, batch)
      logModelMetrics(context.store, points)
    })
  }
  context.changed('runs', [runId])
  return {}
}

const post = (path: string, handle: Handle): Route => ({ kind: 'json', method: 'POST', path, handle })

/** What a run logs: metrics, parameters, tags, one by one or in batches. */
export const runLoggingRoutes: readonly Route[] = [
  post('runs/log-metric', logMetric),
  post('runs/log-parameter', logParameter),
  post('runs/set-tag', setTag),
  post('runs/delete-tag', removeTag),
  post('runs/log-batch', logAll),
  post('runs/log-model', logModel),
]
