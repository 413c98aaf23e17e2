import { resolve } from 'node:path'
import {
  createExperiment,
  deleteExperiment,
  deleteExperimentTag,
  findExperimentByName,
  getExperiment,
  renameExperiment,
  restoreExperiment,
  setExperimentTag,
} from '../../runs/experiment.ts'
import { searchExperiments } from '../../runs/search_experiments.ts'
import {
  checkExperimentId,
  checkExperimentName,
  checkExperimentTag,
  checkMaxResults,
  refuse,
} from './limits.ts'
import { MlflowProblem } from './problem.ts'
import type { JsonRoute, Route, RouteContext } from './route.ts'
import { experimentJson } from './run_json.ts'
import { integer, listOf, objectOf, readParams, required, text, textOrEmpty } from './validation.ts'
import { readView, viewType } from './view_type.ts'

type Handle = JsonRoute['handle']

const byId = { experiment_id: required(text) }

const create: Handle = (context, params) => {
  const { name, artifact_location, tags } = readParams(params, {
    name: required(text),
    artifact_location: text,
    tags: listOf(objectOf({ key: textOrEmpty, value: textOrEmpty })),
  })
  checkExperimentName(name)
  const texts = (tags ?? []).map(({ key, value }) => [key ?? '', value ?? ''] as const)
  for (const [key, value] of texts) checkExperimentTag(key, value)
  const id = createExperiment(context.store, {
    name,
    ...(artifact_location === undefined || artifact_location === ''
      ? {}
      : { artifactLocation: absoluteLocation(artifact_location) }),
    tags: Object.fromEntries(texts),
    nowMs: context.clock.nowMs(),
  })
  context.changed('experiments', [id])
  return { experiment_id: id }
}

/** A relative path means the folder of this process, as with MLflow's server; clients run in other folders. */
function absoluteLocation(location: string): string {
  if (/[#;]/.test(location)) throw refuse("'artifact_location' URL can't include fragments or params.")
  if (/\?.*(\.\.|%2e)/is.test(location)) throw refuse('Invalid query string')
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(location) ? location : resolve(location)
}

const get: Handle = (context, params) => {
  const id = checkExperimentId(readParams(params, byId).experiment_id)
  return { experiment: experimentJson(getExperiment(context.store, id)) }
}

const getByName: Handle = (context, params) => {
  const name = readParams(params, { experiment_name: required(text) }).experiment_name
  const experiment = findExperimentByName(context.store, name)
  if (experiment !== null) return { experiment: experimentJson(experiment) }
  throw new MlflowProblem('RESOURCE_DOES_NOT_EXIST', `Could not find experiment with name '${name}'`)
}

const search: Handle = (context, params) => {
  const read = readParams(params, {
    max_results: integer,
    page_token: text,
    filter: text,
    order_by: listOf(text),
    view_type: viewType,
  })
  const maxResults = read.max_results ?? 1000
  checkMaxResults(maxResults)
  const found = searchExperiments(context.store, {
    maxResults,
    filter: read.filter ?? '',
    orderBy: read.order_by ?? [],
    pageToken: read.page_token ?? '',
    view: readView(read.view_type),
  })
  return {
    experiments: found.experiments.map(experimentJson),
    next_page_token: found.nextPageToken ?? undefined,
  }
}

/** Something done to one experiment that answers nothing. */
function change(work: (context: RouteContext, id: string, nowMs: number) => void): Handle {
  return (context, params) => {
    const id = checkExperimentId(readParams(params, byId).experiment_id)
    work(context, id, context.clock.nowMs())
    context.changed('experiments', [id])
    return {}
  }
}

const rename: Handle = (context, params) => {
  const read = readParams(params, { ...byId, new_name: required(text) })
  checkExperimentName(read.new_name)
  const id = checkExperimentId(read.experiment_id)
  if (getExperiment(context.store, id).deletedMs !== null) {
    throw new MlflowProblem('INVALID_STATE', 'Cannot rename a non-active experiment.')
  }
  renameExperiment(context.store, id, { name: read.new_name, nowMs: context.clock.nowMs() })
  context.changed('experiments', [id])
  return {}
}

const setTag: Handle = (context, params) => {
  const read = readParams(params, { ...byId, key: required(text), value: textOrEmpty })
  checkExperimentTag(read.key, read.value ?? '')
  const id = checkExperimentId(read.experiment_id)
  setExperimentTag(context.store, id, { key: read.key, value: read.value ?? '' })
  context.changed('experiments', [id])
  return {}
}

const deleteTag: Handle = (context, params) => {
  const read = readParams(params, { ...byId, key: required(text) })
  const id = checkExperimentId(read.experiment_id)
  deleteExperimentTag(context.store, id, read.key)
  context.changed('experiments', [id])
  return {}
}

const post = (path: string, handle: Handle): Route => ({ kind: 'json', method: 'POST', path, handle })

/** Experiments: made, found, renamed, tagged, put into the trash and taken out again. */
export const experimentRoutes: readonly Route[] = [
  post('experiments/create', create),
  { kind: 'json', method: 'GET', path: 'experiments/get', handle: get },
  { kind: 'json', method: 'GET', path: 'experiments/get-by-name', handle: getByName },
  { kind: 'json', method: 'GET', path: 'experiments/search', handle: search },
  post('experiments/search', search),
  post(
    'experiments/delete',
    change((context, id, nowMs) => deleteExperiment(context.store, id, nowMs)),
  ),
  post(
    'experiments/restore',
    change((context, id, nowMs) => restoreExperiment(context.store, id, nowMs)),
  ),
  post('experiments/update', rename),
  post('experiments/set-experiment-tag', setTag),
  post('experiments/delete-experiment-tag', deleteTag),
]
