import type { Point, Space } from '../../../shared/tuning/space.ts'

/** Something to tune whose best value is known, so that a search can be judged. */
export interface HpoProblem {
  readonly family: string
  readonly name: string
  readonly space: Space
  /** Less is better; the same point always gives the same. */
  readonly loss: (point: Point) => number
  /** The least loss there is. */
  readonly optimum: number
  /** The median loss of random points: a regret of 1. */
  readonly middle: number
}

/** How far a loss is from the optimum, where a random point is 1 in the median. */
export function regret({ optimum, middle }: HpoProblem, loss: number): number {
  return (loss - optimum) / (middle - optimum)
}
