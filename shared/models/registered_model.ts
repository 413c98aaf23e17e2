import { Problem } from '../base/problem.ts'
import { put } from '../runs/run_data.ts'
import type { Row, Store } from '../store/store.ts'
import { findModel, RegisteredModelNotFoundError, requireModel } from './model_key.ts'
import { checkAlias, checkAliasIsFree, checkModelName, checkModelTag, checkTagKey } from './model_name.ts'
import { loadVersions, requireVersion, type ModelVersion } from './model_version.ts'

/** A model under a name that people and programs use; what stands behind it are its versions. */
export interface RegisteredModel {
  name: string
  description: string | null
  createdMs: number
  updatedMs: number
  tags: Record<string, string>
  /** Versions by alias. */
  aliases: Record<string, number>
  /** The newest version of each stage. */
  latestVersions: ModelVersion[]
}

/** MLflow keeps prompts among the registered models, told apart by this tag. */
export const promptTag = 'mlflow.prompt.is_prompt'

/**
 * @throws Problem `conflict` if the name is taken, `parameter_invalid` if it cannot be one
 */
export function createRegisteredModel(
  store: Store,
  wanted: { name: string; description?: string; tags?: Readonly<Record<string, string>>; nowMs: number },
): RegisteredModel {
  const { name, nowMs } = wanted
  const tags = Object.entries(wanted.tags ?? {})
  checkModelName(name)
  for (const [key, value] of tags) checkModelTag(key, value)
  return store.transaction(() => {
    if (findModel(store, name) !== undefined) throw nameTaken(store, name, isPrompt(wanted.tags ?? {}))
    const id = store.insert(
      'INSERT INTO registered_model (name, description, created_ms, updated_ms) VALUES (?, ?, ?, ?)',
      name,
      wanted.description ?? null,
      nowMs,
      nowMs,
    )
    for (const [key, value] of tags) writeTag(store, id, key, value)
    return getRegisteredModel(store, name)
  })
}

/** @throws RegisteredModelNotFoundError */
export function getRegisteredModel(store: Store, name: string): RegisteredModel {
  checkModelName(name)
  const row = store.get('SELECT * FROM registered_model WHERE name = ?', name)
  const model = row === undefined ? undefined : readModels(store, [row])[0]
  if (model === undefined) throw new RegisteredModelNotFoundError(name)
  return model
}

/** @throws RegisteredModelNotFoundError */
export function describeRegisteredModel(
  store: Store,
  name: string,
  change: { description: string | null; nowMs: number },
): RegisteredModel {
  return store.transaction(() => {
    const id = requireModel(store, name)
    store.run(
      'UPDATE registered_model SET description = ?, updated_ms = ? WHERE id = ?',
      change.description,
      change.nowMs,
      id,
    )
    return getRegisteredModel(store, name)
  })
}

/**
 * Gives a model another name; its versions go with it.
 * @throws RegisteredModelNotFoundError
 * @throws Problem `conflict` if the new name is taken
 */
export function renameRegisteredModel(
  store: Store,
  name: string,
  change: { newName: string; nowMs: number },
): RegisteredModel {
  const { newName, nowMs } = change
  checkModelName(newName, 'new_name')
  return store.transaction(() => {
    const id = requireModel(store, name)
    const other = findModel(store, newName)
    if (other !== undefined && other !== id) throw nameTaken(store, newName, false)
    store.run('UPDATE registered_model SET name = ?, updated_ms = ? WHERE id = ?', newName, nowMs, id)
    store.run('UPDATE model_version SET updated_ms = ? WHERE model = ?', nowMs, id)
    return getRegisteredModel(store, newName)
  })
}

/**
 * Removes a model with its versions; their artifacts stay, as they belong to runs and logged models.
 * @throws RegisteredModelNotFoundError
 */
export function deleteRegisteredModel(store: Store, name: string): void {
  store.run('DELETE FROM registered_model WHERE id = ?', requireModel(store, name))
}

/** @throws RegisteredModelNotFoundError */
export function setRegisteredModelTag(store: Store, name: string, tag: { key: string; value: string }): void {
  checkModelTag(tag.key, tag.value)
  store.transaction(() => writeTag(store, requireModel(store, name), tag.key, tag.value))
}

/**
 * Takes a tag away; nothing happens if it is not there.
 * @throws RegisteredModelNotFoundError
 */
export function deleteRegisteredModelTag(store: Store, name: string, key: string): void {
  checkTagKey(key)
  store.run('DELETE FROM registered_model_tag WHERE model = ? AND key = ?', requireModel(store, name), key)
}

/**
 * Lets an alias stand for a version from now on.
 * @throws RegisteredModelNotFoundError, ModelVersionNotFoundError
 */
export function setModelAlias(store: Store, name: string, target: { alias: string; version: string }): void {
  checkAlias(target.alias)
  checkAliasIsFree(target.alias)
  store.transaction(() => {
    const { id, model } = requireVersion(store, name, target.version)
    store.run(
      'INSERT INTO model_alias (model, alias, version) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version',
      model,
      target.alias,
      id,
    )
  })
}

/**
 * Takes an alias away; nothing happens if it is not there.
 * @throws RegisteredModelNotFoundError
 */
export function deleteModelAlias(store: Store, name: string, alias: string): void {
  checkAlias(alias)
  store.run('DELETE FROM model_alias WHERE model = ? AND alias = ?', requireModel(store, name), alias)
}

/**
 * The version an alias stands for; `latest` is the one with the highest number.
 * @throws RegisteredModelNotFoundError
 * @throws Problem `parameter_invalid` if there is no such alias, `not_found` if a model without versions is asked for its latest
 */
export function getVersionByAlias(store: Store, name: string, alias: string): ModelVersion {
  checkAlias(alias)
  const model = requireModel(store, name)
  const latest = alias.toLowerCase() === 'latest'
  const row = latest
    ? store.get(
        'SELECT id AS version FROM model_version WHERE model = ? ORDER BY version DESC LIMIT 1',
        model,
      )
    : store.get('SELECT version FROM model_alias WHERE model = ? AND alias = ?', model, alias)
  const version = row === undefined ? undefined : loadVersions(store, [row['version'] as number])[0]
  if (version !== undefined) return version
  if (latest) throw new Problem('not_found', `Latest version not found for model ${name}.`)
  throw new Problem('parameter_invalid', `Registered model alias ${alias} not found.`)
}

/** The models in rows of the table, with tags, aliases and latest versions. */
export function readModels(store: Store, rows: readonly Row[]): RegisteredModel[] {
  const models = new Map<number, RegisteredModel>()
  for (const row of rows) {
    models.set(row['id'] as number, {
      name: row['name'] as string,
      description: row['description'] as string | null,
      createdMs: row['created_ms'] as number,
      updatedMs: row['updated_ms'] as number,
      tags: {},
      aliases: {},
      latestVersions: [],
    })
  }
  const ids = JSON.stringify([...models.keys()])
  const among = 'IN (SELECT value FROM json_each(?))'
  for (const row of store.all(`SELECT * FROM registered_model_tag WHERE model ${among}`, ids)) {
    const model = models.get(row['model'] as number)
    if (model !== undefined) put(model.tags, row['key'] as string, row['value'] as string)
  }
  const aliases = `SELECT a.model, a.alias, v.version FROM model_alias a JOIN model_version v ON v.id = a.version
    WHERE a.model ${among} ORDER BY a.alias`
  for (const row of store.all(aliases, ids)) {
    const model = models.get(row['model'] as number)
    if (model !== undefined) put(model.aliases, row['alias'] as string, row['version'] as number)
  }
  // SQLite gives the other columns of the row that holds the maximum, as long as there is no other aggregate.
  const latest = `SELECT id, model, max(version) FROM model_version WHERE model ${among} GROUP BY model, stage
    ORDER BY max(version)`
  const owners = new Map(store.all(latest, ids).map((row) => [row['id'] as number, row['model'] as number]))
  for (const [id, version] of zip([...owners.keys()], loadVersions(store, [...owners.keys()]))) {
    models.get(owners.get(id) ?? -1)?.latestVersions.push(version)
  }
  return [...models.values()]
}

/** Whether these are the tags of a prompt. */
export function isPrompt(tags: Readonly<Record<string, string>>): boolean {
  return tags[promptTag]?.toLowerCase() === 'true'
}

function writeTag(store: Store, model: number, key: string, value: string): void {
  store.run(
    'INSERT INTO registered_model_tag (model, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    model,
    key,
    value,
  )
}

function nameTaken(store: Store, name: string, wantsPrompt: boolean): Problem {
  const is = isPrompt(getRegisteredModel(store, name).tags) ? 'Prompt' : 'Registered Model'
  const wants = wantsPrompt ? 'Prompt' : 'Registered Model'
  const message =
    is === wants
      ? `${is} (name=${name}) already exists.`
      : `Tried to create a ${wants.toLowerCase()} with name '${name}', but the name is already taken by a ` +
        `${is.toLowerCase()}. MLflow does not allow creating a model and a prompt with the same name.`
  return new Problem('conflict', message, { details: { name } })
}

function zip<A, B>(as: readonly A[], bs: readonly B[]): [A, B][] {
  return as.flatMap((a, i) => {
    const b = bs[i]
    return b === undefined ? [] : [[a, b] as [A, B]]
  })
}
