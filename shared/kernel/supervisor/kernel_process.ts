import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { identifyProcess, isAlive, type ProcessIdentity } from '../../base/process.ts'
import { describeExit } from '../launch.ts'

/** How a kernel's process ended. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  /** In words. */
  how: string
}

/** A kernel's process, started by this supervisor or by an earlier one. */
export interface KernelProcess {
  readonly identity: ProcessIdentity
  /** Resolves when it has ended; never rejects. */
  readonly exited: Promise<Exit>
  readonly ended: boolean
  /** Sends a signal to the process and to those it has started (its group). */
  signal(signal: NodeJS.Signals): void
  /** Ends the watch, not the process. */
  release(): void
}

/** How often a process that is not our child is looked at. */
const lookEveryMs = 250

/** Watches a process that we have started: the system tells us its end. */
export function watchChild(child: ChildProcess): KernelProcess {
  const pid = child.pid ?? 0
  const identity = identifyProcess(pid) ?? { pid, startTime: null }
  let ended = child.exitCode !== null || child.signalCode !== null
  const exited = new Promise<Exit>((resolve) => {
    const tell = (code: number | null, signal: NodeJS.Signals | null): void => {
      ended = true
      resolve({ code, signal, how: describeExit(code, signal) })
    }
    if (ended) tell(child.exitCode, child.signalCode)
    else child.once('exit', tell)
  })
  return {
    identity,
    exited,
    get ended() {
      return ended
    },
    signal: (signal) => signalGroup(identity, signal),
    release: () => undefined,
  }
}

/**
 * Watches a process that an earlier supervisor started: nobody tells us its end, so we look.
 * @param isSilent asked where the system does not tell when a process started, so that its number may have
 *   gone to another: whether the kernel's heart has stopped
 */
export function watchStranger(identity: ProcessIdentity, isSilent: () => boolean): KernelProcess {
  let ended = false
  let timer: NodeJS.Timeout | undefined
  const exited = new Promise<Exit>((resolve) => {
    const look = (): void => {
      const gone = !isAlive(identity) || (identity.startTime === null && isSilent())
      if (!gone) return
      ended = true
      clearInterval(timer)
      resolve({ code: null, signal: null, how: describeExit(null, null) })
    }
    timer = setInterval(look, lookEveryMs)
    look()
  })
  return {
    identity,
    exited,
    get ended() {
      return ended
    },
    signal: (signal) => signalGroup(identity, signal),
    release: () => clearInterval(timer),
  }
}

/** A process of ours whose command line names this file; null if there is none, or the system does not tell. */
export function findProcess(file: string): ProcessIdentity | null {
  try {
    for (const name of readdirSync('/proc')) {
      if (/^\d+$/.test(name) && namesFile(name, file)) return identifyProcess(Number(name))
    }
  } catch {
    // No /proc here.
  }
  return null
}

function namesFile(pid: string, file: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .some((word) => word.endsWith(file))
  } catch {
    return false
  }
}

function signalGroup(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  const { pid, startTime } = identity
  const now = identifyProcess(pid)
  // The number may have gone to another process; as long as the group has members it cannot.
  if (pid <= 1 || (now !== null && startTime !== null && now.startTime !== startTime)) return
  try {
    // It leads a group of its own (it was started detached); a group outlives its leader.
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch {
    // Nobody is left in it.
  }
}
