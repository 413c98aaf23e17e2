import type { GroupBy } from './group.ts'

/** What the table of runs shows: which runs, in what order, in which groups. */
export interface TableQuery {
  /** Experiments to look in; null for all. */
  experimentIds: readonly string[] | null
  /** In the grammar of `searchRuns`. */
  filter: string
  view: 'active' | 'archived' | 'deleted' | 'all'
  /** `top`: runs that are no other run's child; `all`; or the children of one run. */
  within: 'top' | 'all' | { parentId: string }
  /** The first counts most; then the newest first. What lacks a value comes last, whichever way. */
  sort: readonly TableSort[]
  /** Rows are groups of runs where this is not empty. */
  groupBy: readonly GroupBy[]
  /** With `groupBy`: the runs of this one group instead. */
  group: string | null
}

/** A column to sort by: `metrics.auc`, `params.depth`, `tags.team`, or one of `tableAttributes`. */
export interface TableSort {
  by: string
  descending: boolean
}

/** Columns that every run has, beside what was logged. */
export const tableAttributes = [
  'name',
  'experiment',
  'status',
  'started',
  'duration',
  'cost',
  'user',
] as const

/** Which part of the table is wanted, and what of each run. */
export interface TablePart {
  offset: number
  limit: number
  /** Names of what is shown; what a run has beyond them is left out. */
  shown: { params: readonly string[]; metrics: readonly string[]; tags: readonly string[] }
}

/** A part of the table. */
export interface TableWindow {
  /** Rows of the whole table. */
  total: number
  /** Runs of the whole table; equal to `total` unless there are groups. */
  runs: number
  rows: TableRow[]
}

/** A row: a run or a group of runs. */
export type TableRow = RunRow | GroupRow

/** A run as a row. */
export interface RunRow {
  kind: 'run'
  id: string
  name: string
  experiment: string
  status: string
  startMs: number
  endMs: number | null
  /** What it has cost so far; null where no price per hour is set. */
  cost: number | null
  user: string
  parentId: string | null
  /** How many runs are nested in it. */
  children: number
  starred: boolean
  archived: boolean
  deleted: boolean
  notebook: string | null
  headline: Headline | null
  params: Record<string, string>
  /** Null: not a number. */
  metrics: Record<string, number | null>
  tags: Record<string, string>
}

/** The one metric that tells most about a run, by its name. */
export interface Headline {
  key: string
  value: number
  better: 'lower' | 'higher' | null
  /** The same of a linear model on the same data; null where there is none. */
  linear: number | null
  /** The same of a model that does nothing: the most frequent class, or the mean. */
  dummy: number | null
}

/** Several runs as one row. */
export interface GroupRow {
  kind: 'group'
  /** Names the group in a query for its runs. */
  key: string
  /** One for each thing grouped by; null where the runs lack it. */
  values: (string | null)[]
  runs: number
  metrics: Record<string, Spread>
  /** Parameters that all its runs share. */
  params: Record<string, string>
}

/** A metric over several runs. */
export interface Spread {
  /** Runs that have it as a number. */
  n: number
  mean: number
  /** Sample standard deviation; null for a single run. */
  sd: number | null
  /** Half the width of the mean's 95 % interval (Student's t); null for a single run. */
  half: number | null
}

/** What was logged under which names, by how many runs. */
export interface TableColumns {
  params: ColumnCount[]
  metrics: ColumnCount[]
  tags: ColumnCount[]
}

/** A name and how many runs have it. */
export interface ColumnCount {
  name: string
  runs: number
  /** Whether it is not the same everywhere. */
  varies: boolean
}

/** An experiment that has runs. */
export interface ExperimentRuns {
  name: string
  /** Runs that are not in the trash, nested ones too. */
  runs: number
  lastStartMs: number
}
