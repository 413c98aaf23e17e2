import { createRun, deleteRun, getRun, restoreRun, updateRun } from '../../runs/run.ts'
import { searchRuns, type RunPage } from '../../runs/search.ts'
import { checkExperimentId, checkMaxResults, fitTag, limits } from './limits.ts'
import type { JsonRoute, Route } from './route.ts'
import { runInfoJson, runJson } from './run_json.ts'
import {
  integer,
  invalidValue,
  listOf,
  objectOf,
  oneOf,
  readParams,
  required,
  text,
  textOrEmpty,
} from './validation.ts'
import { readView, viewType } from './view_type.ts'

type Handle = JsonRoute['handle']

const byId = { run_id: required(text) }

const create: Handle = (context, params) => {
  const read = readParams(params, {
    experiment_id: text,
    user_id: text,
    run_name: text,
    start_time: integer,
    tags: listOf(objectOf({ key: textOrEmpty, value: textOrEmpty })),
  })
  const tags = (read.tags ?? []).map(({ key = '', value = '' }) => [key, fitTag(key, value, 'tags')] as const)
  const run = createRun(context.store, {
    experimentId: checkExperimentId(
      read.experiment_id === undefined || read.experiment_id === '' ? '0' : read.experiment_id,
    ),
    userId: read.user_id ?? '',
    name: read.run_name ?? '',
    startMs: read.start_time ?? context.clock.nowMs(),
    tags: Object.fromEntries(tags),
  })
  context.caller.runCreated?.(run.id)
  context.changed('runs', [run.id])
  return { run: runJson(run) }
}

const update: Handle = (context, params) => {
  const read = readParams(params, {
    ...byId,
    status: oneOf('RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'),
    end_time: integer,
    run_name: text,
  })
  const run = updateRun(context.store, read.run_id, {
    ...(read.status === undefined ? {} : { status: read.status }),
    ...(read.end_time === undefined ? {} : { endMs: read.end_time }),
    ...(read.run_name === undefined ? {} : { name: read.run_name }),
  })
  context.changed('runs', [run.id])
  return { run_info: runInfoJson(run) }
}

const remove: Handle = (context, params) => {
  const id = readParams(params, byId).run_id
  deleteRun(context.store, id, context.clock.nowMs())
  context.changed('runs', [id])
  return {}
}

const restore: Handle = (context, params) => {
  const id = readParams(params, byId).run_id
  restoreRun(context.store, id)
  context.changed('runs', [id])
  return {}
}

const get: Handle = (context, params) => ({
  run: runJson(getRun(context.store, readParams(params, byId).run_id)),
})

const search: Handle = (context, params) => {
  const read = readParams(params, {
    experiment_ids: listOf(text),
    filter: text,
    run_view_type: viewType,
    max_results: integer,
    order_by: listOf(text),
    page_token: text,
  })
  const maxResults = read.max_results ?? 1000
  if (maxResults > limits.searchResults) {
    throw invalidValue(
      'max_results',
      maxResults,
      " Hint: Value was of type 'int'. See the API docs for more information about request parameters.",
    )
  }
  checkMaxResults(maxResults)
  const wanted = {
    experimentIds: (read.experiment_ids ?? []).map(checkExperimentId),
    filter: read.filter ?? '',
    orderBy: read.order_by ?? [],
    pageToken: read.page_token ?? '',
    view: readView(read.run_view_type),
    maxResults,
  }
  if (context.searcher === undefined) return pageJson(searchRuns(context.store, wanted))
  return context.searcher.search(wanted).then(pageJson)
}

function pageJson(page: RunPage): object {
  return { runs: page.runs.map(runJson), next_page_token: page.nextPageToken ?? undefined }
}

const post = (path: string, handle: Handle): Route => ({ kind: 'json', method: 'POST', path, handle })

/** Runs: made, changed, found, put into the trash and taken out again. */
export const runRoutes: readonly Route[] = [
  post('runs/create', create),
  post('runs/update', update),
  post('runs/delete', remove),
  post('runs/restore', restore),
  { kind: 'json', method: 'GET', path: 'runs/get', handle: get },
  post('runs/search', search),
]
