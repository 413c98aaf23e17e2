import type { Int64 } from '../runs/int64.ts'
import type { SourceArtifact } from '../runs/import_source.ts'
import type { LoggedModelMetric, LoggedModelStatus } from './logged_model_data.ts'

/** A logged model elsewhere. */
export interface SourceLoggedModel {
  id: string
  /** Name of its experiment, by which experiments are known. */
  experiment: string
  name: string
  modelType: string | null
  sourceRunId: string | null
  status: LoggedModelStatus
  deleted: boolean
  createdMs: number
  updatedMs: number
  params: Record<string, string>
  tags: Record<string, string>
  metrics: (Omit<LoggedModelMetric, 'step' | 'atMs'> & { step: Int64; atMs: Int64 })[]
  /** Where its files lie there. */
  artifactUri: string
  /** Its files; null if they lie where we cannot read. */
  artifacts(): AsyncIterable<SourceArtifact> | null
}

/** A version of a registered model elsewhere. */
export interface SourceVersion {
  version: number
  description: string | null
  userId: string | null
  stage: string
  source: string
  storageUri: string | null
  runId: string | null
  runLink: string | null
  modelId: string | null
  createdMs: number
  updatedMs: number
  tags: Record<string, string>
}

/** A registered model elsewhere, with its versions; those that were deleted there are left out. */
export interface SourceRegisteredModel {
  name: string
  description: string | null
  createdMs: number
  updatedMs: number
  tags: Record<string, string>
  aliases: Record<string, number>
  versions: SourceVersion[]
}

/** Where models are taken over from. */
export interface ModelSource {
  logged(): AsyncIterable<SourceLoggedModel>
  registered(): AsyncIterable<SourceRegisteredModel>
  close(): void
}

const statuses = ['PENDING', 'READY', 'UPLOAD_FAILED'] as const

/** A logged model's state by its name, with or without MLflow's prefix, or by its number in MLflow's files. */
export function readModelStatus(value: unknown): LoggedModelStatus {
  if (typeof value === 'number') return statuses[value - 1] ?? 'READY'
  const name = typeof value === 'string' ? value.replace(/^LOGGED_MODEL_/, '') : ''
  return statuses.find((status) => status === name) ?? 'READY'
}

/** The logged model that a version came from: as it says, else from its source `models:/m-…`. */
export function modelIdOf(said: unknown, source: string): string | null {
  if (typeof said === 'string' && said !== '') return said
  return /^models:\/+(m-[^/@]+)$/.exec(source)?.[1] ?? null
}
