import { z } from 'zod'
import type { Curve } from '../runs/curve.ts'
import type { ExperimentRuns, TableColumns, TableWindow } from '../runs/table_row.ts'
import { method } from './method.ts'
import { groupBy } from './run_methods.ts'

export type { Curve } from '../runs/curve.ts'
export type {
  ColumnCount,
  ExperimentRuns,
  GroupRow,
  Headline,
  RunRow,
  Spread,
  TableColumns,
  TableRow,
  TableSort,
} from '../runs/table_row.ts'

/** What runs can be grouped by. */
export type TableGroupBy = z.infer<typeof groupBy>

const column = z
  .string()
  .regex(/^(metrics|params|tags)\..+$|^(name|experiment|status|started|duration|cost|user)$/s)

/** Which runs a table shows, in what order, in which groups. */
export const tableQuery = z.object({
  /** Name of the only experiment to look in. */
  experiment: z.string().nullable().default(null),
  filter: z.string().default(''),
  view: z.enum(['active', 'archived', 'deleted', 'all']).default('active'),
  /** `top` leaves nested runs out; an object asks for those nested in one run. */
  within: z.union([z.enum(['top', 'all']), z.object({ parentId: z.string() })]).default('top'),
  /** `metrics.auc`, `params.depth`, `tags.team`, name, experiment, status, started, duration, cost, user. */
  sort: z
    .array(z.object({ by: column, descending: z.boolean() }))
    .max(8)
    .default([]),
  groupBy: z.array(groupBy).max(3).default([]),
  /** With `groupBy`: the key of one group, for its runs. */
  group: z.string().nullable().default(null),
})

const names = z.array(z.string()).max(500).default([])

/** A part of a table and what it was true for. */
export interface VersionedWindow extends TableWindow {
  /** Of the topic `runs.changed`, as it was before the question. */
  version: number
}

/** What a change took the place of: given to `runs.setTags` again it undoes the change. */
export interface TagChange {
  id: string
  key: string
  /** Null: no such tag. */
  value: string | null
}

/** Tables of runs, window by window, and what is done to many runs at once. */
export const tableMethods = {
  'runs.window': method(
    tableQuery.extend({
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(0).max(200).default(100),
      /** Names of what is shown; what runs have beyond them is left out of the answer. */
      shown: z.object({ params: names, metrics: names, tags: names }).prefault({}),
    }),
  )<VersionedWindow>(),
  /** Names that can be columns, with the number of runs that have them. */
  'runs.columns': method(z.object({ experiment: z.string().nullable().default(null) }))<TableColumns>(),
  /** Experiments that have runs, the one used last first. */
  'runs.experiments': method(z.object({}))<ExperimentRuns[]>(),
  /** All runs of a table as a file, with the columns that are shown. */
  'runs.export': method(
    tableQuery.extend({
      shown: z.object({ params: names, metrics: names, tags: names }).prefault({}),
      format: z.enum(['csv', 'arrow']),
    }),
  )<{ base64: string }>(),
  /** Ids of all runs of a table, in its order. */
  'runs.ids': method(tableQuery.extend({ limit: z.number().int().min(1).max(10_000).default(10_000) }))<
    string[]
  >(),
  /** One metric of several runs, thinned out with its peaks kept. */
  'runs.curves': method(
    z.object({
      ids: z.array(z.string()).min(1).max(100),
      key: z.string(),
      points: z.number().int().min(4).max(20_000).default(1_000),
      steps: z.object({ from: z.number().int(), to: z.number().int() }).nullable().default(null),
    }),
  )<Curve[]>(),
  /** All or none; answers with what undoes it. */
  'runs.setTags': method(
    z.object({
      changes: z
        .array(z.object({ id: z.string(), key: z.string().min(1), value: z.string().nullable() }))
        .min(1)
        .max(10_000),
    }),
  )<{ undo: TagChange[] }>(),
  /** Into the trash, or out of it. */
  'runs.setDeleted': method(z.object({ ids: z.array(z.string()).min(1).max(10_000), deleted: z.boolean() }))<
    Record<string, never>
  >(),
}
