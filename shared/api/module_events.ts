import { z } from 'zod'
import { studyEvents } from './study_events.ts'

const at = z.number().nonnegative()
const runId = z.string().regex(/^[0-9a-zA-Z][\w-]{0,255}$/)
const texts = z.record(z.string(), z.string())
const value = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)])

/**
 * What the kernel module tells the daemon, one JSON object a line, over HTTP or through a spool file. Every
 * event may arrive twice and must then change nothing. Times are UTC milliseconds.
 */
export const moduleEvent = z.discriminatedUnion('type', [
  /** First line of a spool file: who wrote it. */
  z.object({ type: z.literal('spool'), url: z.string() }),
  z.object({
    type: z.literal('cell_begin'),
    execution: z.string(),
    cell: z.string().nullish(),
    code: z.string(),
    count: z.number().int().nullish(),
    at,
  }),
  z.object({
    type: z.literal('cell_end'),
    execution: z.string(),
    ok: z.boolean(),
    at,
    cpu_ms: z.number().nullish(),
    peak_rss_bytes: z.number().nullish(),
    gpu: z.record(z.string(), z.unknown()).nullish(),
  }),
  z.object({
    type: z.literal('run'),
    run_id: runId,
    name: z.string().nullish(),
    experiment: z.string().nullish(),
    at,
    parent_run_id: runId.nullish(),
    execution: z.string().nullish(),
    tags: texts.default({}),
  }),
  z.object({ type: z.literal('params'), run_id: runId, params: texts }),
  z.object({ type: z.literal('tags'), run_id: runId, tags: texts }),
  z.object({
    type: z.literal('metrics'),
    run_id: runId,
    rows: z.array(z.tuple([z.string(), value, z.number().int(), at])),
  }),
  z.object({
    type: z.literal('dataset'),
    run_id: runId,
    name: z.string(),
    digest: z.string(),
    source_type: z.string(),
    source: z.string(),
    schema: z.unknown().optional(),
    profile: z.unknown().optional(),
    context: z.string().nullish(),
    /** A copy of its content in the spool folder, to be kept under the SHA-256 in its source. */
    file: z.string().nullish(),
  }),
  /** A data frame that a cell made or changed; `file` in the spool folder may still be on its way. */
  z.object({
    type: z.literal('frame'),
    execution: z.string(),
    name: z.string(),
    file: z.string().regex(/^frame-\w+\.data$/),
    rows: z.number().int().nonnegative(),
    /** Every how many-th row is in the file. */
    step: z.number().int().min(1),
    /** Every how many-th row of these is in a smaller file, NAME.first.data, that is there sooner. */
    first: z.number().int().min(2).nullish(),
    library: z.string(),
  }),
  z.object({ type: z.literal('artifact'), run_id: runId, path: z.string(), file: z.string() }),
  z.looseObject({
    type: z.literal('environment'),
    python: z.string(),
    executable: z.string().nullish(),
    packages: texts.default({}),
    variables: texts.default({}),
    argv: z.array(z.string()).default([]),
    cwd: z.string().nullish(),
  }),
  ...studyEvents,
  z.object({
    type: z.literal('run_end'),
    run_id: runId,
    status: z.enum(['FINISHED', 'FAILED', 'KILLED']),
    at,
    wall_ms: z.number().nullish(),
    cpu_ms: z.number().nullish(),
    peak_rss_bytes: z.number().nullish(),
  }),
])

/** One event of the kernel module, parsed. */
export type ModuleEvent = z.output<typeof moduleEvent>
