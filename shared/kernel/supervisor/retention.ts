import { rmdirSync, rmSync, statSync } from 'node:fs'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Kernels } from './kernels.ts'
import type { SupervisorLimits } from './limits.ts'
import { listSegments } from './segment.ts'

/** Keeps the journals of a project within their bounds. */
export interface Retention {
  /** Looks through the journals in a moment. */
  soon(): void
  /** Looks through them now. */
  sweep(): void
}

/** What is needed to keep the bounds. */
export interface RetentionOptions {
  /** Folder of all journals, one folder a kernel. */
  folder: string
  limits: Pick<SupervisorLimits, 'projectBytes' | 'keepDays'>
  clock: Clock
  log: Log
  kernels: () => Pick<Kernels, 'find'>
}

interface Candidate {
  kernel: string
  path: string
  bytes: number
  changedAtMs: number
  removable: boolean
  remove(): void
}

const dayMs = 86_400_000
const sweepEveryMs = 3_600_000

/** Removes the oldest parts of journals: what is too old, and what is beyond the project's size. */
export function openRetention(options: RetentionOptions): Retention {
  const { folder, limits, clock, log } = options
  let scheduled = false

  function candidates(kernel: string): Candidate[] {
    const hosted = options.kernels().find(kernel)
    const removable = new Map(hosted?.line.removableSegments().map((segment) => [segment.path, segment]))
    return listSegments(join(folder, kernel)).flatMap((segment) => {
      const stat = statSync(segment.path, { throwIfNoEntry: false })
      if (stat === undefined) return []
      const open = removable.get(segment.path)
      return {
        kernel,
        path: segment.path,
        bytes: stat.size,
        changedAtMs: stat.mtimeMs,
        removable: hosted === undefined || open !== undefined,
        remove: () =>
          open === undefined
            ? rmSync(segment.path, { force: true })
            : hosted?.line.journal.removeSegment(open),
      }
    })
  }

  function sweep(): void {
    const all = readdirSync(folder).flatMap(candidates)
    let bytes = all.reduce((sum, each) => sum + each.bytes, 0)
    const oldest = clock.nowMs() - limits.keepDays * dayMs
    for (const each of all.filter((one) => one.removable).sort((a, b) => a.changedAtMs - b.changedAtMs)) {
      if (bytes <= limits.projectBytes && each.changedAtMs >= oldest) continue
      each.remove()
      bytes -= each.bytes
      log(`removed ${each.bytes} bytes of the journal of kernel ${each.kernel}`)
      removeIfEmpty(join(folder, each.kernel))
    }
  }

  function soon(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      try {
        sweep()
      } catch (error) {
        log(`cannot look through the journals: ${(error as Error).message}`)
      }
    })
  }

  setInterval(soon, sweepEveryMs).unref()
  soon()
  return { soon, sweep }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Something is left in it.
  }
}
