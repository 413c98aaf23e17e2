import { join } from 'node:path'
import { z } from 'zod'
import {
  hasMeta,
  localPath,
  pythonFloat,
  readFolders,
  readMeta,
  readValues,
  subfolders,
  whole,
} from '../runs/import_mlruns.ts'
import {
  modelIdOf,
  readModelStatus,
  type ModelSource,
  type SourceLoggedModel,
  type SourceRegisteredModel,
  type SourceVersion,
} from './imported.ts'

const id = z.union([z.string(), z.number()]).transform(String)
const time = z.number().nullish()

const modelFile = z.object({
  model_id: id,
  name: id,
  artifact_location: z.string().nullish(),
  creation_timestamp: time,
  last_updated_timestamp: time,
  lifecycle_stage: z.string().nullish(),
  model_type: z.string().nullish(),
  source_run_id: id.nullish(),
  status: z.union([z.number(), z.string()]).nullish(),
})

const registeredFile = z.object({
  name: id,
  description: z.string().nullish(),
  creation_timestamp: time,
  last_updated_timestamp: time,
})

const versionFile = registeredFile.extend({
  version: z.union([z.number(), z.string()]).transform(Number),
  current_stage: z.string().nullish(),
  source: z.string().nullish(),
  storage_location: z.string().nullish(),
  run_id: id.nullish(),
  run_link: z.string().nullish(),
  user_id: id.nullish(),
  model_id: id.nullish(),
})

/** The models in an `mlruns` folder. Links in it are not followed. */
export function openMlrunsModels(root: string): ModelSource {
  return {
    logged: () => readLogged(root),
    registered: () => readRegistered(join(root, 'models')),
    close: () => undefined,
  }
}

async function* readLogged(root: string): AsyncGenerator<SourceLoggedModel> {
  for (const folder of [root, join(root, '.trash')].flatMap((parent) => foldersIn(parent))) {
    const experiment = readMeta(folder, z.object({ name: z.string() })).name
    for (const model of foldersIn(join(folder, 'models'))) yield readModel(experiment, model)
  }
}

function readModel(experiment: string, folder: string): SourceLoggedModel {
  const meta = readMeta(folder, modelFile)
  const artifactUri = meta.artifact_location ?? ''
  const told = localPath(artifactUri)
  return {
    id: meta.model_id,
    experiment,
    name: meta.name,
    modelType: meta.model_type ?? null,
    sourceRunId: meta.source_run_id ?? null,
    status: readModelStatus(meta.status),
    deleted: meta.lifecycle_stage === 'deleted',
    createdMs: meta.creation_timestamp ?? 0,
    updatedMs: meta.last_updated_timestamp ?? meta.creation_timestamp ?? 0,
    params: readValues(join(folder, 'params')),
    tags: readValues(join(folder, 'tags')),
    metrics: Object.entries(readValues(join(folder, 'metrics'))).flatMap(([key, text]) =>
      readMetric(key, text),
    ),
    artifactUri,
    // A folder that is not the model's own could be anything, such as the user's keys.
    artifacts: () =>
      readFolders([join(folder, 'artifacts'), ...(told?.includes(meta.model_id) === true ? [told] : [])]),
  }
}

/** Lines of time, value, step, run and, where told, the data set's name and digest. A line that is none is left out. */
function readMetric(key: string, text: string): SourceLoggedModel['metrics'] {
  return text.split('\n').flatMap((line) => {
    const [at = '', number = '', count = '', runId = null, datasetName = null, datasetDigest = null] =
      line.split(' ')
    const [atMs, value, step] = [whole(at), pythonFloat(number), whole(count)]
    if (atMs === null || value === null || step === null) return []
    return [{ key, value, step, atMs, runId, datasetName, datasetDigest }]
  })
}

async function* readRegistered(root: string): AsyncGenerator<SourceRegisteredModel> {
  for (const folder of foldersIn(root)) {
    const meta = readMeta(folder, registeredFile)
    const aliases = Object.entries(readValues(join(folder, 'aliases')))
    const versions = foldersIn(folder).map(readVersion)
    yield {
      name: meta.name,
      description: meta.description ?? null,
      createdMs: meta.creation_timestamp ?? 0,
      updatedMs: meta.last_updated_timestamp ?? 0,
      tags: readValues(join(folder, 'tags')),
      aliases: Object.fromEntries(aliases.map(([alias, version]) => [alias, Number(version)])),
      versions: versions
        .filter(({ stage }) => stage !== 'Deleted_Internal')
        .sort((a, b) => a.version - b.version),
    }
  }
}

function readVersion(folder: string): SourceVersion {
  const meta = readMeta(folder, versionFile)
  const source = meta.source ?? ''
  return {
    version: meta.version,
    description: meta.description ?? null,
    userId: meta.user_id ?? null,
    stage: meta.current_stage ?? 'None',
    source,
    storageUri: meta.storage_location ?? null,
    runId: meta.run_id ?? null,
    runLink: meta.run_link ?? null,
    modelId: modelIdOf(meta.model_id, source),
    createdMs: meta.creation_timestamp ?? 0,
    updatedMs: meta.last_updated_timestamp ?? 0,
    tags: readValues(join(folder, 'tags')),
  }
}

/** Folders in a folder that MLflow wrote. */
function foldersIn(parent: string): string[] {
  return subfolders(parent)
    .map((name) => join(parent, name))
    .filter(hasMeta)
}
