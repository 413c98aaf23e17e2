import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { bootId, isAlive, type ProcessIdentity } from '../base/process.ts'
import type { StatePaths } from '../base/project.ts'

/**
 * Generation of the supervisor: what it speaks with its clients and how it keeps kernels. Supervisors of two
 * generations can stand side by side, each with its file, lock and socket, so that an update of Daybook need not
 * end the kernels of the older one. There is one generation so far.
 */
export const generation = 1

/** How a supervisor is reached, as its file says. */
export interface SupervisorFile {
  process: ProcessIdentity
  boot: string
  host: string
  /** Path of the Unix socket or name of the Windows pipe. */
  socket: string
  token: string
  startedAtMs: number
}

/** Path of the file that says how to reach the supervisor. */
export function supervisorFilePath(paths: StatePaths): string {
  return join(paths.dir, 'supervisors', `${generation}.json`)
}

/** Path of the lock that a supervisor holds for its whole life. */
export function supervisorLockPath(paths: StatePaths): string {
  return join(paths.runtime, `supervisor-${generation}.lock`)
}

/** Where the supervisor listens. */
export function supervisorSocket(paths: StatePaths): string {
  const name = join(paths.runtime, `supervisor-${generation}.sock`)
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name.replaceAll(/[\\/:]/g, '-')}` : name
}

/** Writes the file, readable by the owner only, in one step. */
export function writeSupervisorFile(paths: StatePaths, file: SupervisorFile): void {
  const path = supervisorFilePath(paths)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.new`, JSON.stringify(file, null, 1), { mode: 0o600 })
  chmodSync(`${path}.new`, 0o600)
  renameSync(`${path}.new`, path)
}

/**
 * How to reach the supervisor, or null if none can be trusted: the file must be ours and closed to others, of
 * this machine and boot, lead to our own socket and name a process that lives.
 */
export function readSupervisorFile(paths: StatePaths): SupervisorFile | null {
  try {
    const path = supervisorFilePath(paths)
    const stat = lstatSync(path)
    if (!stat.isFile()) return null
    if (process.platform !== 'win32' && (stat.uid !== userInfo().uid || (stat.mode & 0o077) !== 0))
      return null
    const file = JSON.parse(readFileSync(path, 'utf8')) as SupervisorFile
    const ours = file.host === hostname() && file.boot === bootId() && file.socket === supervisorSocket(paths)
    return ours && typeof file.token === 'string' && isAlive(file.process) ? file : null
  } catch {
    return null
  }
}

/** Takes the file away when its supervisor ends. */
export function removeSupervisorFile(paths: StatePaths): void {
  rmSync(supervisorFilePath(paths), { force: true })
}
