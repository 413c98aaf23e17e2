import { Problem } from '../base/problem.ts'
import { put } from '../runs/run_data.ts'
import type { Row, Store } from '../store/store.ts'
import { requireModel } from './model_key.ts'
import { checkModelTag, checkTagKey, parseVersion } from './model_name.ts'

/** Where a version stands. MLflow has given stages up for aliases; both are kept. */
export const stages = ['None', 'Staging', 'Production', 'Archived'] as const
/** One of the stages. */
export type Stage = (typeof stages)[number]

/** One version of a registered model. */
export interface ModelVersion {
  name: string
  version: number
  description: string | null
  userId: string | null
  stage: Stage
  /** Where it was registered from, as it was said: a URI of artifacts, a run, a logged model or another version. */
  source: string
  /** Where its files are. */
  storageUri: string
  runId: string | null
  runLink: string | null
  /** The logged model it came from. */
  modelId: string | null
  createdMs: number
  updatedMs: number
  tags: Record<string, string>
  aliases: string[]
}

/** A version was asked for that this store does not hold. */
export class ModelVersionNotFoundError extends Problem {
  constructor(name: string, version: string | number) {
    super('not_found', `Model Version (name=${name}, version=${version}) not found`, {
      details: { name, version },
    })
  }
}

/** What a version is made from. */
export interface NewModelVersion {
  source: string
  storageUri: string
  description?: string
  runId?: string
  runLink?: string
  modelId?: string
  tags?: Readonly<Record<string, string>>
  nowMs: number
}

/**
 * Makes the next version of a registered model.
 * @throws RegisteredModelNotFoundError
 */
export function createModelVersion(store: Store, name: string, wanted: NewModelVersion): ModelVersion {
  const tags = Object.entries(wanted.tags ?? {})
  for (const [key, value] of tags) checkModelTag(key, value)
  return store.transaction(() => {
    const model = requireModel(store, name)
    store.run(
      'UPDATE registered_model SET last_version = last_version + 1, updated_ms = ? WHERE id = ?',
      wanted.nowMs,
      model,
    )
    const id = store.insert(
      `INSERT INTO model_version (model, version, description, stage, source, storage_uri, run_id, run_link, model_id,
         created_ms, updated_ms)
       SELECT id, last_version, ?, 'None', ?, ?, ?, ?, ?, ?, ? FROM registered_model WHERE id = ?`,
      wanted.description ?? null,
      wanted.source,
      wanted.storageUri,
      wanted.runId ?? null,
      wanted.runLink ?? null,
      wanted.modelId ?? null,
      wanted.nowMs,
      wanted.nowMs,
      model,
    )
    for (const [key, value] of tags) writeTag(store, id, key, value)
    return onlyVersion(store, id)
  })
}

/** @throws RegisteredModelNotFoundError, ModelVersionNotFoundError */
export function getModelVersion(store: Store, name: string, version: string): ModelVersion {
  return onlyVersion(store, requireVersion(store, name, version).id)
}

/** @throws RegisteredModelNotFoundError, ModelVersionNotFoundError */
export function describeModelVersion(
  store: Store,
  name: string,
  version: string,
  change: { description: string | null; nowMs: number },
): ModelVersion {
  return store.transaction(() => {
    const { id } = requireVersion(store, name, version)
    store.run(
      'UPDATE model_version SET description = ?, updated_ms = ? WHERE id = ?',
      change.description,
      change.nowMs,
      id,
    )
    return onlyVersion(store, id)
  })
}

/**
 * Puts a version into a stage.
 * @param change.archiveOthers puts those that are in that stage now into Archived; only for Staging and Production
 * @throws RegisteredModelNotFoundError, ModelVersionNotFoundError
 * @throws Problem `parameter_invalid` for an unknown stage
 */
export function transitionModelVersion(
  store: Store,
  name: string,
  version: string,
  change: { stage: string; archiveOthers: boolean; nowMs: number },
): ModelVersion {
  const stage = parseStage(change.stage)
  if (change.archiveOthers && stage !== 'Staging' && stage !== 'Production') {
    throw new Problem(
      'parameter_invalid',
      'Model version transition cannot archive existing model versions because ' +
        `'${change.stage}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
    )
  }
  return store.transaction(() => {
    const { id, model } = requireVersion(store, name, version)
    if (change.archiveOthers) {
      store.run(
        "UPDATE model_version SET stage = 'Archived', updated_ms = ? WHERE model = ? AND stage = ? AND id != ?",
        change.nowMs,
        model,
        stage,
        id,
      )
    }
    store.run('UPDATE model_version SET stage = ?, updated_ms = ? WHERE id = ?', stage, change.nowMs, id)
    touchModel(store, model, change.nowMs)
    return onlyVersion(store, id)
  })
}

/**
 * Removes a version and the aliases that stand for it. Its number is not given again.
 * @throws RegisteredModelNotFoundError, ModelVersionNotFoundError
 */
export function deleteModelVersion(store: Store, name: string, version: string, nowMs: number): void {
  store.transaction(() => {
    const { id, model } = requireVersion(store, name, version)
    store.run('DELETE FROM model_version WHERE id = ?', id)
    touchModel(store, model, nowMs)
  })
}

/** @throws RegisteredModelNotFoundError, ModelVersionNotFoundError */
export function setModelVersionTag(
  store: Store,
  name: string,
  version: string,
  tag: { key: string; value: string },
): void {
  checkModelTag(tag.key, tag.value)
  store.transaction(() => writeTag(store, requireVersion(store, name, version).id, tag.key, tag.value))
}

/**
 * Takes a tag away; nothing happens if it is not there.
 * @throws RegisteredModelNotFoundError, ModelVersionNotFoundError
 */
export function deleteModelVersionTag(store: Store, name: string, version: string, key: string): void {
  checkTagKey(key)
  const { id } = requireVersion(store, name, version)
  store.run('DELETE FROM model_version_tag WHERE version = ? AND key = ?', id, key)
}

/**
 * The newest version in each of these stages; of all stages if none is named.
 * @throws RegisteredModelNotFoundError
 * @throws Problem `parameter_invalid` for an unknown stage
 */
export function getLatestVersions(store: Store, name: string, among: readonly string[]): ModelVersion[] {
  const wanted = (among.length === 0 ? stages : among).map(parseStage)
  const model = requireModel(store, name)
  const rows = store.all(
    `SELECT id, max(version) FROM model_version WHERE model = ? AND stage IN (SELECT value FROM json_each(?))
     GROUP BY stage ORDER BY max(version)`,
    model,
    JSON.stringify(wanted),
  )
  return loadVersions(
    store,
    rows.map((row) => row['id'] as number),
  )
}

/**
 * The number behind a version, and behind its model. A name nobody registered gives the same error as a version
 * nobody made: that is what clients wait for.
 * @throws ModelVersionNotFoundError
 */
export function requireVersion(store: Store, name: string, version: string): { id: number; model: number } {
  const number = parseVersion(version)
  const row = store.get(
    `SELECT v.id, v.model FROM model_version v JOIN registered_model m ON m.id = v.model
     WHERE m.name = ? AND v.version = ?`,
    name,
    number,
  )
  if (row === undefined) throw new ModelVersionNotFoundError(name, number)
  return { id: row['id'] as number, model: row['model'] as number }
}

/** The versions with these numbers, in this order; numbers without a version are left out. */
export function loadVersions(store: Store, ids: readonly number[]): ModelVersion[] {
  const wanted = JSON.stringify(ids)
  const versions = new Map<number, ModelVersion>()
  const among = 'IN (SELECT value FROM json_each(?))'
  const rows = `SELECT v.*, m.name FROM model_version v JOIN registered_model m ON m.id = v.model WHERE v.id ${among}`
  for (const row of store.all(rows, wanted)) versions.set(row['id'] as number, readVersion(row))
  for (const row of store.all(`SELECT * FROM model_version_tag WHERE version ${among}`, wanted)) {
    const version = versions.get(row['version'] as number)
    if (version !== undefined) put(version.tags, row['key'] as string, row['value'] as string)
  }
  const aliases = `SELECT version, alias FROM model_alias WHERE version ${among} ORDER BY alias`
  for (const row of store.all(aliases, wanted)) {
    versions.get(row['version'] as number)?.aliases.push(row['alias'] as string)
  }
  return ids.map((id) => versions.get(id)).filter((version) => version !== undefined)
}

/** @throws Problem `parameter_invalid` */
function parseStage(text: string): Stage {
  const stage = stages.find((known) => known.toLowerCase() === text.toLowerCase())
  if (stage !== undefined) return stage
  throw new Problem(
    'parameter_invalid',
    `Invalid Model Version stage: ${text}. Value must be one of ${stages.join(', ')}.`,
  )
}

function readVersion(row: Row): ModelVersion {
  return {
    name: row['name'] as string,
    version: row['version'] as number,
    description: row['description'] as string | null,
    userId: row['user_id'] as string | null,
    stage: row['stage'] as Stage,
    source: row['source'] as string,
    storageUri: row['storage_uri'] as string,
    runId: row['run_id'] as string | null,
    runLink: row['run_link'] as string | null,
    modelId: row['model_id'] as string | null,
    createdMs: row['created_ms'] as number,
    updatedMs: row['updated_ms'] as number,
    tags: {},
    aliases: [],
  }
}

function onlyVersion(store: Store, id: number): ModelVersion {
  const version = loadVersions(store, [id])[0]
  if (version === undefined) throw new RangeError(`Cannot read model version ${id}: it was just written`)
  return version
}

function touchModel(store: Store, model: number, nowMs: number): void {
  store.run('UPDATE registered_model SET updated_ms = ? WHERE id = ?', nowMs, model)
}

function writeTag(store: Store, version: number, key: string, value: string): void {
  store.run(
    'INSERT INTO model_version_tag (version, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    version,
    key,
    value,
  )
}
