/** An execution that was not taken by an editor by then is kept in a file, for the time without a journal. */
const keepAfterMs = 3_000

/** One timer for each execution that is soon to be kept in a file. */
export class KeepTimers {
  readonly #timers = new Map<string, NodeJS.Timeout>()

  /** Has `keep` called in a while, unless it waits for that already. */
  start(id: string, keep: () => void): void {
    if (this.#timers.has(id)) return
    const act = (): void => {
      this.#timers.delete(id)
      keep()
    }
    this.#timers.set(id, setTimeout(act, keepAfterMs).unref())
  }

  stop(id: string): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }
}
