/**
 * What differs between runs. Every list of values is in the order of `runs`; null stands where a run has none.
 * It is plain data, which crosses a wire as it is.
 */
export interface Comparison {
  runs: ComparedRun[]
  /** Parameters, those that differ first. */
  params: ComparedTexts[]
  metrics: ComparedMetric[]
  /** Tags that say where a run came from, those that differ first. */
  tags: ComparedTexts[]
  /** Cells in the order in which they ran; empty where no run's code is known. */
  cells: ComparedCell[]
  /** Python and platform. */
  environment: ComparedTexts[]
  /** All packages that any of the runs had. */
  packages: ComparedTexts[]
  datasets: ComparedDataset[]
}

/** One of the runs that are compared. */
export interface ComparedRun {
  id: string
  name: string
  experiment: string
  status: string
  startMs: number
  endMs: number | null
  /** Whether the code of its cells is known; false for a run that has not ended or came from elsewhere. */
  hasCode: boolean
  /** Whether its packages are known. */
  hasPackages: boolean
}

/** One text, run by run. */
export interface ComparedTexts {
  key: string
  values: (string | null)[]
  differs: boolean
}

/** The latest values of one metric, run by run. */
export interface ComparedMetric {
  key: string
  values: (number | 'NaN' | null)[]
  /** On how many rows each was measured, for a share of rows; null where that is not known. */
  rows: (number | null)[]
  differs: boolean
  /** Which way is good, where the name tells. */
  better: MetricDirection
  /** Places in `values` of the best ones; empty if the direction is not known or all are the same. */
  best: number[]
  /** Smallest and largest value; null if there is no number. */
  range: { min: number; max: number } | null
}

/** Which way a metric is good; null if its name does not tell. */
export type MetricDirection = 'lower' | 'higher' | null

/** One cell, run by run. */
export interface ComparedCell {
  /** Its id in the notebook; null if it has none or the ids differ. */
  cell: string | null
  /** `partly`: not all runs whose code is known ran it. */
  state: 'same' | 'changed' | 'partly'
  versions: (CellVersion | null)[]
}

/** A cell as one run ran it. */
export interface CellVersion {
  code: string
  /** How often it ran; the last code counts. */
  times: number
  /** Against the first run that has the cell; null if it is that one or its code is the same. */
  changes: LineChange[] | null
}

/** Neighbouring lines of a difference. */
export interface LineChange {
  kind: 'same' | 'added' | 'removed'
  lines: string[]
}

/** A data set, run by run. */
export interface ComparedDataset {
  name: string
  /** What it was used for, such as "train". */
  context: string | null
  digests: (string | null)[]
  differs: boolean
  /** What the schema of one run has other than that of the first run that has the data set; null: the same, or unknown. */
  schemaChanges: (SchemaChange[] | null)[]
}

/** A column that is another, or not there. */
export interface SchemaChange {
  column: string
  before: string | null
  after: string | null
}
