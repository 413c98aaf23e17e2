import type { Handlers } from '../../api/contract.ts'
import type { PausedNotebooks } from '../paused.ts'
import type { TopicBoard } from '../topics.ts'

type TrackingHandlers = Pick<Handlers, Extract<keyof Handlers, `tracking.${string}`>>

/** Answers what is recorded, and changes it. */
export function trackingHandlers(paused: PausedNotebooks, topics: TopicBoard): TrackingHandlers {
  return {
    'tracking.state': () => ({ paused: paused.list() }),
    'tracking.setPaused': (wanted) => {
      paused.set(wanted.notebook, wanted.paused)
      topics.bump('notebooks.changed')
      return { paused: paused.list() }
    },
  }
}
