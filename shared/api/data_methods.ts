import { z } from 'zod'
import type { Finding } from '../base/finding.ts'
import type { LintReport } from '../data/report.ts'
import { method } from './method.ts'

/** What was found in one frame or file, without its columns: as it stands under a cell and in a list. */
export interface DataSummary {
  id: string
  /** The frame's variable, or the file's name. */
  name: string
  /** Notebook, cell and execution that made or changed the frame; null for files and scripts. */
  notebook: string | null
  cell: string | null
  execution: string | null
  /** The run that read the data, where there is one. */
  run: string | null
  atMs: number
  rows: number
  columns: number
  rowsLookedAt: number
  target: string | null
  targetGuessed: boolean
  /** Ranked; shown first are at most three that are more than `info`. */
  findings: readonly Finding[]
  /** How many were accepted in daybook.yaml. */
  suppressed: number
  notes: readonly string[]
}

/** About data: frames that cells made, files, and what was found in them. */
export const dataMethods = {
  /** What was found, the newest first; each frame of a cell once, as it was last. */
  'data.findings': method(
    z.object({
      notebook: z.string().nullable().default(null),
      cell: z.string().nullable().default(null),
      execution: z.string().nullable().default(null),
      run: z.string().nullable().default(null),
      limit: z.number().int().min(1).max(1000).default(100),
    }),
  )<DataSummary[]>(),
  /** Everything about one of them, with its columns; numbers that are not finite come as null. */
  'data.report': method(z.object({ id: z.string() }))<LintReport>(),
  /** The same as one HTML page that needs nothing else. */
  'data.page': method(z.object({ id: z.string() }))<{ html: string }>(),
  /** Looks at a file of the project (or a pattern of files) now, and keeps what was found. */
  'data.lint': method(
    z.object({
      path: z.string().min(1),
      against: z.string().nullable().default(null),
      table: z.string().nullable().default(null),
      target: z.string().nullable().optional(),
    }),
  )<DataSummary>(),
}
