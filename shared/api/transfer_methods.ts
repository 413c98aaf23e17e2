import { z } from 'zod'
import { method } from './method.ts'

/** What was written out. */
export interface Exported {
  folder: string
  experiments: number
  runs: number
  metricRows: number
  artifactFiles: number
  /** Whether `runs.parquet` and `metrics.parquet` were written, too; why not. */
  parquet: { written: boolean; why: string | null }
  /** What files and folders cannot hold; the CSV files hold it. */
  leftOut: string[]
}

/** What was taken over. */
export interface Imported {
  /** What the source is. */
  what: string
  experiments: number
  /** Runs that were not there before. */
  added: number
  /** Runs from an earlier import; what was new in them was added. */
  known: number
  metricRows: number
  artifactFiles: number
  artifactBytes: number
  loggedModels: number
  registeredModels: number
  modelVersions: number
  problems: string[]
}

/** Everything out, and in, in formats that others read. */
export const transferMethods = {
  /** Writes all experiments to an absolute folder; may be repeated into the same one. */
  'store.export': method(z.object({ folder: z.string() }))<Exported>(),
  /** Takes runs and models over from an `mlruns` folder or an `mlflow.db` (absolute paths), or the address of an MLflow server. */
  'store.import': method(z.object({ source: z.string(), token: z.string().optional() }))<Imported>(),
}
