import { listDatasets, logInputs, logOutputs } from '../../runs/dataset.ts'
import type { DatasetInput } from '../../runs/run_data.ts'
import { checkExperimentId, checkLength, checkRunId, limits, refuse } from './limits.ts'
import type { JsonRoute, Route } from './route.ts'
import { int64, listOf, objectOf, readParams, required, text, type Params } from './validation.ts'

type Handle = JsonRoute['handle']

const datasetShape = {
  name: text,
  digest: text,
  source_type: text,
  source: text,
  schema: text,
  profile: text,
}
const inputShape = { tags: listOf(objectOf({ key: text, value: text })), dataset: objectOf(datasetShape) }

const inputs: Handle = (context, params) => {
  const read = readParams(params, {
    run_id: required(text),
    datasets: listOf(objectOf(inputShape)),
    models: listOf(objectOf({ model_id: required(text) })),
  })
  checkRunId(read.run_id)
  logInputs(context.store, read.run_id, {
    datasets: (read.datasets ?? []).map(readInput),
    models: (read.models ?? []).map((model) => model.model_id),
  })
  context.changed('runs', [read.run_id])
  return {}
}

function readInput(input: Params<typeof inputShape>): DatasetInput {
  const { name, digest, source_type: sourceType, source, schema, profile } = input.dataset ?? {}
  if (name === undefined) throw refuse('Dataset name cannot be None')
  if (digest === undefined) throw refuse('Dataset digest cannot be None')
  if (sourceType === undefined) throw refuse('Dataset source_type cannot be None')
  if (source === undefined) throw refuse('Dataset source cannot be None')
  checkLength('name', limits.datasetNameLength, name)
  checkLength('digest', limits.datasetDigestLength, digest)
  checkLength('source', limits.datasetSourceLength, source)
  checkLength('schema', limits.datasetSchemaLength, schema)
  checkLength('profile', limits.datasetProfileLength, profile)
  const tags = (input.tags ?? []).map(({ key, value }) => {
    if (key === undefined) throw refuse('InputTag key cannot be None')
    if (value === undefined) throw refuse('InputTag value cannot be None')
    checkLength('key', limits.inputTagKeyLength, key)
    checkLength('value', limits.inputTagValueLength, value)
    return [key, value] as const
  })
  return {
    name,
    digest,
    sourceType,
    source,
    schema: schema ?? null,
    profile: profile ?? null,
    tags: Object.fromEntries(tags),
  }
}

const outputs: Handle = (context, params) => {
  const read = readParams(params, {
    run_id: required(text),
    models: required(listOf(objectOf({ model_id: required(text), step: int64 }))),
  })
  const models = read.models.map(({ model_id, step }) => ({ modelId: model_id, step: step ?? 0 }))
  logOutputs(context.store, read.run_id, models)
  context.changed('runs', [read.run_id])
  return {}
}

const search: Handle = (context, params) => {
  const ids = readParams(params, { experiment_ids: listOf(text) }).experiment_ids ?? []
  if (ids.length === 0) throw refuse('SearchDatasets request must specify at least one experiment_id.')
  if (ids.length > 20) {
    throw refuse(
      `SearchDatasets request cannot specify more than 20 experiment_ids. Received ${ids.length} experiment_ids.`,
    )
  }
  const summaries = listDatasets(context.store, ids.map(checkExperimentId))
  return {
    dataset_summaries: summaries.map(({ experimentId, name, digest, context: used }) => ({
      experiment_id: experimentId,
      name,
      digest,
      context: used ?? undefined,
    })),
  }
}

const post = (path: string, handle: Handle): Route => ({ kind: 'json', method: 'POST', path, handle })

/** What went into runs and what came out: data sets and logged models. */
export const datasetRoutes: readonly Route[] = [
  post('runs/log-inputs', inputs),
  post('runs/outputs', outputs),
  post('experiments/search-datasets', search),
]
