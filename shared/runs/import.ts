import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Problem } from '../base/problem.ts'
import type { Store } from '../store/store.ts'
import { resolveExisting, saveArtifact } from './artifact.ts'
import { logInputs, logOutputs } from './dataset.ts'
import { createExperiment, findExperimentByName, type ExperimentId } from './experiment.ts'
import { openMlflowDatabase } from './import_database.ts'
import { openMlruns } from './import_mlruns.ts'
import { openMlflowServer, type ServerAccess } from './import_server.ts'
import { importFailed, type ImportSource, type SourceExperiment, type SourceRun } from './import_source.ts'
import { logBatch, ParamChangedError } from './logging.ts'
import { createRun, deleteRun, findRunSeq, getRun, updateRun } from './run.ts'
import { runArtifactPath } from './run_artifact.ts'

/** How runs are taken over. */
export interface ImportWish {
  /** Folder of all artifacts. */
  artifactsDir: string
  nowMs: number
  /** Told after each run. */
  onProgress?: (done: ImportSummary, now: { experiment: string; run: string }) => void
  signal?: AbortSignal
}

/** What was taken over. */
export interface ImportSummary {
  what: string
  experiments: number
  /** Runs that were not there before. */
  added: number
  /** Runs that were there before, from an earlier import: what was new in them was added. */
  known: number
  metricRows: number
  artifactFiles: number
  artifactBytes: number
  /** What could not be taken over, and why. */
  problems: string[]
}

/**
 * Where runs are taken over from: an `mlruns` folder, an `mlflow.db`, or the address of an MLflow server.
 * @throws Problem `import_failed` if it is none of these
 */
export function openImportSource(source: string, access: ServerAccess = {}): ImportSource {
  if (/^https?:\/\//.test(source)) return openMlflowServer(source, access)
  const { path, isFolder } = localSource(source)
  return isFolder ? openMlruns(path) : openMlflowDatabase(path)
}

/**
 * The file or folder that a source names.
 * @throws Problem `import_failed` if it is not there
 */
export function localSource(source: string): { path: string; isFolder: boolean } {
  const path = resolve(source.replace(/^sqlite:\/\/\/|^file:\/\//, ''))
  if (!existsSync(path)) throw importFailed(`There is nothing at "${path}"`)
  return { path, isFolder: statSync(path).isDirectory() }
}

/**
 * Takes over all experiments and runs with histories, data sets and artifacts. Experiments are known by name,
 * runs keep their ids. May be repeated, and goes on where it was interrupted: nothing is doubled. A run that
 * cannot be taken over whole is told of, and the others follow.
 */
export async function importRuns(
  store: Store,
  source: ImportSource,
  wish: ImportWish,
): Promise<ImportSummary> {
  const summary: ImportSummary = {
    what: source.what,
    experiments: 0,
    added: 0,
    known: 0,
    metricRows: 0,
    artifactFiles: 0,
    artifactBytes: 0,
    problems: [],
  }
  for (const experiment of await source.experiments()) {
    const id = takeExperiment(store, experiment, wish.nowMs)
    summary.experiments++
    for await (const run of source.runs(experiment)) {
      wish.signal?.throwIfAborted()
      try {
        await takeRun(store, { run, experimentId: id, wish, summary })
      } catch (error) {
        if (!(error instanceof ParamChangedError)) throw error
        summary.problems.push(error.message)
      }
      wish.onProgress?.(summary, { experiment: experiment.name, run: run.name })
      // Others want to be served between two runs.
      await new Promise((done) => setImmediate(done))
    }
  }
  return summary
}

function takeExperiment(store: Store, experiment: SourceExperiment, nowMs: number): ExperimentId {
  const known = findExperimentByName(store, experiment.name)
  if (known !== null) return known.id
  return createExperiment(store, {
    name: experiment.name,
    tags: experiment.tags,
    nowMs: experiment.createdMs === 0 ? nowMs : experiment.createdMs,
  })
}

interface Taking {
  run: SourceRun
  experimentId: ExperimentId
  wish: ImportWish
  summary: ImportSummary
}

async function takeRun(store: Store, { run, experimentId, wish, summary }: Taking): Promise<void> {
  const known = findRunSeq(store, run.id) !== undefined
  if (known && getRun(store, run.id).deletedMs !== null) {
    // In the trash here: somebody put it there, or it lay there already when it was first taken over.
    summary.known++
    return
  }
  const files = run.artifacts()
  if (!known) {
    createRun(store, {
      runId: run.id,
      experimentId,
      name: run.name,
      userId: run.userId,
      startMs: run.startMs,
      ...(files === null && isElsewhere(run.artifactUri) ? { artifactUri: run.artifactUri } : {}),
    })
  }
  logBatch(store, run.id, { params: run.params, tags: run.tags })
  for await (const points of run.metrics()) {
    logBatch(store, run.id, { metrics: points })
    summary.metricRows += points.length
  }
  logInputs(store, run.id, { datasets: run.datasets, models: run.modelInputs })
  logOutputs(store, run.id, run.modelOutputs)
  updateRun(store, run.id, { status: run.status, ...(run.endMs === null ? {} : { endMs: run.endMs }) })
  try {
    await takeArtifacts(store, { run, files, wish, summary })
  } catch (error) {
    // A server may know a run whose artifacts it cannot reach.
    if (!(error instanceof Problem) || error.code !== 'import_failed') throw error
    summary.problems.push(`The artifacts of run ${run.id} are missing: ${error.message}`)
  }
  if (run.deletedMs !== null) deleteRun(store, run.id, run.deletedMs)
  summary[known ? 'known' : 'added']++
}

async function takeArtifacts(
  store: Store,
  { run, files, wish, summary }: Omit<Taking, 'experimentId'> & { files: ReturnType<SourceRun['artifacts']> },
): Promise<void> {
  if (files === null) {
    if (isElsewhere(run.artifactUri))
      summary.problems.push(`The artifacts of run ${run.id} stay at ${run.artifactUri}`)
    return
  }
  const own = getRun(store, run.id)
  for await (const file of files) {
    const path = runArtifactPath({ run: own }, file.path)
    const there = resolveExisting(wish.artifactsDir, path)
    if (there !== null && there.stat.size === file.sizeBytes) continue
    const saved = await saveArtifact(store, wish.artifactsDir, { path, nowMs: wish.nowMs }, await file.open())
    summary.artifactFiles++
    summary.artifactBytes += saved.sizeBytes
  }
}

/** Whether artifacts lie in a store of their own, such as a bucket, where the run's address goes on leading to them. */
export function isElsewhere(uri: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(uri) && !/^(file|mlflow-artifacts):/i.test(uri)
}
