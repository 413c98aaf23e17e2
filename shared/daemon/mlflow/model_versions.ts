import { searchModelVersions } from '../../models/model_search.ts'
import { resolveModelSource, type ResolvedSource, type WantedSource } from '../../models/model_source.ts'
import {
  createModelVersion,
  deleteModelVersion,
  deleteModelVersionTag,
  describeModelVersion,
  getModelVersion,
  setModelVersionTag,
  transitionModelVersion,
  type ModelVersion,
} from '../../models/model_version.ts'
import { getLoggedModel, setLoggedModelTags } from '../../models/logged_model.ts'
import { isPrompt } from '../../models/registered_model.ts'
import type { Store } from '../../store/store.ts'
import { modelVersionJson } from './model_json.ts'
import { listed, pairs, recordOf } from './pairs.ts'
import { readModelSearch } from './registry_search.ts'
import type { JsonRoute, Route } from './route.ts'
import { bool, readParams, required, text, textOrEmpty } from './validation.ts'

type Handle = JsonRoute['handle']

const nameAndVersion = { name: required(text), version: required(text) }

const create: Handle = (context, raw) => {
  const { store } = context
  const params = readParams(raw, {
    name: required(text),
    source: required(text),
    run_id: text,
    tags: pairs,
    run_link: text,
    description: textOrEmpty,
    model_id: text,
  })
  const tags = recordOf(params.tags)
  const wanted: WantedSource = {
    source: params.source,
    runId: params.run_id === '' ? undefined : params.run_id,
    modelId: params.model_id === '' ? undefined : params.model_id,
  }
  const version = store.transaction(() => {
    // A prompt's text stands in its tags; it has no files.
    const found: ResolvedSource = isPrompt(tags)
      ? { storageUri: wanted.source, runId: wanted.runId }
      : resolveModelSource(store, wanted)
    const made = createModelVersion(store, params.name, {
      source: params.source,
      storageUri: found.storageUri,
      tags,
      nowMs: context.clock.nowMs(),
      ...(params.description === undefined ? {} : { description: params.description }),
      ...(found.runId === undefined ? {} : { runId: found.runId }),
      ...(params.run_link === undefined ? {} : { runLink: params.run_link }),
      ...(wanted.modelId === undefined ? {} : { modelId: wanted.modelId }),
    })
    if (wanted.modelId !== undefined) noteAtLoggedModel(store, wanted.modelId, made)
    return made
  })
  context.changed('models', [params.name])
  return { model_version: modelVersionJson(version) }
}

/** MLflow's clients look at a logged model's tag to see where it is registered. */
function noteAtLoggedModel(store: Store, modelId: string, { name, version }: ModelVersion): void {
  const tag = 'mlflow.modelVersions'
  let known: unknown
  try {
    known = JSON.parse(getLoggedModel(store, modelId, { allowDeleted: true }).tags[tag] ?? '[]')
  } catch {
    known = []
  }
  const all = [
    ...(Array.isArray(known) ? (known as { name: string; version: number }[]) : []),
    { name, version },
  ]
  // Written as Python writes it, blanks and all: clients compare the text.
  const texts = all.map((each) => `{"name": ${JSON.stringify(each.name)}, "version": ${each.version}}`)
  setLoggedModelTags(store, modelId, { [tag]: `[${texts.join(', ')}]` })
}

const update: Handle = (context, raw) => {
  const params = readParams(raw, { ...nameAndVersion, description: text })
  const change = { description: params.description ?? null, nowMs: context.clock.nowMs() }
  const version = describeModelVersion(context.store, params.name, params.version, change)
  context.changed('models', [params.name])
  return { model_version: modelVersionJson(version) }
}

const transition: Handle = (context, raw) => {
  const params = readParams(raw, {
    ...nameAndVersion,
    stage: required(text),
    archive_existing_versions: bool,
  })
  const version = transitionModelVersion(context.store, params.name, params.version, {
    stage: params.stage,
    archiveOthers: params.archive_existing_versions ?? false,
    nowMs: context.clock.nowMs(),
  })
  context.changed('models', [params.name])
  return { model_version: modelVersionJson(version) }
}

const remove: Handle = (context, raw) => {
  const { name, version } = readParams(raw, nameAndVersion)
  deleteModelVersion(context.store, name, version, context.clock.nowMs())
  context.changed('models', [name])
  return {}
}

const get: Handle = ({ store }, raw) => {
  const { name, version } = readParams(raw, nameAndVersion)
  return { model_version: modelVersionJson(getModelVersion(store, name, version)) }
}

const downloadUri: Handle = ({ store }, raw) => {
  const { name, version } = readParams(raw, nameAndVersion)
  return { artifact_uri: getModelVersion(store, name, version).storageUri }
}

const search: Handle = ({ store }, raw) => {
  const wanted = readModelSearch(raw, { limit: 200_000, fallback: 10_000 })
  const { versions, nextPageToken } = searchModelVersions(store, wanted)
  return {
    model_versions: listed(versions.map(modelVersionJson)),
    next_page_token: nextPageToken ?? undefined,
  }
}

const setTag: Handle = (context, raw) => {
  const params = readParams(raw, { ...nameAndVersion, key: required(text), value: textOrEmpty })
  const tag = { key: params.key, value: params.value ?? '' }
  setModelVersionTag(context.store, params.name, params.version, tag)
  context.changed('models', [params.name])
  return {}
}

const deleteTag: Handle = (context, raw) => {
  const params = readParams(raw, { ...nameAndVersion, key: required(text) })
  deleteModelVersionTag(context.store, params.name, params.version, params.key)
  context.changed('models', [params.name])
  return {}
}

/** The versions of registered models. */
export const modelVersionRoutes: readonly Route[] = [
  { kind: 'json', method: 'POST', path: 'model-versions/create', handle: create },
  { kind: 'json', method: 'PATCH', path: 'model-versions/update', handle: update },
  { kind: 'json', method: 'POST', path: 'model-versions/transition-stage', handle: transition },
  { kind: 'json', method: 'DELETE', path: 'model-versions/delete', handle: remove },
  { kind: 'json', method: 'GET', path: 'model-versions/get', handle: get },
  { kind: 'json', method: 'GET', path: 'model-versions/search', handle: search },
  { kind: 'json', method: 'GET', path: 'model-versions/get-download-uri', handle: downloadUri },
  { kind: 'json', method: 'POST', path: 'model-versions/set-tag', handle: setTag },
  { kind: 'json', method: 'DELETE', path: 'model-versions/delete-tag', handle: deleteTag },
]
