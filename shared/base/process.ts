import { readFileSync } from 'node:fs'

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number
  /** When it started, in the system's own unit (Linux: clock ticks after boot); null where it cannot be told. */
  startTime: string | null
}

/** The identity of a running process, or null if there is none (a zombie counts as none). */
export function identifyProcess(pid: number): ProcessIdentity | null {
  if (!signalReaches(pid)) return null
  if (process.platform !== 'linux') return { pid, startTime: null }
  const stat = readStat(pid)
  if (stat === null || stat.state === 'Z' || stat.state === 'X') return null
  return { pid, startTime: stat.startTime }
}

/** Whether that very process still runs: same number and same start. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid)
  return now !== null && (identity.startTime === null || now.startTime === identity.startTime)
}

/** The identity of this process. */
export function thisProcess(): ProcessIdentity {
  return identifyProcess(process.pid) ?? { pid: process.pid, startTime: null }
}

/** Changes with every boot of the machine; empty where the system does not tell. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

/** When a process started, UTC milliseconds, to about a hundredth of a second; null where that cannot be told. */
export function processStartMs(pid: number): number | null {
  const stat = process.platform === 'linux' ? readStat(pid) : null
  if (stat === null) return null
  try {
    const bootSeconds = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]
    // The kernel counts in USER_HZ, which is 100 on every Linux.
    return bootSeconds === undefined ? null : Number(bootSeconds) * 1000 + Number(stat.startTime) * 10
  } catch {
    return null
  }
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it runs, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readStat(pid: number): { state: string; startTime: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold blanks and parentheses itself: count from the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? 'Z', startTime: fields[19] ?? '' }
  } catch {
    return null
  }
}
