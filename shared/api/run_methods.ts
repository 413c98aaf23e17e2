import { z } from 'zod'
import type { Comparison } from '../runs/comparison.ts'
import type { RunGroup } from '../runs/group.ts'
import { method } from './method.ts'

/** A run as a row of a table. Metrics are the latest values. */
export interface RunSummary {
  id: string
  name: string
  experiment: string
  status: string
  startMs: number
  endMs: number | null
  params: Record<string, string>
  metrics: Record<string, number>
  tags: Record<string, string>
  parentId: string | null
  deleted: boolean
}

/** One executed cell as a run remembers it. */
export interface CapturedCell {
  execution: string
  cell: string | null
  code: string
  count: number | null
  ok: boolean | null
  startedAtMs: number
  wallMs: number | null
}

/** Data that a run read or was given. */
export interface DataInput {
  name: string
  digest: string
  source: string
  context: string | null
  /** Where it came from: a path or an address; null for what code made in memory. */
  place: string | null
  sizeBytes: number | null
  sha256: string | null
  /** Whether a copy of its content is kept. */
  hasCopy: boolean
  /** How it can be had again as the run read it: `from its copy`, `by dvc`, …, `cannot be reproduced`. */
  reproduce: string
}

/** A data file that was written back. */
export interface RestoredData {
  name: string
  path: string
  sizeBytes: number
  /** False: a file of the same content stood there already. */
  written: boolean
}

/** Everything about one run. */
export interface RunDetail extends RunSummary {
  children: RunSummary[]
  /** Cells in the order in which they ran in the run's kernel, up to the run's end. */
  cells: CapturedCell[]
  datasets: DataInput[]
  artifacts: { path: string; sizeBytes: number }[]
}

/** One value of a metric. */
export interface MetricValue {
  step: number
  value: number | null
  atMs: number
}

/** A page of a table of runs. */
export interface RunPage {
  runs: RunSummary[]
  nextPageToken: string | null
}

/** What was, or would be, given back. */
export interface CleanUp {
  dryRun: boolean
  items: { what: string; why: string; sizeBytes: number }[]
  sizeBytes: number
  /** What only the user can decide, such as what to delete when the quota is passed. */
  notes: string[]
}

/** What runs can be grouped by. */
export const groupBy = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['param', 'tag']), key: z.string().min(1) }),
  z.object({ kind: z.enum(['experiment', 'status']) }),
  z.object({ kind: z.literal('params_except'), keys: z.array(z.string()).max(100) }),
])

/** About runs and what they hold. */
export const runMethods = {
  'runs.search': method(
    z.object({
      experiment: z.string().nullable().default(null),
      filter: z.string().default(''),
      orderBy: z.array(z.string()).default([]),
      limit: z.number().int().min(1).max(50_000).default(50),
      pageToken: z.string().nullable().default(null),
      view: z.enum(['active', 'deleted', 'all']).default('active'),
      /** Also runs that are nested in others. */
      nested: z.boolean().default(false),
    }),
  )<RunPage>(),
  /**
   * Runs that have something in common, with the mean of each metric and where it lies with 95 % probability.
   * Without `by`: runs of one experiment that differ in their seed only.
   */
  'runs.group': method(
    z.object({
      experiment: z.string().nullable().default(null),
      filter: z.string().default(''),
      by: z.array(groupBy).max(8).nullable().default(null),
      /** Metrics, by their means: `metrics.accuracy DESC`. */
      orderBy: z.array(z.string()).default([]),
      limit: z.number().int().min(1).max(1000).default(50),
      view: z.enum(['active', 'deleted', 'all']).default('active'),
      nested: z.boolean().default(false),
    }),
  )<RunGroup[]>(),
  /** `id` may be the beginning of an id, if only one run begins so. */
  'runs.get': method(z.object({ id: z.string().min(1) }))<RunDetail>(),
  /** All values of one metric, by time. An infinity comes as the largest number of its sign, NaN as null. */
  'runs.history': method(z.object({ id: z.string(), key: z.string() }))<MetricValue[]>(),
  /** What differs between runs; beginnings of ids will do. */
  'runs.compare': method(z.object({ ids: z.array(z.string().min(1)).min(2).max(20) }))<Comparison>(),
  /**
   * Writes data files that a run read back into a folder (an absolute path), from their copies. Without names: all
   * that have one.
   */
  'runs.restoreData': method(
    z.object({ id: z.string().min(1), names: z.array(z.string()).default([]), to: z.string().min(1) }),
  )<RestoredData[]>(),
  'runs.delete': method(z.object({ id: z.string() }))<Record<string, never>>(),
  'runs.restore': method(z.object({ id: z.string() }))<Record<string, never>>(),
  'runs.setTag': method(z.object({ id: z.string(), key: z.string().min(1), value: z.string().nullable() }))<
    Record<string, never>
  >(),
  /** `checkpoints`: also those of runs outside of the trash that are neither last nor best. */
  'store.gc': method(
    z.object({ dryRun: z.boolean().default(true), checkpoints: z.boolean().default(false) }),
  )<CleanUp>(),
}
