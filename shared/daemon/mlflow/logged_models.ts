import {
  createLoggedModel,
  deleteLoggedModel,
  deleteLoggedModelTag,
  finishLoggedModel,
  getLoggedModel,
  logModelParams,
  setLoggedModelTags,
} from '../../models/logged_model.ts'
import type { LoggedModelStatus } from '../../models/logged_model_data.ts'
import { searchLoggedModels, type LoggedModelOrder } from '../../models/logged_model_search.ts'
import { checkExperimentId } from './limits.ts'
import { loggedModelJson } from './model_json.ts'
import { listed, pairs, recordOf } from './pairs.ts'
import type { JsonRoute, Route } from './route.ts'
import { atMost } from './search_limit.ts'
import { bool, integer, listOf, objectOf, readParams, required, text, type Field } from './validation.ts'

type Handle = JsonRoute['handle']

const modelId = { model_id: required(text) }

const create: Handle = (context, raw) => {
  const params = readParams(raw, {
    experiment_id: required(text),
    name: text,
    model_type: text,
    source_run_id: text,
    params: pairs,
    tags: pairs,
  })
  const given = (value: string | undefined): value is string => value !== undefined && value !== ''
  const model = createLoggedModel(context.store, {
    experimentId: checkExperimentId(params.experiment_id),
    params: recordOf(params.params),
    tags: recordOf(params.tags),
    nowMs: context.clock.nowMs(),
    ...(given(params.name) ? { name: params.name } : {}),
    ...(given(params.model_type) ? { modelType: params.model_type } : {}),
    ...(given(params.source_run_id) ? { sourceRunId: params.source_run_id } : {}),
  })
  context.changed('models', [model.id])
  return { model: loggedModelJson(model) }
}

const get: Handle = ({ store }, raw) => {
  const params = readParams(raw, { ...modelId, allow_deleted: bool })
  const model = getLoggedModel(store, params.model_id, { allowDeleted: params.allow_deleted ?? false })
  return { model: loggedModelJson(model) }
}

const remove: Handle = (context, raw) => {
  const params = readParams(raw, modelId)
  deleteLoggedModel(context.store, params.model_id, context.clock.nowMs())
  context.changed('models', [params.model_id])
  return {}
}

/** The enum's numbers, which some clients send instead of its names. */
const statuses: readonly (readonly [number, string, LoggedModelStatus])[] = [
  [1, 'LOGGED_MODEL_PENDING', 'PENDING'],
  [2, 'LOGGED_MODEL_READY', 'READY'],
  [3, 'LOGGED_MODEL_UPLOAD_FAILED', 'UPLOAD_FAILED'],
]
const status: Field<LoggedModelStatus, false> = {
  read: (value) =>
    statuses.find(([number, name]) => value === name || value === number || value === String(number))?.[2],
  required: false,
}

const finish: Handle = (context, raw) => {
  const params = readParams(raw, { ...modelId, status: required(status) })
  const model = finishLoggedModel(context.store, params.model_id, {
    status: params.status,
    nowMs: context.clock.nowMs(),
  })
  context.changed('models', [params.model_id])
  return { model: loggedModelJson(model) }
}

const logParams: Handle = (context, raw) => {
  const params = readParams(raw, { ...modelId, params: pairs })
  logModelParams(context.store, params.model_id, recordOf(params.params))
  context.changed('models', [params.model_id])
  return {}
}

const setTags: Handle = (context, raw) => {
  const params = readParams(raw, { ...modelId, tags: pairs })
  setLoggedModelTags(context.store, params.model_id, recordOf(params.tags))
  context.changed('models', [params.model_id])
  return {}
}

const deleteTag: Handle = (context, raw) => {
  const params = readParams(raw, { ...modelId, tag_key: required(text) })
  deleteLoggedModelTag(context.store, params.model_id, params.tag_key)
  context.changed('models', [params.model_id])
  return {}
}

const datasetShape = { dataset_name: required(text), dataset_digest: text }
const order = { field_name: required(text), ascending: bool, dataset_name: text, dataset_digest: text }

const search: Handle = ({ store }, raw) => {
  const params = readParams(raw, {
    experiment_ids: required(listOf(text)),
    filter: text,
    datasets: listOf(objectOf(datasetShape)),
    max_results: integer,
    order_by: listOf(objectOf(order)),
    page_token: text,
  })
  const orderBy = (params.order_by ?? []).map((term): LoggedModelOrder => {
    const name = emptyToUndefined(term.dataset_name)
    const digest = emptyToUndefined(term.dataset_digest)
    const dataset = name === undefined && digest === undefined ? undefined : { name, digest }
    return { field: term.field_name, ascending: term.ascending, dataset }
  })
  const { models, nextPageToken } = searchLoggedModels(store, {
    experimentIds: params.experiment_ids,
    filter: params.filter ?? '',
    datasets: (params.datasets ?? []).map((each) => ({
      name: each.dataset_name,
      digest: emptyToUndefined(each.dataset_digest),
    })),
    orderBy,
    maxResults: atMost(params.max_results, { limit: 1000, fallback: 100 }),
    ...(params.page_token === undefined ? {} : { pageToken: params.page_token }),
  })
  return { models: listed(models.map(loggedModelJson)), next_page_token: nextPageToken ?? undefined }
}

function emptyToUndefined(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}

/** Models as runs leave them behind. Their artifacts stand in artifacts.ts. */
export const loggedModelRoutes: readonly Route[] = [
  { kind: 'json', method: 'POST', path: 'logged-models', handle: create },
  { kind: 'json', method: 'POST', path: 'logged-models/search', handle: search },
  { kind: 'json', method: 'GET', path: 'logged-models/:model_id', handle: get },
  { kind: 'json', method: 'DELETE', path: 'logged-models/:model_id', handle: remove },
  { kind: 'json', method: 'PATCH', path: 'logged-models/:model_id', handle: finish },
  { kind: 'json', method: 'POST', path: 'logged-models/:model_id/params', handle: logParams },
  { kind: 'json', method: 'PATCH', path: 'logged-models/:model_id/tags', handle: setTags },
  { kind: 'json', method: 'DELETE', path: 'logged-models/:model_id/tags/:tag_key', handle: deleteTag },
]
