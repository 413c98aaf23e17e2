import type { Readable } from 'node:stream'
import { Problem } from '../base/problem.ts'
import type { MetricPoint } from './logging.ts'
import type { DatasetInput, RunStatus } from './run_data.ts'
import type { Int64 } from './int64.ts'

/** An experiment elsewhere. */
export interface SourceExperiment {
  /** Its id there. */
  id: string
  name: string
  tags: Record<string, string>
  createdMs: number
  deleted: boolean
}

/** A run elsewhere, with all it logged. */
export interface SourceRun {
  id: string
  name: string
  userId: string
  status: RunStatus
  startMs: number
  endMs: number | null
  deletedMs: number | null
  params: Record<string, string>
  tags: Record<string, string>
  datasets: DatasetInput[]
  modelInputs: string[]
  modelOutputs: { modelId: string; step: Int64 }[]
  /** Where its artifacts lie there. */
  artifactUri: string
  /** Histories of its metrics, in portions. */
  metrics(): AsyncIterable<readonly MetricPoint[]>
  /** Its files; null if they lie where we cannot read, such as another cloud store. */
  artifacts(): AsyncIterable<SourceArtifact> | null
}

/** A file of a run elsewhere. */
export interface SourceArtifact {
  /** Below the run's artifacts. */
  path: string
  /** Null where nobody says. */
  sizeBytes: number | null
  open(): Promise<Readable>
}

/** Where runs are taken over from. */
export interface ImportSource {
  /** For a person: `the folder /x/mlruns`. */
  what: string
  experiments(): Promise<SourceExperiment[]>
  runs(experiment: SourceExperiment): AsyncIterable<SourceRun>
  close(): void
}

/** Something cannot be taken over. */
export function importFailed(message: string, cause?: unknown): Problem {
  return new Problem('import_failed', message, {
    hint: 'Give an mlruns folder, an mlflow.db (SQLite) or the address of an MLflow server, such as http://127.0.0.1:5000.',
    ...(cause === undefined ? {} : { cause }),
  })
}

const statuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const

/** A run's state by its name or by its number in MLflow's files; a run that still runs elsewhere counts as running. */
export function readStatus(value: unknown): RunStatus {
  if (typeof value === 'number') return statuses[value - 1] ?? 'RUNNING'
  return statuses.find((status) => status === value) ?? 'RUNNING'
}
