import { searchRegisteredModels } from '../../models/model_search.ts'
import { getLatestVersions } from '../../models/model_version.ts'
import {
  createRegisteredModel,
  deleteModelAlias,
  deleteRegisteredModel,
  deleteRegisteredModelTag,
  describeRegisteredModel,
  getRegisteredModel,
  getVersionByAlias,
  renameRegisteredModel,
  setModelAlias,
  setRegisteredModelTag,
} from '../../models/registered_model.ts'
import { modelVersionJson, registeredModelJson } from './model_json.ts'
import { listed, pairs, recordOf } from './pairs.ts'
import { readModelSearch } from './registry_search.ts'
import type { JsonRoute, Route, RouteContext } from './route.ts'
import { listOf, readParams, required, text, textOrEmpty } from './validation.ts'

type Handle = JsonRoute['handle']

const create: Handle = (context, raw) => {
  const params = readParams(raw, { name: required(text), tags: pairs, description: textOrEmpty })
  const model = createRegisteredModel(context.store, {
    name: params.name,
    tags: recordOf(params.tags),
    nowMs: context.clock.nowMs(),
    ...(params.description === undefined ? {} : { description: params.description }),
  })
  tell(context, params.name)
  return { registered_model: registeredModelJson(model) }
}

const rename: Handle = (context, raw) => {
  const params = readParams(raw, { name: required(text), new_name: required(text) })
  const change = { newName: params.new_name, nowMs: context.clock.nowMs() }
  const model = renameRegisteredModel(context.store, params.name, change)
  tell(context, params.name, params.new_name)
  return { registered_model: registeredModelJson(model) }
}

const update: Handle = (context, raw) => {
  const params = readParams(raw, { name: required(text), description: textOrEmpty })
  const change = { description: params.description ?? '', nowMs: context.clock.nowMs() }
  const model = describeRegisteredModel(context.store, params.name, change)
  tell(context, params.name)
  return { registered_model: registeredModelJson(model) }
}

const remove: Handle = (context, raw) => {
  const { name } = readParams(raw, { name: required(text) })
  deleteRegisteredModel(context.store, name)
  tell(context, name)
  return {}
}

const get: Handle = ({ store }, raw) => {
  const { name } = readParams(raw, { name: required(text) })
  return { registered_model: registeredModelJson(getRegisteredModel(store, name)) }
}

const search: Handle = ({ store }, raw) => {
  const wanted = readModelSearch(raw, { limit: 1000, fallback: 100 })
  const { models, nextPageToken } = searchRegisteredModels(store, wanted)
  return {
    registered_models: listed(models.map(registeredModelJson)),
    next_page_token: nextPageToken ?? undefined,
  }
}

const latestVersions: Handle = ({ store }, raw) => {
  const params = readParams(raw, { name: required(text), stages: listOf(text) })
  const versions = getLatestVersions(store, params.name, params.stages ?? [])
  return { model_versions: listed(versions.map(modelVersionJson)) }
}

const setTag: Handle = (context, raw) => {
  const params = readParams(raw, { name: required(text), key: required(text), value: textOrEmpty })
  setRegisteredModelTag(context.store, params.name, { key: params.key, value: params.value ?? '' })
  tell(context, params.name)
  return {}
}

const deleteTag: Handle = (context, raw) => {
  const params = readParams(raw, { name: required(text), key: required(text) })
  deleteRegisteredModelTag(context.store, params.name, params.key)
  tell(context, params.name)
  return {}
}

const setAlias: Handle = (context, raw) => {
  const params = readParams(raw, { name: required(text), alias: required(text), version: required(text) })
  setModelAlias(context.store, params.name, { alias: params.alias, version: params.version })
  tell(context, params.name)
  return {}
}

const deleteAlias: Handle = (context, raw) => {
  const params = readParams(raw, { name: required(text), alias: required(text) })
  deleteModelAlias(context.store, params.name, params.alias)
  tell(context, params.name)
  return {}
}

const getByAlias: Handle = ({ store }, raw) => {
  const params = readParams(raw, { name: required(text), alias: required(text) })
  return { model_version: modelVersionJson(getVersionByAlias(store, params.name, params.alias)) }
}

function tell(context: RouteContext, ...names: string[]): void {
  context.changed('models', names)
}

/** The names under which models are known, with their tags and aliases. */
export const registeredModelRoutes: readonly Route[] = [
  { kind: 'json', method: 'POST', path: 'registered-models/create', handle: create },
  { kind: 'json', method: 'POST', path: 'registered-models/rename', handle: rename },
  { kind: 'json', method: 'PATCH', path: 'registered-models/update', handle: update },
  { kind: 'json', method: 'DELETE', path: 'registered-models/delete', handle: remove },
  { kind: 'json', method: 'GET', path: 'registered-models/get', handle: get },
  { kind: 'json', method: 'GET', path: 'registered-models/search', handle: search },
  { kind: 'json', method: 'GET', path: 'registered-models/get-latest-versions', handle: latestVersions },
  { kind: 'json', method: 'POST', path: 'registered-models/get-latest-versions', handle: latestVersions },
  { kind: 'json', method: 'POST', path: 'registered-models/set-tag', handle: setTag },
  { kind: 'json', method: 'DELETE', path: 'registered-models/delete-tag', handle: deleteTag },
  { kind: 'json', method: 'POST', path: 'registered-models/alias', handle: setAlias },
  { kind: 'json', method: 'DELETE', path: 'registered-models/alias', handle: deleteAlias },
  { kind: 'json', method: 'GET', path: 'registered-models/alias', handle: getByAlias },
]
