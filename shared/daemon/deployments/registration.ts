import { createModelVersion, type ModelVersion } from '../../models/model_version.ts'
import { createRegisteredModel, setModelAlias } from '../../models/registered_model.ts'
import { findModel as findModelKey } from '../../models/model_key.ts'
import { searchModelVersions } from '../../models/model_search.ts'
import type { Store } from '../../store/store.ts'
import type { FoundModel } from './model_reference.ts'

/** Where versions are registered. */
export interface Registry {
  store: Store
  nowMs: number
  /** Why a new model is there. */
  description?: string
}

/**
 * The registered version of a model that was found: the one that there is, or a new one under the name given,
 * with the run it came from. Null for a folder, whose files are not ours.
 */
export function registerModel(
  { store, nowMs, description }: Registry,
  found: FoundModel,
  name: string,
): { name: string; version: number } | null {
  if (found.registered !== null) return found.registered
  if (found.runId === null) return null
  const known = versionOf(store, name, found.uri)
  if (known !== null) return known
  if (findModelKey(store, name) === undefined)
    createRegisteredModel(store, {
      name,
      nowMs,
      description: description ?? `Deployed by Daybook as "${name}"`,
    })
  const made = createModelVersion(store, name, {
    source: found.uri,
    storageUri: found.uri,
    runId: found.runId,
    ...(found.modelId === null ? {} : { modelId: found.modelId }),
    ...(found.notebook === null ? {} : { tags: { 'daybook.notebook': found.notebook } }),
    nowMs,
  })
  return { name: made.name, version: made.version }
}

/** Lets the alias `champion` point to a version that users now get; false if the model is not registered. */
export function markChampion(store: Store, modelUri: string): boolean {
  const [, name, version] = /^models:\/([^/]+)\/(\d+)$/.exec(modelUri) ?? []
  if (name === undefined || version === undefined) return false
  setModelAlias(store, name, { alias: 'champion', version })
  return true
}

function versionOf(store: Store, name: string, source: string): { name: string; version: number } | null {
  const filter = `name = '${name}'`
  const found: ModelVersion | undefined = searchModelVersions(store, {
    filter,
    maxResults: 1000,
  }).versions.find((one) => one.source === source)
  return found === undefined ? null : { name: found.name, version: found.version }
}
