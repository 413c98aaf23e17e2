import { resolveExisting, saveArtifact } from '../runs/artifact.ts'
import { artifactPathOfUri, joinArtifactPath, parseArtifactPath, uriBelow } from '../runs/artifact_path.ts'
import { findExperimentByName, getExperiment } from '../runs/experiment.ts'
import { isElsewhere, localSource } from '../runs/import.ts'
import type { ServerAccess } from '../runs/import_server.ts'
import { getRun, findRunSeq } from '../runs/run.ts'
import type { Store } from '../store/store.ts'
import { openDatabaseModels } from './import_database_models.ts'
import { openMlrunsModels } from './import_mlruns_models.ts'
import { openServerModels } from './import_server_models.ts'
import type { ModelSource, SourceLoggedModel, SourceRegisteredModel, SourceVersion } from './imported.ts'
import { logModelMetrics } from './logged_model_metric.ts'
import { getLoggedModel, setLoggedModelTags } from './logged_model.ts'
import { findModel } from './model_key.ts'
import { setModelVersionTag, stages } from './model_version.ts'
import { createRegisteredModel, setModelAlias, setRegisteredModelTag } from './registered_model.ts'

/** What was taken over. */
export interface ImportedModels {
  /** Logged models, those known from an earlier import too. */
  logged: number
  registered: number
  versions: number
  artifactFiles: number
  artifactBytes: number
  problems: string[]
}

/** How models are taken over. */
export interface ModelImportWish {
  artifactsDir: string
  nowMs: number
}

/**
 * Where models are taken over from: the same places as runs.
 * @throws Problem `import_failed` if it is none of these
 */
export function openModelSource(source: string, access: ServerAccess = {}): ModelSource {
  if (/^https?:\/\//.test(source)) return openServerModels(source, access)
  const { path, isFolder } = localSource(source)
  return isFolder ? openMlrunsModels(path) : openDatabaseModels(path)
}

/**
 * Takes over all logged models with their files, and all registered models with versions, aliases and stages. To be
 * called after the runs were taken over, whose experiments they belong to. May be repeated: nothing is doubled.
 */
export async function importModels(
  store: Store,
  source: ModelSource,
  wish: ModelImportWish,
): Promise<ImportedModels> {
  const done: ImportedModels = {
    logged: 0,
    registered: 0,
    versions: 0,
    artifactFiles: 0,
    artifactBytes: 0,
    problems: [],
  }
  for await (const model of source.logged()) {
    store.transaction(() => takeLogged(store, model, wish.nowMs))
    await takeFiles(store, { model, wish, done })
    done.logged++
  }
  for await (const model of source.registered()) {
    store.transaction(() => takeRegistered(store, model, done))
    done.registered++
  }
  return done
}

function takeLogged(store: Store, model: SourceLoggedModel, nowMs: number): void {
  if (store.get('SELECT 1 FROM logged_model WHERE id = ?', model.id) === undefined) {
    const experiment = findExperimentByName(store, model.experiment) ?? getExperiment(store, '0')
    const seq = store.insert(
      `INSERT INTO logged_model (id, experiment_id, name, model_type, source_run_id, status, artifact_uri, deleted_ms,
         created_ms, updated_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      model.id,
      Number(experiment.id),
      model.name,
      model.modelType,
      model.sourceRunId,
      model.status,
      isElsewhere(model.artifactUri) && model.artifacts() === null
        ? model.artifactUri
        : uriBelow(experiment.artifactLocation, `models/${model.id}/artifacts`),
      model.deleted ? nowMs : null,
      model.createdMs,
      model.updatedMs,
    )
    for (const [key, value] of Object.entries(model.params)) {
      store.run('INSERT INTO logged_model_param (model, key, value) VALUES (?, ?, ?)', seq, key, value)
    }
  }
  setLoggedModelTags(store, model.id, model.tags)
  logModelMetrics(
    store,
    model.metrics.map(({ runId, datasetName, datasetDigest, ...point }) => ({
      ...point,
      modelId: model.id,
      runId: runId ?? '',
      datasetName: datasetName ?? '',
      datasetDigest: datasetDigest ?? '',
    })),
  )
}

async function takeFiles(
  store: Store,
  { model, wish, done }: { model: SourceLoggedModel; wish: ModelImportWish; done: ImportedModels },
): Promise<void> {
  const files = model.artifacts()
  const root = artifactPathOfUri(getLoggedModel(store, model.id, { allowDeleted: true }).artifactUri)
  if (files === null || root === null) {
    // One that was never finished may have none.
    if (model.status === 'READY') {
      done.problems.push(`The files of model ${model.id} are not here: ${model.artifactUri}`)
    }
    return
  }
  for await (const file of files) {
    const path = joinArtifactPath(root, parseArtifactPath(file.path))
    const there = resolveExisting(wish.artifactsDir, path)
    if (there !== null && there.stat.size === file.sizeBytes) continue
    const saved = await saveArtifact(store, wish.artifactsDir, { path, nowMs: wish.nowMs }, await file.open())
    done.artifactFiles++
    done.artifactBytes += saved.sizeBytes
  }
}

function takeRegistered(store: Store, model: SourceRegisteredModel, done: ImportedModels): void {
  if (findModel(store, model.name) === undefined) {
    const description = model.description === null ? {} : { description: model.description }
    createRegisteredModel(store, { name: model.name, nowMs: model.createdMs, ...description })
    store.run('UPDATE registered_model SET updated_ms = ? WHERE name = ?', model.updatedMs, model.name)
  }
  for (const [key, value] of Object.entries(model.tags))
    setRegisteredModelTag(store, model.name, { key, value })
  const own = new Set<number>()
  for (const version of model.versions) {
    if (takeVersion(store, model.name, version)) own.add(version.version)
    else {
      done.problems.push(
        `Version ${version.version} of "${model.name}" is another one here (from another source): it stays as it is`,
      )
    }
  }
  done.versions += own.size
  for (const [alias, version] of Object.entries(model.aliases)) {
    if (own.has(version)) setModelAlias(store, model.name, { alias, version: String(version) })
  }
}

/** Whether the version is here now, or was before; false if the number belongs to another one. */
function takeVersion(store: Store, name: string, version: SourceVersion): boolean {
  const model = findModel(store, name) ?? -1
  const known = store.get(
    'SELECT source, run_id, created_ms FROM model_version WHERE model = ? AND version = ?',
    model,
    version.version,
  )
  const source = placeHere(store, version, version.source)
  if (known !== undefined) {
    return known['source'] === source && known['created_ms'] === version.createdMs
  }
  store.run(
    `INSERT INTO model_version (model, version, description, user_id, stage, source, storage_uri, run_id, run_link,
       model_id, created_ms, updated_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    model,
    version.version,
    version.description,
    version.userId,
    stages.find((stage) => stage === version.stage) ?? 'None',
    source,
    placeHere(store, version, version.storageUri ?? version.source),
    version.runId,
    version.runLink,
    version.modelId,
    version.createdMs,
    version.updatedMs,
  )
  store.run(
    'UPDATE registered_model SET last_version = max(last_version, ?) WHERE id = ?',
    version.version,
    model,
  )
  const { tags } = version
  for (const [key, value] of Object.entries(tags)) {
    setModelVersionTag(store, name, String(version.version), { key, value })
  }
  return true
}

/** The address here of files that came along with their run or logged model; any other address as it was. */
function placeHere(store: Store, { runId, modelId }: SourceVersion, uri: string): string {
  for (const [id, root] of [
    [modelId, modelId === null ? null : loggedRoot(store, modelId)],
    [runId, runId === null ? null : runRoot(store, runId)],
  ] as const) {
    const rest = id === null || root === null ? undefined : uri.split(`/${id}/artifacts`)[1]
    if (root === null || rest === undefined || !/^(\/|$)/.test(rest)) continue
    return rest === '' || rest === '/' ? root : uriBelow(root, rest.replace(/^\/+/, ''))
  }
  return uri
}

function loggedRoot(store: Store, modelId: string): string | null {
  const row = store.get('SELECT artifact_uri FROM logged_model WHERE id = ?', modelId)
  return (row?.['artifact_uri'] ?? null) as string | null
}

function runRoot(store: Store, runId: string): string | null {
  return findRunSeq(store, runId) === undefined ? null : getRun(store, runId).artifactUri
}
