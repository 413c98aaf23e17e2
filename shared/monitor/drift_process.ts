import { askDataProcess, type DataWatch } from '../data/data_process.ts'
import type { ChosenMethod } from './drift_method.ts'
import type { DriftProfile, DriftReport } from './drift_report.ts'

/** Which tables are compared, and how. Plain data: it crosses to another process. */
export interface DriftRequest {
  /** Files or patterns of files, absolute. */
  reference: string
  current: string
  profile: DriftProfile
  /** Null: as the profile chooses. */
  method: ChosenMethod | null
  /** A column whose equal values (days, for a date) keep rows together; null if each row stands for itself. */
  block: string | null
  leaveOut: readonly string[]
  /** At most so many rows of either side are compared. */
  sampleRows: number
  memoryBytes: number
  threads: number
}

/**
 * As many rows of either side are compared if nobody says otherwise, drawn the same each time: a shift of a
 * sixtieth of a standard deviation is found with that many, and none smaller matters.
 */
export const driftSampleRows = 100_000

/** Compares two tables in a process of its own. */
export function compareInProcess(request: DriftRequest, watch: DataWatch): Promise<DriftReport> {
  return askDataProcess(program, request, watch)
}

// Beside this module as it was written, or beside the bundle this module is in.
const program = new URL(import.meta.url.endsWith('.ts') ? './drift_main.ts' : './drift.mjs', import.meta.url)
