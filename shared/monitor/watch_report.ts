import type { Interval } from '../stats/block_bootstrap.ts'
import type { ColumnDrift, DriftReport } from './drift_report.ts'
import type { Together } from './together.ts'

/** How good the answers of a window were, against what was measured before the model went out. */
export interface Performance {
  /** Numbers: mean absolute error. Classes: share right. */
  metric: 'error' | 'accuracy'
  value: number
  /** By whole days drawn again (bootstrap); null with fewer than two days. */
  interval: Interval | null
  labelled: number
  /** Share of the window's rows whose label is known. */
  coverage: number
  /** The same of the rows the model was judged on before; null where none were kept. */
  reference: { value: number; interval: Interval | null; rows: number } | null
  /** Numbers: mean of answer less truth. */
  bias: number | null
  /** Numbers: days whose answers were in the mean too low, and days in all. */
  daysTooLow: number
  days: number
  /** Clearly worse than before, and by at least a tenth. */
  worse: boolean
}

/** Performance as it is to be expected from the inputs alone, without labels. */
export interface Estimate {
  /** `cbpe`: from the chances; `dle`: from a model of the errors. */
  method: 'cbpe' | 'dle'
  metric: 'error' | 'accuracy'
  value: number
  reference: number
}

/** One window in a few numbers. */
export interface WindowSummary {
  fromMs: number
  toMs: number
  rows: number
  labelled: number
  failed: number
  /** Error or share right; null without labels. */
  value: number | null
  estimate: number | null
}

/** A sign that something is not as it was. */
export interface Signal {
  kind: 'performance' | 'estimate' | 'inputs' | 'predictions' | 'target' | 'schema' | 'failures' | 'together'
  /** `stop`: answers cannot be trusted; `warn`: worth a look. */
  level: 'warn' | 'stop'
  /** Columns it is about, the most important for the model first. */
  columns: readonly string[]
  says: string
  evidence: Readonly<Record<string, number>>
}

/** Whether a deployed model still holds: one window of its log against what it was made from. */
export interface WatchReport {
  deployment: string
  kind: 'class' | 'number'
  revision: number
  modelUri: string
  atMs: number
  window: { fromMs: number; toMs: number; rows: number; failed: number }
  /** What is compared with, in words: `training data, the same weeks of 2011`. */
  against: string
  performance: Performance | null
  estimate: Estimate | null
  /** Inputs, sorted by what changed and then by importance for the model; null where no training data was kept. */
  inputs: DriftReport | null
  /** Share of the predictions' variation that a column alone explains, 0..1. */
  importance: Readonly<Record<string, number>>
  predictions: ColumnDrift | null
  target: ColumnDrift | null
  /** The table as a whole; null where nothing was compared. */
  together: Together | null
  history: readonly WindowSummary[]
  signals: readonly Signal[]
  /** What changed and what it costs, one or two sentences. */
  says: string
}
