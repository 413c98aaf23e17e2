import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { bootId, isAlive } from '../base/process.ts'
import type { StatePaths } from '../base/project.ts'

const fileShape = z.object({
  pid: z.number().int().positive(),
  start_time: z.string().nullable(),
  url: z.url(),
  token: z.string().min(16),
  version: z.string(),
  api: z.number().int(),
  project: z.string(),
  host: z.string(),
  boot: z.string(),
  started_ms: z.number(),
  /** How to start it again; stays after its end, so that a script can wake it without an editor. */
  start: z.array(z.string()),
})

/** What `.daybook/daemon.json` says. */
export type DaemonFile = z.output<typeof fileShape>

/** Writes the file, readable by the owner only, in one step. */
export function writeDaemonFile(paths: StatePaths, file: DaemonFile): void {
  const path = daemonFilePath(paths)
  writeFileSync(`${path}.new`, JSON.stringify(file, null, 2) + '\n', { mode: 0o600 })
  chmodSync(`${path}.new`, 0o600)
  renameSync(`${path}.new`, path)
}

/**
 * Reads who the daemon is, or null if there is no word of a daemon that may be trusted: the file must be ours,
 * closed to others, of this host and boot, name a loopback address and a process that lives. A repository that
 * somebody cloned may carry a file of this name that leads elsewhere.
 */
export function readDaemonFile(paths: StatePaths): DaemonFile | null {
  const path = daemonFilePath(paths)
  if (!existsSync(path)) return null
  if (process.platform !== 'win32') {
    const stat = statSync(path)
    if (stat.uid !== userInfo().uid || (stat.mode & 0o077) !== 0) return null
  }
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
  const parsed = fileShape.safeParse(content)
  if (!parsed.success) return null
  const file = parsed.data
  if (!isLoopback(file.url) || file.host !== hostname() || file.boot !== bootId()) return null
  return isAlive({ pid: file.pid, startTime: file.start_time }) ? file : null
}

/** Whether an address leads to this machine alone. */
export function isLoopback(url: string): boolean {
  const host = new URL(url).hostname
  return host === '127.0.0.1' || host === 'localhost' || host === '[::1]'
}

function daemonFilePath(paths: StatePaths): string {
  return join(paths.dir, 'daemon.json')
}
