/** Lets each client have so many requests a second, with twice as many at once after a rest. */
export class RateLimit {
  readonly #perS: number
  readonly #clients = new Map<string, { tokens: number; atMs: number }>()

  constructor(perS: number) {
    this.#perS = perS
  }

  /** Takes one; returns 0 if it may, else how many seconds to wait. */
  take(client: string, nowMs: number): number {
    const most = this.#perS * 2
    const known = this.#clients.get(client) ?? { tokens: most, atMs: nowMs }
    // A clock that jumps back gives nothing and takes nothing.
    const passedS = Math.max(0, nowMs - known.atMs) / 1000
    const tokens = Math.min(most, known.tokens + passedS * this.#perS)
    const may = tokens >= 1
    this.#clients.set(client, { tokens: may ? tokens - 1 : tokens, atMs: nowMs })
    if (this.#clients.size > 10_000) this.#clients.delete(this.#clients.keys().next().value ?? '')
    return may ? 0 : (1 - tokens) / this.#perS
  }
}
