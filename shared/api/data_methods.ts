import { z } from 'zod'
import type { Example, Finding } from '../base/finding.ts'
import type { ColumnProfile } from '../data/profile.ts'
import type { LintReport } from '../data/report.ts'
import { method } from './method.ts'

export type { ColumnProfile, LintReport }

/** A report with what stands around it. */
export interface DataDetail extends LintReport {
  about: DataSummary
}

/** Some of the rows that are kept of looked-at data, to be shown. */
export interface DataRows extends Example {
  /** How many are kept; of big data these are a sample. */
  kept: number
}

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
  'data.report': method(z.object({ id: z.string() }))<DataDetail>(),
  /** The first rows of what was looked at; values of personal columns are hidden. */
  'data.rows': method(
    z.object({
      id: z.string(),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(500).default(100),
    }),
  )<DataRows>(),
  /** The same as one HTML page that needs nothing else. */
  'data.page': method(z.object({ id: z.string() }))<{ html: string }>(),
  /** Looks at a file of the project (or a pattern of files) now, and keeps what was found. */
  'data.lint': method(
    z.object({
      path: z.string().min(1),
      against: z.string().nullable().default(null),
      table: z.string().nullable().default(null),
      target: z.string().nullable().optional(),
      /** Whether all rows are looked at one by one, however many there are. */
      allRows: z.boolean().default(false),
      /** A name for it, under which its progress is asked for and it is given up. */
      task: z.string().max(100).nullable().default(null),
    }),
  )<DataSummary>(),
  /** What a `data.lint` does at the moment; null if it is over or unknown. */
  'data.progress': method(z.object({ task: z.string() }))<{ says: string | null }>(),
  /** Gives a `data.lint` up. */
  'data.cancel': method(z.object({ task: z.string() }))<{ cancelled: boolean }>(),
  /** Accepts a finding: notes it in daybook.yaml with the reason, and takes it out of what is shown. */
  'data.suppress': method(
    z.object({
      id: z.string(),
      rule: z.string(),
      columns: z.array(z.string()).max(1000),
      reason: z.string().trim().min(3, 'say why in a few words').max(500),
    }),
  )<{ path: string }>(),
  /** Takes that back. */
  'data.unsuppress': method(
    z.object({ id: z.string(), rule: z.string(), columns: z.array(z.string()).max(1000) }),
  )<{ path: string }>(),
}
