import type { DriftAnswer, DriftScore } from './drift_score.ts'
import type { Together } from './together.ts'

/** How columns are judged: our own calibrated way, or as Evidently or NannyML choose and count. */
export type DriftProfile = 'daybook' | 'evidently' | 'nannyml'

/** Profiles by name. */
export const driftProfiles: readonly DriftProfile[] = ['daybook', 'evidently', 'nannyml']

/** One side of a column in a few numbers. */
export interface SideFacts {
  rows: number
  missing: number
  /** Of numbers; null for categories and where there are none. */
  mean: number | null
  deviation: number | null
  median: number | null
  least: number | null
  most: number | null
}

/** The same bins or categories on both sides, as shares of the values that are there. */
export interface Shape {
  /** Numbers: edges, one more than bins. Categories: null. */
  edges: readonly number[] | null
  /** Categories, the most frequent first, the last one "other" where there are more; empty for numbers. */
  labels: readonly string[]
  reference: readonly number[]
  current: readonly number[]
}

/** A sign of change beside the distribution. */
export interface Break {
  kind: 'missing' | 'new-categories' | 'gone-categories' | 'outside-range'
  answer: DriftAnswer
  says: string
  /** Shares of rows before and now, and what else the sentence names. */
  evidence: Readonly<Record<string, number>>
}

/** What was found about one column. */
export interface ColumnDrift {
  name: string
  kind: 'numeric' | 'categorical' | 'other'
  answer: DriftAnswer
  score: DriftScore | null
  /** Probability by chance, and the same corrected for the number of columns; null where the profile has none. */
  pValue: number | null
  adjustedPValue: number | null
  /** Share of rows that would have to move for both sides to be alike, 0..1; null where nothing was tested. */
  effect: number | null
  reference: SideFacts
  current: SideFacts
  shape: Shape | null
  breaks: readonly Break[]
  /** One plain sentence. */
  says: string
}

/** A column that is on one side only, or of another kind there. */
export interface SchemaBreak {
  column: string
  kind: 'gone' | 'new' | 'other-kind'
  says: string
}

/** Two tables compared, column by column. */
export interface DriftReport {
  profile: DriftProfile
  reference: { name: string; rows: number }
  current: { name: string; rows: number }
  /** Columns with drift first, then by how much changed. */
  columns: readonly ColumnDrift[]
  schema: readonly SchemaBreak[]
  /** Columns that answer "drift", and those that were tested. */
  drifted: number
  tested: number
  /** Rows were compared by blocks that were kept whole (days); null if each row stood for itself. */
  blocks: { column: string; reference: number; current: number } | null
  /** Whether both can be told apart as a whole; null where that was not asked, or by other tools' profiles. */
  together: Together | null
  /** What the whole of it means, one sentence. */
  says: string
}
