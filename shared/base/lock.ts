import { DatabaseSync } from 'node:sqlite'

/** A lock that is held until it is released or the process ends, however it ends. */
export interface Lock {
  release(): void
}

/**
 * Takes the lock that the file stands for, or returns null at once if another process holds it.
 *
 * Node has no flock; an exclusive SQLite transaction is the same thing with the system's own file locks, and is
 * free the moment its process is gone, even after kill -9.
 */
export function takeLock(path: string): Lock | null {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    // 5: SQLITE_BUSY, somebody holds it.
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === 5) return null
    throw error
  }
  return { release: () => database.close() }
}
