import type { Point, Space } from './space.ts'

/** Whether less or more of an objective is better. */
export type Direction = 'minimize' | 'maximize'

/** What a trial reported before its end. `value` is the first objective's. */
export interface Report {
  readonly step: number
  readonly value: number
}

/** `failed` is one that ended without a usable value; what ends by a pruner is `pruned`. */
export type TrialState = 'running' | 'complete' | 'pruned' | 'failed'

/** One point that was, or is being, tried. A study's state is the list of these and nothing else. */
export interface Trial {
  /** Its place in the order in which trials were asked for, from 0. */
  readonly number: number
  readonly point: Point
  readonly state: TrialState
  /** One value an objective, as measured; empty unless complete. */
  readonly values: readonly number[]
  /** Measured constraints: each is met where it is at most 0. */
  readonly constraints: readonly number[]
  /** By rising step. */
  readonly reports: readonly Report[]
  /** Its place in the order in which trials ended, from 0; null while it runs. */
  readonly ended: number | null
  /** How many trials had ended when this one was asked for: with it a proposal can be made again exactly. */
  readonly saw: number
  /** Whether a person or a program set the point instead of the sampler. */
  readonly enqueued: boolean
}

/** What is searched, for what, and how far. */
export interface Study {
  readonly space: Space
  /** One an objective. */
  readonly directions: readonly Direction[]
  /** How many trials there will be; null if nobody said. */
  readonly trials: number | null
  /** How many run at a time. */
  readonly parallel: number
  /** The last step that a trial reports, for example its epochs; null if unknown. */
  readonly lastStep: number | null
}

/** Whether a trial ended with a number for each objective, none of them NaN. */
export function isUsable(study: Study, trial: Trial): boolean {
  return (
    trial.state === 'complete' &&
    trial.values.length === study.directions.length &&
    trial.values.every((value) => !Number.isNaN(value))
  )
}

/** How far a trial breaks the measured constraints; 0 if it meets all. */
export function violation(trial: Trial): number {
  return trial.constraints.reduce(
    (sum, value) => sum + (Number.isNaN(value) ? Infinity : Math.max(0, value)),
    0,
  )
}

/** A value turned so that less is better. */
export function loss(direction: Direction | undefined, value: number): number {
  return direction === 'maximize' ? -value : value
}

/** All values of a trial turned so that less is better. */
export function losses(study: Study, trial: Trial): number[] {
  return trial.values.map((value, index) => loss(study.directions[index], value))
}

/** The usable trial with the best first objective among those that meet the constraints; null if there is none. */
export function bestTrial(study: Study, trials: readonly Trial[]): Trial | null {
  let best: Trial | null = null
  let least = Infinity
  for (const trial of trials) {
    if (!isUsable(study, trial) || violation(trial) > 0) continue
    const own = loss(study.directions[0], trial.values[0] ?? NaN)
    if (best !== null && own >= least) continue
    best = trial
    least = own
  }
  return best
}
