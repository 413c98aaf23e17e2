import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** How long another one's work is waited for. */
const patienceMs = 15 * 60_000

/**
 * Keeps two set-ups from writing into one folder at the same time: waits until the other is done. The lock
 * of a process that has ended counts for nothing.
 *
 * @param {string} folder made to hold the lock
 * @param {(detail: string) => void} tell
 * @returns {Promise<() => void>} gives the lock back
 */
export async function lock(folder, tell) {
  mkdirSync(dirname(folder), { recursive: true })
  const deadlineMs = Date.now() + patienceMs
  for (;;) {
    try {
      mkdirSync(folder)
      writeFileSync(join(folder, 'pid'), String(process.pid))
      return () => rmSync(folder, { recursive: true, force: true })
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    }
    if (isLeft(folder)) rmSync(folder, { recursive: true, force: true })
    else if (Date.now() > deadlineMs) throw new Error(`Another set-up holds ${folder} for too long`)
    else tell('another set-up is at work, waiting for it')
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** @param {string} folder */
function isLeft(folder) {
  try {
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 0)
    return false
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code
    // ENOENT: its owner is between making the folder and writing its number, or died just there.
    if (code === 'ENOENT')
      return Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > 10_000
    return code === 'ESRCH'
  }
}
