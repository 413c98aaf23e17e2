import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { identifyProcess, processStartMs } from '../base/process.ts'

/** What taking in spools needs. */
export interface SpoolOptions {
  folder: string
  /** Takes the lines of one file with the token of its writer; false if the token is unknown. */
  take(lines: string, token: string): boolean
  log(message: string): void
}

/** Clocks and the kernel's count of time since boot drift apart a little. */
const clockSlackMs = 10_000

/**
 * Takes in what kernels and scripts could not deliver while no daemon was there, oldest first, and removes the
 * files. A process that lives sends its spool itself, and may still be writing to it: only what is left of dead
 * ones is taken. A spool names its writer's address in its first line; one whose address is unknown is left alone.
 * @returns number of files taken in
 */
export function takeSpools({ folder, take, log }: SpoolOptions): number {
  let taken = 0
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  for (const name of files.sort()) {
    const path = join(folder, name)
    if (writerLives(name)) continue
    const lines = readFileSync(path, 'utf8')
    const token = writersToken(lines)
    try {
      if (token === null || !take(lines, token)) continue
      rmSync(path, { force: true })
      taken++
    } catch (error) {
      // The disk may be full: the file stays for the next look.
      log(`spool ${name}: ${(error as Error).message}`)
    }
  }
  return taken
}

function writersToken(lines: string): string | null {
  try {
    const first = JSON.parse(lines.slice(0, lines.indexOf('\n'))) as { type?: string; url?: string }
    return first.type === 'spool' ? (/\/k\/([^/]+)/.exec(first.url ?? '')?.[1] ?? null) : null
  } catch {
    return null
  }
}

/** Whether the process that the file name begins with (`<pid>-<start ms>-…`) is the one that wrote it. */
function writerLives(name: string): boolean {
  const [, pid, startedMs] = /^(\d+)-(\d+)-/.exec(name) ?? []
  if (pid === undefined || identifyProcess(Number(pid)) === null) return false
  const processMs = processStartMs(Number(pid))
  return processMs === null || processMs <= Number(startedMs) + clockSlackMs
}
