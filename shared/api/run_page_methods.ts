import { z } from 'zod'
import type { LineChange } from '../runs/comparison.ts'
import type { Siblings, Standing } from '../runs/standing.ts'
import { method } from './method.ts'

export type { Headline } from '../runs/table_row.ts'
export type { Siblings, Standing } from '../runs/standing.ts'
export type {
  ComparedCell,
  ComparedMetric,
  ComparedRun,
  ComparedTexts,
  Comparison,
  LineChange,
} from '../runs/comparison.ts'

/** The beginning of a file of a run. */
export interface ArtifactPart {
  path: string
  sizeBytes: number
  base64: string
  /** Whether there is more than this. */
  cut: boolean
}

/** A cell as a run ran it, beside the notebook as it is now. */
export interface CodeCell {
  cell: string | null
  code: string
  count: number | null
  ok: boolean | null
  wallMs: number | null
  /** `gone`: the notebook has no such cell any more; `unknown`: there is no notebook to compare with. */
  now: 'same' | 'changed' | 'gone' | 'unknown'
  /** From the code that ran to the cell as it is now; null unless it changed. */
  changes: LineChange[] | null
}

/** The code of a run. */
export interface RunCode {
  /** Path of the notebook in the project; null for a run of none. */
  notebook: string | null
  /** Why the notebook cannot be compared with; null if it can. */
  problem: string | null
  cells: CodeCell[]
}

/** What the page of one run asks beside `runs.get`. */
export const runPageMethods = {
  /** How the run stands among the others of its experiment. */
  'runs.standing': method(z.object({ id: z.string() }))<Standing>(),
  /** For each run: itself and those that differ from it only by seed, with their spread. */
  'runs.siblings': method(z.object({ ids: z.array(z.string()).min(1).max(20) }))<Siblings[]>(),
  /** The beginning of a file that a run left. */
  'runs.artifact': method(
    z.object({
      id: z.string(),
      path: z.string().min(1),
      maxBytes: z.number().int().min(1).max(20_000_000).default(1_000_000),
    }),
  )<ArtifactPart>(),
  /** Its cells as they ran, compared with the notebook as it lies on disk now. */
  'runs.code': method(z.object({ id: z.string() }))<RunCode>(),
}
