import { stateTopics, type StateTopics } from '../api/topics.ts'

/** Name of a state topic. */
export type StateTopic = keyof StateTopics

/**
 * Counts the changes of everything that can change and tells those who listen, at most once in `pauseMs` a
 * topic: a training loop that logs a thousand times a second makes ten notices, not a thousand.
 */
export class TopicBoard {
  readonly #versions: Map<string, number>
  #listeners = new Map<string, Set<(version: number) => void>>()
  #due = new Map<string, NodeJS.Timeout>()
  readonly #pauseMs: number

  /** @param first the first version: beyond those of a former daemon, whose clients come back with theirs */
  constructor(pauseMs = 100, first = 1) {
    this.#pauseMs = pauseMs
    this.#versions = new Map(stateTopics.map((topic) => [topic, first]))
  }

  /** Something under this topic is no longer as it was. Told after a pause, in which more may come. */
  bump(topic: StateTopic, pauseMs = this.#pauseMs): void {
    this.#versions.set(topic, this.version(topic) + 1)
    if (this.#due.has(topic) || (this.#listeners.get(topic)?.size ?? 0) === 0) return
    this.#due.set(
      topic,
      setTimeout(() => {
        this.#due.delete(topic)
        for (const listener of this.#listeners.get(topic) ?? []) listener(this.version(topic))
      }, pauseMs),
    )
  }

  version(topic: StateTopic): number {
    return this.#versions.get(topic) ?? 0
  }

  /** Calls the listener with the present version at once, then after changes. Returns a function that stops it. */
  listen(topic: StateTopic, listener: (version: number) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners.add(listener))
    listener(this.version(topic))
    return () => listeners.delete(listener)
  }

  close(): void {
    for (const timer of this.#due.values()) clearTimeout(timer)
    this.#due.clear()
    this.#listeners.clear()
  }
}

/** The topic of that name, or null if there is none. */
export function parseStateTopic(name: string): StateTopic | null {
  return stateTopics.find((topic) => topic === name) ?? null
}
