import { z } from 'zod'
import { method } from './method.ts'

/** Where a study stands. `pausing` and `stopping` wait for the trials that run. */
export type StudyState = 'running' | 'paused' | 'stopping' | 'finished' | 'failed' | 'cancelled'

/** Where a trial of a study stands. `queued`: it waits for a place, or to be tried again. */
export type StudyTrialState = (typeof trialStates)[number]

/** All states of trials. */
export const trialStates = ['queued', 'running', 'complete', 'pruned', 'failed', 'cancelled'] as const

/** What a study tries to make small or large. */
export interface StudyObjective {
  metric: string
  mode: 'min' | 'max'
}

const value = z.union([z.number(), z.string(), z.boolean(), z.null()])
const objective = z.object({ metric: z.string().min(1), mode: z.enum(['min', 'max']) })

/** Everything that a study is made of, as its file and the command line give it. */
export const studySettings = z.object({
  /** Ranges by name, as `parseSpaceObject` reads them; empty: those that are offered for the notebook. */
  space: z.record(z.string(), z.unknown()).default({}),
  constraints: z.array(z.string()).default([]),
  /** Parameters that are the same in all trials. */
  parameters: z.record(z.string(), z.unknown()).default({}),
  objectives: z.array(objective).min(1).max(8),
  sampler: z.string().default('auto'),
  pruner: z.string().default('auto'),
  /** How many trials; null for no limit other than time. */
  trials: z.number().int().positive().max(1_000_000).nullable().default(100),
  /** Seconds after which no trial is begun any more. */
  timeoutS: z.number().positive().nullable().default(null),
  /** How many at a time; null: as many as the machine holds. */
  parallel: z.number().int().positive().max(1024).nullable().default(null),
  seed: z.number().int().nonnegative().nullable().default(null),
  /** The same seed gives the same study, in parallel too; a place may stand idle for it now and then. */
  deterministic: z.boolean().default(false),
  /** Cores of one trial; null: its part of the machine. */
  cores: z.number().positive().nullable().default(null),
  /** Part of a GPU for one trial, 0 for none; null: by the memory that the first ones take. */
  gpu: z.number().min(0).max(1).nullable().default(null),
  /** Limits of one trial. */
  trialTimeoutS: z.number().positive().nullable().default(null),
  trialMemoryMb: z.number().positive().nullable().default(null),
  /** How often a trial whose process crashed is tried again. */
  retries: z.number().int().min(0).max(10).default(1),
  /** Where trials run: addresses of Jupyter servers with their tokens, or of Ray clusters; none: on this machine. */
  on: z.array(z.string().min(1)).max(256).default([]),
  /** How trials get their processes; `auto` takes the first that is safe. */
  mode: z.enum(['auto', 'fork', 'prepared', 'kernel']).default('auto'),
  /** At the end the best and the default are each measured this often more, with other seeds. */
  repeats: z.number().int().min(0).max(100).default(0),
  /** Whether it ends by itself once nothing more is to be expected. */
  stopOnPlateau: z.boolean().default(false),
  /** What an hour of one trial's place costs, in whatever currency; null: hours only are told. */
  pricePerHour: z.number().positive().nullable().default(null),
  /** Kernel to use, as `daybook kernels` lists it; null: the one the notebook names. */
  kernel: z.string().nullable().default(null),
})

/** A study's settings, complete. */
export type StudySettings = z.output<typeof studySettings>

/** One trial of a study as a row of a table. */
export interface StudyTrial {
  number: number
  state: StudyTrialState
  /** `default`: the notebook's own values; `repeat`: one more measurement of another trial's point. */
  role: 'search' | 'default' | 'repeat'
  repeatOf: number | null
  point: Record<string, number | string | boolean | null>
  /** One an objective; empty unless complete. */
  values: number[]
  /** The last intermediate value of the first objective, with its step. */
  lastReport: { step: number; value: number } | null
  reports: number
  runId: string | null
  attempts: number
  /** Why this point, why it was ended early, or what went wrong. */
  says: string | null
  failure: { cell: number | null; name: string; message: string; traceback: string[] } | null
  startedAtMs: number | null
  endedAtMs: number | null
  cpuMs: number | null
  peakRssBytes: number | null
  gpu: string | null
}

/** How much better the best is than the notebook's own values, and how sure that is. */
export interface StudyGain {
  /** In the objective's unit, above 0 if better. */
  gain: number
  /** Where it lies with 95 % probability; null if that cannot be told. */
  interval: { low: number; high: number } | null
  /** `real`, `small` (real, and under a hundredth), `noise` (the interval holds 0), `unknown`. */
  verdict: 'real' | 'small' | 'noise' | 'unknown'
  /** What the interval is based on, or what would give one. */
  says: string
}

/** A study in a few numbers. */
export interface StudySummary {
  id: string
  name: string
  /** Relative to the project. */
  notebook: string
  runId: string
  state: StudyState
  /** What runs it, where that is other code than ours (Optuna, scikit-learn): it can be looked at, not steered. */
  madeBy: string | null
  settings: StudySettings
  /** Ranges that are searched, as text by name. */
  space: Record<string, string>
  parallel: number
  trials: Record<StudyTrialState, number>
  best: StudyTrial | null
  /** Several objectives: the trials that no other one beats in all. */
  front: number[]
  /** The trial with the notebook's own values; null if there is none. */
  defaultTrial: number | null
  gain: StudyGain | null
  /** Trials since the best was found. */
  sinceBest: number
  /** From which trial on nothing more was to be expected, and how many have ended since; null before that. */
  plateau: { trial: number; spent: number; says: string } | null
  /** Hours that trials have taken, summed up, and what they cost where a price is set. */
  used: { hours: number; cost: number | null }
  /** About how long it will still take; null if that cannot be told. */
  leftMs: number | null
  /** What matters how much, the most important first; the shares add up to 1. */
  importance: { name: string; share: number }[]
  how: {
    sampler: string
    pruner: string
    /** How trials get their processes, and why so; null before that is known. */
    mode: 'fork' | 'prepared' | 'kernel' | null
    why: string | null
    /** Cells that run once, not in each trial. */
    sharedCells: number | null
    /** What they took, in seconds. */
    sharedSeconds: number | null
    coresPerTrial: number
    devices: string[]
  }
  /** What is worth a word: a device that is left alone, a trial that was tried again. */
  notes: string[]
  failure: string | null
  createdAtMs: number
  endedAtMs: number | null
}

/** A parameter of a notebook and the range that is offered for it. */
export interface OfferedParameter {
  name: string
  /** Its value as it stands in the notebook. */
  text: string
  /** The range as text; null where none is sensible. */
  range: string | null
  says: string | null
}

const id = z.object({ id: z.string() })

/** About studies: parallel trials of a notebook with different parameters. */
export const studyMethods = {
  /** The parameters of a notebook with ranges, and metrics that it has logged so far: what a form is filled with. */
  'studies.offer': method(z.object({ notebook: z.string() }))<{
    parameters: OfferedParameter[]
    metrics: { name: string; mode: 'min' | 'max' | null }[]
    /** What `NAME.study.yaml` beside the notebook says; null if there is none. */
    saved: Partial<z.input<typeof studySettings>> | null
    /** How many run at a time unless told otherwise. */
    parallel: number
  }>(),
  /** Begins one; the path is absolute, or relative to the project. */
  'studies.start': method(z.object({ notebook: z.string(), settings: studySettings }))<StudySummary>(),
  /** `id` may be the beginning of an id. */
  'studies.get': method(id)<StudySummary>(),
  'studies.list': method(z.object({ limit: z.number().int().positive().max(1000).default(100) }))<
    StudySummary[]
  >(),
  /** A window of its trials. */
  'studies.trials': method(
    z.object({
      id: z.string(),
      offset: z.number().int().nonnegative().default(0),
      limit: z.number().int().positive().max(10_000).default(200),
      order: z.enum(['number', 'best', 'newest']).default('number'),
      /** A column instead of an order: `number`, `state`, `duration`, `value.0` (an objective), `param.NAME`. */
      by: z.string().optional(),
      descending: z.boolean().default(false),
      state: z.enum(trialStates).optional(),
    }),
  )<{ trials: StudyTrial[]; total: number }>(),
  /** What trials reported on their way, for curves. */
  'studies.reports': method(z.object({ id: z.string(), trials: z.array(z.number().int()).max(1000) }))<
    { trial: number; steps: number[]; values: number[] }[]
  >(),
  /** `stop`: no new trials, those that run end by themselves; `cancel` ends them. */
  'studies.change': method(
    z.object({ id: z.string(), to: z.enum(['pause', 'resume', 'stop', 'cancel']) }),
  )<StudySummary>(),
  'studies.adjust': method(
    z.object({
      id: z.string(),
      parallel: z.number().int().positive().max(1024).optional(),
      trials: z.number().int().positive().max(1_000_000).optional(),
    }),
  )<StudySummary>(),
  'studies.enqueue': method(z.object({ id: z.string(), point: z.record(z.string(), value) }))<StudySummary>(),
  'studies.cancelTrial': method(z.object({ id: z.string(), number: z.number().int() }))<StudySummary>(),
  /** Writes the best parameters into the notebook's cell tagged `parameters`. */
  'studies.writeBest': method(id)<{ written: Record<string, string>; unchanged: string[] }>(),
  /** Asks for every trial once more from the log, and says which would be another one. */
  'studies.replay': method(id)<{ trials: number; different: number[] }>(),
  /** What trials can run on, and who holds what. */
  'studies.devices': method(z.object({}))<{
    cores: number
    memoryBytes: number
    gpus: { uuid: string; name: string; memoryBytes: number; usedBytes: number }[]
    notes: string[]
    held: { project: string; cores: number; gpu: string | null }[]
  }>(),
}
