import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What taking in spools needs. */
export interface SpoolOptions {
  folder: string
  nowMs: number
  /** A file that was written to less than this ago may still be written to by its process. */
  settledMs?: number
  /** Takes the lines of one file with the token of its writer; false if the token is unknown. */
  take(lines: string, token: string): boolean
  log(message: string): void
}

/**
 * Takes in what kernels and scripts could not deliver while no daemon was there, oldest first, and removes the
 * files. A spool names its writer's address in its first line; one whose address is unknown is left alone.
 * @returns number of files taken in
 */
export function takeSpools({ folder, nowMs, settledMs = 5_000, take, log }: SpoolOptions): number {
  let taken = 0
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  for (const name of files.sort()) {
    const path = join(folder, name)
    if (nowMs - statSync(path).mtimeMs < settledMs) continue
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
