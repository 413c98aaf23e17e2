import { z } from 'zod'
import { outcomes } from './attempt.ts'

const failure = z.object({
  cell: z.number().int().nullable(),
  name: z.string(),
  message: z.string(),
  traceback: z.array(z.string()),
})

const told = z.object({
  attempt: z.string(),
  waiting: z.boolean().optional(),
  pid: z.number().int().nullish(),
  start: z.string().nullish(),
  /** How long ago it began. */
  ran_ms: z.number().optional(),
  /** There once it is over. */
  outcome: z.enum(outcomes).optional(),
  how: z.string().optional(),
  wall_ms: z.number().optional(),
  cpu_ms: z.number().optional(),
  peak_rss_bytes: z.number().optional(),
  result: z
    .looseObject({ ok: z.boolean(), asked_stop: z.boolean().optional() })
    .and(failure.partial())
    .nullish(),
})

/** What the host of a study's trials says when it asks for work: all that it knows, each time. */
export const hostMessage = z.object({
  study: z.string(),
  /** Whether the answer may take a while. */
  wait: z.boolean(),
  phase: z.enum(['preparing', 'ready', 'refused', 'broken']),
  mode: z.enum(['fork', 'whole']),
  why: z.string().nullable(),
  broken: z
    .object({ refused: z.string().optional(), cell: z.number().nullish(), failed: failure.optional() })
    .nullable(),
  shared: z.object({ shared: z.number().optional(), seconds: z.number().optional() }),
  attempts: z.array(told),
})

/** The host's message, parsed. */
export type HostMessage = z.output<typeof hostMessage>
/** What it says of one attempt. */
export type ToldAttempt = z.output<typeof told>

/** One trial to be run. */
export interface TrialOrder {
  attempt: string
  /** Names that the study sets. */
  point: Record<string, unknown>
  /** Code that sets them. */
  source: string
  /** Where what it shows is kept. */
  outputs: string
  seed: number
  threads: number
  env: Record<string, string>
}

/** What the host is told: all that is open, each time. */
export interface HostAnswer {
  run: TrialOrder[]
  stop: Record<string, 'cancelled' | 'pruned'>
  /** Attempts whose end is in the store. */
  seen: string[]
  over: boolean
}
