import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Store } from '../store/store.ts'
import { readExperiment, type Experiment } from './experiment.ts'
import { metricHistory } from './history.ts'
import { findRunArtifact, listRunFiles } from './run_artifact.ts'
import { allRuns, type DatasetInput, type Run } from './run_data.ts'

/** What is written, and where. */
export interface ExportWish {
  /** Made if absent. */
  folder: string
  /** Folder of all artifacts. */
  artifactsDir: string
  /** Told after each run. */
  onProgress?: (done: number, of: number) => void
  signal?: AbortSignal
}

/** What was written. */
export interface MlrunsSummary {
  experiments: number
  runs: number
  artifactFiles: number
  /** What folders and files cannot hold, such as a name that leads out of its folder; the CSV files hold it. */
  leftOut: string[]
}

/** Numbers of a run's states in MLflow's files. */
const statusNumbers = { RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 } as const

/**
 * Writes the folder layout of MLflow's file store (`MLFLOW_ALLOW_FILE_STORE=true` opens it in MLflow 3): a folder
 * for each experiment and in it for each run, one file for each parameter, metric and tag.
 */
export async function exportMlruns(store: Store, wish: ExportWish): Promise<MlrunsSummary> {
  const experiments = store
    .all('SELECT * FROM experiment ORDER BY id')
    .map((row) => readExperiment(store, row))
  const leftOut: string[] = []
  for (const experiment of experiments) writeExperiment(wish.folder, experiment, leftOut)
  const of = Number(store.get('SELECT count(*) AS n FROM run')?.['n'] ?? 0)
  let runs = 0
  let artifactFiles = 0
  for (const run of allRuns(store)) {
    wish.signal?.throwIfAborted()
    writeRun(store, { folder: wish.folder, run, leftOut })
    artifactFiles += copyArtifacts(wish, run)
    runs++
    wish.onProgress?.(runs, of)
    // Others want to be served between two runs.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { experiments: experiments.length, runs, artifactFiles, leftOut }
}

function writeExperiment(root: string, experiment: Experiment, leftOut: string[]): void {
  const folder = join(root, experiment.id)
  writeYaml(folder, {
    artifact_location: pathToFileURL(folder).href,
    creation_time: experiment.createdMs,
    experiment_id: experiment.id,
    last_update_time: experiment.updatedMs,
    lifecycle_stage: experiment.deletedMs === null ? 'active' : 'deleted',
    name: experiment.name,
  })
  writeValues(join(folder, 'tags'), experiment.tags, { of: `experiment ${experiment.name}`, leftOut })
}

function writeRun(
  store: Store,
  { folder: root, run, leftOut }: { folder: string; run: Run; leftOut: string[] },
): void {
  const folder = join(root, run.experimentId, run.id)
  writeYaml(folder, {
    artifact_uri: pathToFileURL(join(folder, 'artifacts')).href,
    end_time: run.endMs,
    entry_point_name: '',
    experiment_id: run.experimentId,
    lifecycle_stage: run.deletedMs === null ? 'active' : 'deleted',
    ...(run.deletedMs === null ? {} : { deleted_time: run.deletedMs }),
    run_id: run.id,
    run_name: run.name,
    run_uuid: run.id,
    source_name: '',
    source_type: 4,
    source_version: '',
    start_time: run.startMs,
    status: statusNumbers[run.status],
    tags: [],
    user_id: run.userId,
  })
  for (const name of ['params', 'metrics', 'tags', 'artifacts'])
    mkdirSync(join(folder, name), { recursive: true })
  const what = { of: `run ${run.id}`, leftOut }
  writeValues(join(folder, 'params'), run.params, what)
  writeValues(join(folder, 'tags'), run.tags, what)
  const histories = Object.keys(run.metrics).map((key) => {
    const { points } = metricHistory(store, { runId: run.id, key })
    const lines = points.map((point) => `${point.atMs} ${pythonNumber(point.value)} ${point.step}\n`)
    return [key, lines.join('')] as const
  })
  writeValues(join(folder, 'metrics'), Object.fromEntries(histories), what)
  for (const input of run.datasets) writeDataset(join(root, run.experimentId), folder, input)
}

function writeDataset(experiment: string, run: string, input: DatasetInput): void {
  const id = md5(`${input.name}${input.digest}`)
  writeYaml(join(experiment, 'datasets', id), {
    digest: input.digest,
    name: input.name,
    profile: input.profile,
    schema: input.schema,
    source: input.source,
    source_type: input.sourceType,
  })
  writeYaml(join(run, 'inputs', md5(`${id}${run}`)), {
    destination_id: id,
    destination_type: 'RUN',
    source_id: id,
    source_type: 'DATASET',
    tags: input.tags,
  })
}

function copyArtifacts({ folder, artifactsDir }: ExportWish, run: Run): number {
  const files = listRunFiles({ artifactsDir, run }, Infinity)
  for (const { path } of files) {
    const from = findRunArtifact({ artifactsDir, run }, path)
    if (from === null) continue
    const to = join(folder, run.experimentId, run.id, 'artifacts', path)
    mkdirSync(dirname(to), { recursive: true })
    copyFileSync(from, to)
  }
  return files.length
}

/** One file for each value; a slash in a name makes folders. */
function writeValues(
  folder: string,
  values: Readonly<Record<string, string>>,
  { of, leftOut }: { of: string; leftOut: string[] },
): void {
  for (const [key, value] of Object.entries(values)) {
    const path = join(folder, key)
    try {
      if (!isFileName(key)) throw new RangeError(key)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, value)
    } catch (error) {
      // "a" and "a/b" cannot both be files, nor can a name that leads elsewhere or is too long for the disk.
      const code = (error as NodeJS.ErrnoException).code ?? ''
      if (!(error instanceof RangeError) && !['EISDIR', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG'].includes(code))
        throw error
      leftOut.push(`"${key}" of ${of}`)
    }
  }
}

function isFileName(key: string): boolean {
  const norm = posix.normalize(key)
  return (
    key !== '' && norm === key && !/^(\.\.?(\/|$)|\/)/.test(norm) && !/[\0\\]/.test(key) && !key.endsWith('/')
  )
}

/** JSON within YAML: every YAML reader takes it, and nothing in it can be mistaken for a number or a date. */
function writeYaml(folder: string, values: Record<string, unknown>): void {
  mkdirSync(folder, { recursive: true })
  const lines = Object.entries(values).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
  writeFileSync(join(folder, 'meta.yaml'), lines.join(''))
}

function pythonNumber(value: number): string {
  return Number.isNaN(value) ? 'nan' : String(value)
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
