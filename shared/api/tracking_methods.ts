import { z } from 'zod'
import { method } from './method.ts'

/** What is recorded and what is not. */
export interface TrackingState {
  /** Notebooks that are not recorded for now, relative to the project. */
  paused: string[]
}

/** Whether notebooks are recorded. */
export const trackingMethods = {
  'tracking.state': method(z.object({}))<TrackingState>(),
  /**
   * Stops or resumes the recording of a notebook (relative to the project). Runs that have begun go on, and so
   * does what code logs through the mlflow client by itself.
   */
  'tracking.setPaused': method(
    z.object({ notebook: z.string().min(1), paused: z.boolean() }),
  )<TrackingState>(),
}
