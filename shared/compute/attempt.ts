/** Where an attempt at a trial stands. `lost`: its host went silent or died under it, which is not its fault. */
export type AttemptState = 'queued' | 'running' | 'done' | 'failed' | 'crashed' | 'cancelled' | 'lost'

/** Which state may follow which. A trial goes on after `crashed` and `lost` with a new attempt. */
export const attemptFollows: Readonly<Record<AttemptState, readonly AttemptState[]>> = {
  queued: ['running', 'cancelled', 'lost'],
  running: ['done', 'failed', 'crashed', 'cancelled', 'lost'],
  done: [],
  failed: [],
  crashed: [],
  cancelled: [],
  lost: [],
}

/** How the host says that an attempt ended. */
export const outcomes = [
  'done',
  'failed',
  'killed',
  'oom',
  'memory',
  'timeout',
  'stalled',
  'cancelled',
  'pruned',
  'lost',
  'unprepared',
] as const

/** One of the outcomes above. */
export type Outcome = (typeof outcomes)[number]

/** The state that an outcome leads to, and what it means in words; null for those that need none. */
export const meaning: Readonly<Record<Outcome, { state: AttemptState; says: string | null }>> = {
  done: { state: 'done', says: null },
  failed: { state: 'failed', says: null },
  killed: { state: 'crashed', says: 'its process was ended from outside or crashed' },
  oom: { state: 'crashed', says: 'the system ended it: the machine ran out of memory' },
  memory: { state: 'crashed', says: 'it took more memory than its limit' },
  timeout: { state: 'crashed', says: 'it took longer than its time limit' },
  stalled: { state: 'lost', says: 'it stood still on a lock after a fork' },
  cancelled: { state: 'cancelled', says: 'it was cancelled' },
  pruned: { state: 'done', says: 'it was ended early' },
  lost: { state: 'lost', says: 'the process that ran it was lost' },
  unprepared: { state: 'lost', says: 'the shared cells could not be run' },
}

/** How often attempts are lost before the trial counts as failed: not its fault, but not for ever either. */
export const maxLost = 5

/**
 * Whether a trial is tried again after this outcome.
 * @param before outcomes of its earlier attempts
 * @param retries how often after a crash
 */
export function triesAgain(outcome: Outcome, before: readonly Outcome[], retries: number): boolean {
  if (outcome === 'lost' || outcome === 'stalled') {
    return before.filter((one) => meaning[one].state === 'lost').length < maxLost
  }
  // A limit that was met once is met again.
  if (outcome !== 'killed' && outcome !== 'oom') return false
  return before.filter((one) => one === 'killed' || one === 'oom').length < retries
}
