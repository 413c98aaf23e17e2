import { closeSync, fdatasync, fstatSync, openSync } from 'node:fs'

/** What is done with the log of a store; only tests use another. */
export interface LogFile {
  /** Changes with each write. */
  stamp(): string
  sync(done: (error: Error | null) => void): void
  close(): void
}

/**
 * Brings what was committed from the system's memory to the disk, once a second while there is something new. The
 * store does not wait for the disk with each commit (that would cost every logged value some milliseconds): without
 * this, a power cut could take all since SQLite's last checkpoint, with it about a second.
 *
 * Only SQLite's log is opened, which it holds no lock on: closing a file gives up all locks that the process has on
 * it.
 * @returns stops it
 */
export function keepSynced(
  path: string,
  { everyMs = 1000, log = openLog(`${path}-wal`) }: { everyMs?: number; log?: LogFile } = {},
): () => void {
  let synced = ''
  let busy = false
  let closed = false
  const look = (): void => {
    const stamp = log.stamp()
    if (busy || stamp === synced) return
    busy = true
    log.sync((error) => {
      busy = false
      if (error === null) synced = stamp
      if (closed) log.close()
    })
  }
  const timer = setInterval(look, everyMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    closed = true
    if (!busy) log.close()
  }
}

function openLog(path: string): LogFile {
  const file = openSync(path, 'r+')
  return {
    stamp: () => {
      const { mtimeMs, size } = fstatSync(file)
      return `${mtimeMs} ${size}`
    },
    sync: (done) => fdatasync(file, done),
    close: () => closeSync(file),
  }
}
