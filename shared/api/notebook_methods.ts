import { z } from 'zod'
import { method } from './method.ts'

/** Where a notebook run stands. */
export type NotebookRunState = 'starting' | 'running' | 'finished' | 'failed' | 'cancelled'

/** One code cell of a notebook run. */
export interface CellProgress {
  index: number
  /** First line of its code, at most 60 characters. */
  title: string
  state: 'waiting' | 'running' | 'done' | 'failed'
  startedAtMs: number | null
  wallMs: number | null
}

/** A whole notebook being executed, or that was. */
export interface NotebookRun {
  id: string
  path: string
  output: string | null
  parameters: Record<string, unknown>
  kernelId: string | null
  kernelName: string | null
  runId: string | null
  state: NotebookRunState
  cells: CellProgress[]
  createdAtMs: number
  endedAtMs: number | null
  /** What went wrong: the kernel's own words for a failed cell. */
  failure: { cell: number | null; name: string; message: string; traceback: string[] } | null
  /** Things worth a word, such as a parameter the notebook does not know. */
  warnings: string[]
}

/** Executing whole notebooks. */
export const notebookMethods = {
  'notebooks.run': method(
    z.object({
      path: z.string(),
      parameters: z.record(z.string(), z.unknown()).default({}),
      kernel: z.string().nullable().default(null),
      output: z.string().nullable().default(null),
    }),
  )<NotebookRun>(),
  'notebooks.get': method(z.object({ id: z.string() }))<NotebookRun>(),
  'notebooks.list': method(z.object({ limit: z.number().int().positive().max(1000).default(100) }))<
    NotebookRun[]
  >(),
  /** The first time it interrupts the running cell, the second time it stops the kernel. */
  'notebooks.cancel': method(z.object({ id: z.string() }))<NotebookRun>(),
}
