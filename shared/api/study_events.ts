import { z } from 'zod'
import { trialStates } from './study_methods.ts'

const at = z.number().nonnegative()
const study = z.string().regex(/^[\w-]{1,64}$/)
const run_id = z.string()
const value = z.union([z.number(), z.string(), z.boolean(), z.null()])

/** What the kernel module tells of a search that other code runs: Optuna's, scikit-learn's. */
export const studyEvents = [
  /** One begins, or what it searches has grown. */
  z.object({
    type: z.literal('study'),
    run_id,
    study,
    maker: z.string(),
    name: z.string(),
    objectives: z.array(z.object({ metric: z.string().min(1), mode: z.enum(['min', 'max']) })).min(1),
    trials: z.number().int().positive().nullish(),
    /** Ranges as a study file writes them. */
    space: z.record(z.string(), z.unknown()),
    at,
  }),
  z.object({
    type: z.literal('study_trial'),
    run_id,
    study,
    number: z.number().int().nonnegative(),
    state: z.enum(trialStates),
    point: z.record(z.string(), value),
    values: z.array(z.number()).default([]),
    reports: z.array(z.tuple([z.number().int(), z.number()])).default([]),
    says: z.string().nullish(),
    started: at.nullish(),
    ended: at.nullish(),
    at,
  }),
  z.object({ type: z.literal('study_end'), run_id, study, ok: z.boolean(), at }),
] as const

/** One of these events, parsed. */
export type StudyEvent = z.output<(typeof studyEvents)[number]>
