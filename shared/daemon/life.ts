import type { Clock } from '../base/clock.ts'

/** How long the daemon stays with nothing to do. */
export const idleEndMs = 10 * 60_000

/**
 * Decides when the daemon may end: after ten minutes in which no client was connected, no kernel and no process
 * that was given a token lived, and no notebook was being run.
 */
export class Life {
  readonly #clock: Clock
  #idleSinceMs: number | null

  constructor(clock: Clock) {
    this.#clock = clock
    this.#idleSinceMs = clock.nowMs()
  }

  /** Notes whether anything needs the daemon now; returns whether it may end. */
  check(needed: boolean): boolean {
    if (needed) {
      this.#idleSinceMs = null
      return false
    }
    this.#idleSinceMs ??= this.#clock.nowMs()
    return this.#clock.nowMs() - this.#idleSinceMs >= idleEndMs
  }

  /** When it will end if nothing happens; null while it is needed. */
  get endsAtMs(): number | null {
    return this.#idleSinceMs === null ? null : this.#idleSinceMs + idleEndMs
  }
}
