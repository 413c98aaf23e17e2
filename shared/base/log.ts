import { appendFileSync, renameSync, statSync } from 'node:fs'
import type { Clock } from './clock.ts'

/** Where a process says what it does; never to the user's terminal. */
export type Log = (message: string) => void

/**
 * A log file that is rotated once when it has grown to `maxBytes`: the older half is `path.1`.
 * A log that cannot be written is given up silently: a full disk must not stop a kernel.
 */
export function openLog(path: string, clock: Clock, maxBytes = 5_000_000): Log {
  return (message) => {
    try {
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) renameSync(path, `${path}.1`)
      appendFileSync(path, `${new Date(clock.nowMs()).toISOString()} ${message}\n`, { mode: 0o600 })
    } catch {
      // See above.
    }
  }
}
