import type { Client } from '../api/client.ts'
import type { StateTopics } from '../api/topics.ts'

/** What is kept up to date. */
export interface LiveParts<T> {
  client: Client
  /** What it depends on, if not on runs. */
  topics?: readonly (keyof StateTopics)[]
  /** Asks for it anew. */
  load(): Promise<T>
  /** Told every answer that is newer than the one before. */
  show(value: T): void
  fail(error: unknown): void
}

/** The longest pause between two questions, in milliseconds. */
const longestPauseMs = 3_000

/**
 * Keeps something that depends on runs (or on data) up to date: subscribes first, then asks, and asks again after changes,
 * the less often the longer answers take. One question at a time, so no late answer overwrites a newer one.
 */
export class Live<T> {
  readonly #parts: LiveParts<T>
  readonly #stops: readonly (() => void)[]
  #asking = false
  #stale = false
  #closed = false
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(parts: LiveParts<T>) {
    this.#parts = parts
    const topics = parts.topics ?? ['runs.changed']
    this.#stops = topics.map((topic) => parts.client.onChange(topic, () => this.refresh()))
  }

  /** Asks again, now or as soon as the question under way is answered. */
  refresh(): void {
    this.#stale = true
    if (!this.#asking && this.#timer === null) void this.#ask()
  }

  close(): void {
    this.#closed = true
    for (const stop of this.#stops) stop()
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  async #ask(): Promise<void> {
    this.#asking = true
    this.#stale = false
    const startedMs = performance.now()
    try {
      const value = await this.#parts.load()
      if (!this.#isClosed()) this.#parts.show(value)
    } catch (error) {
      if (!this.#isClosed()) this.#parts.fail(error)
    }
    this.#asking = false
    if (this.#isClosed()) return
    const pauseMs = Math.min(longestPauseMs, 100 + 3 * (performance.now() - startedMs))
    this.#timer = setTimeout(() => {
      this.#timer = null
      if (this.#stale) void this.#ask()
    }, pauseMs)
  }

  #isClosed(): boolean {
    return this.#closed
  }
}
