/** What was opened and must be closed: closed last first, each once. */
export class Bag {
  #closers: (() => void | Promise<void>)[] = []
  #closed = false

  /** Adds something to close. On a bag that is closed already it is closed at once. */
  add(close: () => void | Promise<void>): void {
    // A slow start must not outlive a fast stop.
    if (this.#closed) void close()
    else this.#closers.push(close)
  }

  /** Whether close() was called. */
  get closed(): boolean {
    return this.#closed
  }

  /**
   * Closes all, last first. May be called twice. One closer that fails does not keep the others open.
   * @throws AggregateError with the failures, after everything was tried
   */
  async close(): Promise<void> {
    this.#closed = true
    const failures: unknown[] = []
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Cannot close everything')
  }
}
