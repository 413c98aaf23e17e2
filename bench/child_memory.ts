import { readFileSync } from 'node:fs'

/** Watches the processes that this one starts (Linux). */
export interface MemoryWatch {
  /** Ends the watch. @returns the most that one of them held, bytes; NaN where the system does not tell */
  stop(): number
}

/** Begins to watch how much memory the largest of this process's children holds. */
export function watchChildren(): MemoryWatch {
  let most = NaN
  const look = (): void => {
    for (const pid of childrenOf(process.pid)) {
      const held = peakOf(pid)
      if (!(held <= most)) most = held
    }
  }
  const timer = setInterval(look, 50)
  return {
    stop() {
      look()
      clearInterval(timer)
      return most
    },
  }
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
}

function peakOf(pid: number): number {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))
  return found === null ? NaN : Number(found[1]) * 1024
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
