import type { ModelInput } from './frame.ts'
import type { ModelOutput } from './model_output.ts'
import type { ModelRevision } from './model_revision.ts'
import type { Slot } from './prediction.ts'

/** An answer to one request. */
export interface DeploymentAnswer {
  output: ModelOutput
  revision: ModelRevision
  slot: Slot
}

/** One request. */
export interface DeploymentRequest {
  requestId: string
  input: ModelInput
  /** When it came; what replays the past says when that was. */
  timeMs: number
  arrivedMs: number
  /** Requests with the same key always get the same of champion and canary. */
  routeKey: string
  /** A revision that is asked for by number; null for what the slots say. */
  revision: number | null
}

/** What a person is told while a revision comes up. */
export type Progress = (step: 'load' | 'warm-up' | 'ready', says: string) => void

/** Where a revision is put, with its share of the requests where it does not get them all. */
export interface Placing {
  slot: Slot
  share?: number
}
