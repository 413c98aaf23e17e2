import type { Clock } from '../base/clock.ts'

/** How far the clock may run from the machine's own running time between two looks: sleep and summer time are less. */
const mostApartMs = 7 * 24 * 3_600_000

/** For so long a clock that was set is not believed; by then a wrong one is usually set right again. */
const doubtMs = 24 * 3_600_000

/** Notices that the clock was set, so that nothing is thrown away as old that only looks so. */
export class ClockWatch {
  readonly #clock: Clock
  readonly #runningMs: () => number
  #last: { atMs: number; runningMs: number }
  #doubtUntilMs = -Infinity

  /** @param runningMs time that only ever goes on, in milliseconds */
  constructor(clock: Clock, runningMs: () => number = () => performance.now()) {
    this.#clock = clock
    this.#runningMs = runningMs
    this.#last = { atMs: clock.nowMs(), runningMs: runningMs() }
  }

  /** Whether the age of things can be told by the clock: it was not set since the last look, nor a day before. */
  believable(): boolean {
    const now = { atMs: this.#clock.nowMs(), runningMs: this.#runningMs() }
    const apartMs = now.atMs - this.#last.atMs - (now.runningMs - this.#last.runningMs)
    this.#last = now
    if (Math.abs(apartMs) > mostApartMs) this.#doubtUntilMs = now.runningMs + doubtMs
    return now.runningMs >= this.#doubtUntilMs
  }
}
