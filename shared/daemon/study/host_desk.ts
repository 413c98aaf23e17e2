import type { HostAnswer, HostMessage, TrialOrder } from '../../compute/host_message.ts'
import type { HostedStudy } from './trial_line.ts'

/** How long a question for work waits for an answer: shorter than the host's own patience. */
const holdMs = 20_000

/**
 * What one host of a study's trials says and is told. It asks over and over, with all that it knows; the answer
 * names all that is open. So nothing is lost when a message is, and either side may be killed and come back.
 */
export class HostDesk {
  readonly #study: HostedStudy
  #orders = new Map<string, TrialOrder>()
  #known: ReadonlySet<string> = new Set()
  #seen = new Set<string>()
  /** Whether it is known what it runs: it has said so, or has only just begun. */
  heard = false
  /** Whether what it says is being taken in: the answer to that tells what comes of it. */
  #hearing = false
  #waiting: { resolve(answer: HostAnswer): void; timer: NodeJS.Timeout } | null = null

  constructor(study: HostedStudy) {
    this.#study = study
  }

  /** Attempts that it was given or told of, and that are not over. */
  get attempts(): ReadonlySet<string> {
    return new Set([...this.#orders.keys(), ...this.#known].filter((id) => !this.#seen.has(id)))
  }

  /** Takes what the host says it knows, and tells the study which attempts have ended. */
  hear(message: HostMessage, began: (told: HostMessage['attempts'][number]) => void): void {
    this.#hearing = true
    try {
      this.#hear(message, began)
    } finally {
      this.#hearing = false
    }
  }

  #hear(message: HostMessage, began: (told: HostMessage['attempts'][number]) => void): void {
    this.heard = true
    this.#known = new Set(message.attempts.map(({ attempt }) => attempt))
    for (const told of message.attempts) {
      // One that was short is told of only when it is over.
      if (told.pid != null) began(told)
      if (told.outcome === undefined) continue
      this.#orders.delete(told.attempt)
      this.#seen.add(told.attempt)
      if (told.outcome !== 'unprepared') this.#study.attemptEnded(told.attempt, told)
    }
    for (const attempt of this.#seen) if (!this.#known.has(attempt)) this.#seen.delete(attempt)
  }

  /** Answers at once if there is news or the host does not wait; else when there is. */
  answer({ wait }: HostMessage): Promise<HostAnswer> {
    const answer = this.#now()
    if (!wait || isNews(answer)) return Promise.resolve(answer)
    this.wake()
    return new Promise((resolve) => {
      this.#waiting = { resolve, timer: setTimeout(() => this.wake(), holdMs) }
    })
  }

  /** Has a trial run as soon as the host asks. */
  order(order: TrialOrder): void {
    this.#orders.set(order.attempt, order)
    this.wake()
  }

  hasOrder(attempt: string): boolean {
    return this.#orders.has(attempt)
  }

  /** The host is gone, and with it what it was to do. */
  clear(): void {
    this.heard = false
    this.#orders.clear()
    this.#known = new Set()
    this.#seen.clear()
  }

  /** Answers the question that waits. */
  wake(): void {
    const waiting = this.#waiting
    if (waiting === null || this.#hearing) return
    this.#waiting = null
    clearTimeout(waiting.timer)
    waiting.resolve(this.#now())
  }

  close(): void {
    if (this.#waiting !== null) clearTimeout(this.#waiting.timer)
    this.#waiting = null
  }

  #now(): HostAnswer {
    const stops = [...this.#study.stops].filter(([id]) => this.#known.has(id))
    return {
      run: [...this.#orders.values()].filter(({ attempt }) => !this.#known.has(attempt)),
      stop: Object.fromEntries(stops),
      seen: [...this.#seen],
      over: this.#study.isOver || this.#study.record.progress.mode === 'kernel',
    }
  }
}

/** Whether an answer cannot wait. */
function isNews(answer: HostAnswer): boolean {
  return answer.run.length > 0 || answer.over || answer.seen.length > 0 || Object.keys(answer.stop).length > 0
}
