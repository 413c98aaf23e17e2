/** The time, as an argument: what is tested brings its own. */
export interface Clock {
  /** UTC milliseconds since 1970. */
  nowMs(): number
}

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() }
