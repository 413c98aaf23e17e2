import { z } from 'zod'
import { method } from './method.ts'
import { studySettings, type StudyTrial, type StudyTrialState } from './study_methods.ts'

/** One parameter of a study and its value in each trial. */
export interface StudyColumn {
  name: string
  /** Numbers run from `low` to `high`; a choice's values are places in `choices`. */
  kind: 'number' | 'choice'
  low: number
  high: number
  log: boolean
  choices: string[]
  /** Null where the parameter is not active. */
  values: (number | null)[]
}

/** All trials of a study as columns of the same length, for charts. */
export interface StudyPoints {
  objectives: { metric: string; mode: 'min' | 'max' }[]
  number: number[]
  state: StudyTrialState[]
  role: StudyTrial['role'][]
  /** A column an objective; null unless complete. */
  values: (number | null)[][]
  startedAtMs: (number | null)[]
  endedAtMs: (number | null)[]
  /** GPU that it ran on. */
  gpu: (string | null)[]
  /** The most important first, where that is known. */
  parameters: StudyColumn[]
}

/** What two parameters make of the first objective, all others left to chance. */
export interface StudySurface {
  across: number[]
  up: number[]
  /** Expected value by place: `z[row of up][column of across]`; empty if too few trials tell. */
  z: number[][]
  /** Trials that it was read from. */
  trials: number
}

/** What a trial reported on its way. */
export interface TrialCurve {
  trial: number
  state: StudyTrialState
  steps: number[]
  values: number[]
}

/** What the page of a study and the form for a new one ask beside. */
export const studyPageMethods = {
  'studies.points': method(z.object({ id: z.string() }))<StudyPoints>(),
  'studies.surface': method(
    z.object({
      id: z.string(),
      across: z.string(),
      up: z.string(),
      cells: z.number().int().min(4).max(80).default(32),
    }),
  )<StudySurface>(),
  /** Curves of the trials that run, of the best and of the last that ended, the oldest first, thinned out if long. */
  'studies.curves': method(z.object({ id: z.string() }))<TrialCurve[]>(),
  /** Makes a version of a registered model of what the best trial kept; again it is the same version. */
  'studies.registerBest': method(z.object({ id: z.string(), name: z.string().min(1).optional() }))<{
    name: string
    version: number
  }>(),
  /** Writes `NAME.study.yaml` beside a notebook; comments and the order of one that is there stay. */
  'studies.save': method(z.object({ notebook: z.string(), settings: studySettings }))<{ file: string }>(),
}
