import { createReadStream, existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import {
  importFailed,
  readStatus,
  type ImportSource,
  type SourceArtifact,
  type SourceExperiment,
  type SourceRun,
} from './import_source.ts'
import type { MetricPoint } from './logging.ts'
import type { DatasetInput } from './run_data.ts'

const id = z.union([z.string(), z.number()]).transform(String)
const time = z.number().nullish()

const experimentFile = z.object({
  experiment_id: id,
  name: z.string(),
  creation_time: time,
  lifecycle_stage: z.string().default('active'),
})

const runFile = z.object({
  run_id: id.optional(),
  run_uuid: id.optional(),
  run_name: z.string().nullish(),
  user_id: id.nullish(),
  status: z.union([z.number(), z.string()]).nullish(),
  start_time: time,
  end_time: time,
  deleted_time: time,
  lifecycle_stage: z.string().default('active'),
  artifact_uri: z.string().nullish(),
})

const datasetFile = z.object({
  name: id,
  digest: id,
  source_type: z.string().default(''),
  source: z.string().default(''),
  schema: z.string().nullish(),
  profile: z.string().nullish(),
})

const linkFile = z.object({
  source_type: z.string().nullish(),
  destination_type: z.string().nullish(),
  source_id: id,
  destination_id: id,
  tags: z.record(z.string(), id).nullish(),
  step: z.number().nullish(),
})

/**
 * An `mlruns` folder: MLflow's file store. Links in it are not followed.
 * @throws Problem `import_failed` if it is none
 */
export function openMlruns(root: string): ImportSource {
  const folders = [root, join(root, '.trash')].flatMap((parent) =>
    subfolders(parent)
      .filter((name) => existsSync(join(parent, name, 'meta.yaml')))
      .map((name) => join(parent, name)),
  )
  if (folders.length === 0) throw importFailed(`There are no experiments in "${root}"`)
  return {
    what: `the folder ${root}`,
    experiments: async () => folders.map(readExperiment),
    runs: (experiment) => readRuns(experiment),
    close: () => undefined,
  }
}

/** Experiments by their folder, which the source's other half needs. */
type FolderExperiment = SourceExperiment & { folder: string }

function readExperiment(folder: string): FolderExperiment {
  const meta = readMeta(folder, experimentFile)
  return {
    id: meta.experiment_id,
    name: meta.name,
    tags: readValues(join(folder, 'tags')),
    createdMs: meta.creation_time ?? 0,
    deleted: meta.lifecycle_stage === 'deleted',
    folder,
  }
}

async function* readRuns(experiment: SourceExperiment): AsyncGenerator<SourceRun> {
  const { folder } = experiment as FolderExperiment
  const own = new Set(['tags', 'datasets', 'traces', 'models'])
  for (const name of subfolders(folder)) {
    if (own.has(name) || !existsSync(join(folder, name, 'meta.yaml'))) continue
    yield readRun(folder, join(folder, name))
  }
}

function readRun(experiment: string, folder: string): SourceRun {
  const meta = readMeta(folder, runFile)
  const tags = readValues(join(folder, 'tags'))
  const runId = meta.run_id ?? meta.run_uuid
  if (runId === undefined) throw importFailed(`Cannot read "${join(folder, 'meta.yaml')}": it names no run`)
  const outputs = readLinks(join(folder, 'outputs'))
  const inputs = readLinks(join(folder, 'inputs'))
  return {
    id: runId,
    name: meta.run_name ?? tags['mlflow.runName'] ?? '',
    userId: meta.user_id ?? 'unknown',
    status: readStatus(meta.status),
    startMs: meta.start_time ?? 0,
    endMs: meta.end_time ?? null,
    deletedMs: meta.lifecycle_stage === 'deleted' ? (meta.deleted_time ?? meta.end_time ?? 0) : null,
    params: readValues(join(folder, 'params')),
    tags,
    datasets: inputs
      .filter((link) => link.source_type === 'DATASET')
      .map((link) => readDataset(experiment, link)),
    modelInputs: inputs.filter((link) => link.source_type !== 'DATASET').map((link) => link.source_id),
    modelOutputs: outputs.map((link) => ({ modelId: link.destination_id, step: link.step ?? 0 })),
    artifactUri: meta.artifact_uri ?? '',
    metrics: () => readMetrics(join(folder, 'metrics')),
    artifacts: () => {
      const own = join(folder, 'artifacts')
      if (existsSync(own)) return readFiles(own)
      // A folder that is not the run's own could be anything, such as the user's keys.
      const told = localPath(meta.artifact_uri ?? '')
      return told?.includes(runId) === true && existsSync(told) ? readFiles(told) : null
    },
  }
}

function readDataset(experiment: string, link: z.output<typeof linkFile>): DatasetInput {
  const meta = readMeta(join(experiment, 'datasets', link.source_id), datasetFile)
  return {
    name: meta.name,
    digest: meta.digest,
    sourceType: meta.source_type,
    source: meta.source,
    schema: meta.schema ?? null,
    profile: meta.profile ?? null,
    tags: link.tags ?? {},
  }
}

function readLinks(folder: string): z.output<typeof linkFile>[] {
  return subfolders(folder)
    .filter((name) => existsSync(join(folder, name, 'meta.yaml')))
    .map((name) => readMeta(join(folder, name), linkFile))
}

async function* readMetrics(folder: string): AsyncGenerator<readonly MetricPoint[]> {
  for (const path of filesBelow(folder)) {
    const key = slashed(relative(folder, path))
    const points: MetricPoint[] = []
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      if (line.trim() === '') continue
      const [atMs, value, step = '0'] = line.trim().split(' ')
      const point = { key, value: pythonFloat(value ?? ''), step: whole(step), atMs: whole(atMs ?? '') }
      if (point.value === null || point.step === null || point.atMs === null) {
        throw importFailed(`Cannot read "${path}": "${line.slice(0, 80)}" is no value of a metric`)
      }
      points.push({ key, value: point.value, step: point.step, atMs: point.atMs })
    }
    yield points
  }
}

/** All files below a folder, links left out: they could lead anywhere. */
export async function* readFiles(folder: string): AsyncGenerator<SourceArtifact> {
  for (const path of filesBelow(folder)) {
    yield {
      path: slashed(relative(folder, path)),
      sizeBytes: statSync(path).size,
      open: async () => createReadStream(path),
    }
  }
}

/** All files below the first of these folders that is there; null if none is. */
export function readFolders(folders: readonly string[]): AsyncIterable<SourceArtifact> | null {
  const there = folders.find((folder) => existsSync(folder))
  return there === undefined ? null : readFiles(there)
}

/** Whether MLflow wrote about this folder. */
export function hasMeta(folder: string): boolean {
  return existsSync(join(folder, 'meta.yaml'))
}

/** The local path of a plain path or a `file:` URI; null for any other URI. */
export function localPath(uri: string): string | null {
  if (uri.startsWith('file:')) {
    try {
      return fileURLToPath(uri)
    } catch {
      return null
    }
  }
  if (uri === '' || /^[a-z][a-z0-9+.-]+:/i.test(uri)) return null
  return isAbsolute(uri) ? uri : null
}

/** The files of a folder as a record: name below it, content. */
export function readValues(folder: string): Record<string, string> {
  const entries = filesBelow(folder).map(
    (path) => [slashed(relative(folder, path)), readFileSync(path, 'utf8')] as const,
  )
  return Object.fromEntries(entries)
}

/**
 * What MLflow wrote about a folder's subject.
 * @throws Problem `import_failed` if it is something else
 */
export function readMeta<T>(folder: string, schema: z.ZodType<T>): T {
  const path = join(folder, 'meta.yaml')
  try {
    // Written by Python, which reads and writes YAML 1.1.
    return schema.parse(parse(readFileSync(path, 'utf8'), { version: '1.1' }))
  } catch (error) {
    throw importFailed(`Cannot read "${path}": it is not what MLflow writes`, error)
  }
}

/** Names of the folders in a folder. */
export function subfolders(path: string): string[] {
  if (!existsSync(path)) return []
  const entries = readdirSync(path, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

function filesBelow(path: string): string[] {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const full = join(path, entry.name)
      return entry.isDirectory() ? filesBelow(full) : entry.isFile() ? [full] : []
    })
}

function slashed(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/')
}

/** A number as Python writes it; null for what is none. */
export function pythonFloat(text: string): number | null {
  const word = /^([-+]?)(inf|infinity)$/i.exec(text)
  if (word !== null) return word[1] === '-' ? -Infinity : Infinity
  if (/^[-+]?nan$/i.test(text)) return NaN
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : null
}

/** A whole number of any size; null for what is none. */
export function whole(text: string): number | bigint | null {
  if (!/^[-+]?\d+$/.test(text)) return null
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)
}
