import type { Point, Space } from '../../shared/tuning/space.ts'
import type { Report, Study, Trial } from '../../shared/tuning/trial.ts'

/** A trial that is complete unless told otherwise. */
export function trialOf(number: number, point: Point, rest: Partial<Trial> = {}): Trial {
  return {
    number,
    point,
    state: 'complete',
    values: [],
    constraints: [],
    reports: [],
    ended: rest.state === 'running' ? null : number,
    saw: number,
    enqueued: false,
    ...rest,
  }
}

/** Reports at steps 1, 2, … or at those given. */
export function reportsOf(values: readonly number[], steps?: readonly number[]): Report[] {
  return values.map((value, index) => ({ step: steps?.[index] ?? index + 1, value }))
}

/** A study that minimises one value, one trial at a time, unless told otherwise. */
export function studyOf(space: Space, rest: Partial<Study> = {}): Study {
  return { space, directions: ['minimize'], trials: null, parallel: 1, lastStep: null, ...rest }
}
