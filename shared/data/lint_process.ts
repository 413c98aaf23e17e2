import { askDataProcess, type DataRequest, type DataWatch } from './data_process.ts'
import type { HandedFrame } from './frame.ts'
import type { RuleSettings, Suppression } from './lint.ts'
import { ReadyProcess } from './ready_process.ts'
import type { TableSchema } from './schema.ts'
import type { LintReport } from './report.ts'

/** What is to be looked at, and with how much of the machine. Plain data: it crosses to another process. */
export interface LintRequest {
  /** A file or a pattern of files, absolute. */
  path: string
  /** A frame that a kernel wrote there: its variable, all its rows, and every how many-th of them the file has. */
  frame?: HandedFrame
  against: string | null
  /** A table of a database file. */
  table: string | null
  /** null: there is none; left out: guessed. */
  target?: string | null
  rules: Readonly<Record<string, RuleSettings>>
  suppress: readonly Suppression[]
  /** What the data was agreed to be. */
  schema?: TableSchema
  sampleRows: number
  /** Whether the report carries the first rows, to be shown. */
  preview?: boolean
  engine: 'auto' | 'sql'
  memoryBytes: number
  threads: number
}

/** A process that looks at small tables as soon as they come; it ends when it has been idle for that long. */
export function readyToLint(limits: DataRequest, idleMs: number): ReadyProcess<LintRequest, LintReport> {
  return new ReadyProcess(program, limits, idleMs)
}

/** Looks at data in a process of its own. */
export function lintInProcess(request: LintRequest, watch: DataWatch): Promise<LintReport> {
  return askDataProcess(program, request, watch)
}

// Beside this module as it was written, or beside the bundle this module is in.
const program = new URL(import.meta.url.endsWith('.ts') ? './lint_main.ts' : './lint.mjs', import.meta.url)
