import { readdirSync, readFileSync } from 'node:fs'

/** The name of the variable that marks a process as started by a test run. */
export const testMark = 'DAYBOOK_TEST_RUN'

/**
 * Processes of a test run that still live: those whose environment carries the run's mark. Linux only, where
 * a process' environment can be read; elsewhere none is found.
 * @param {string} mark
 * @returns {{ pid: number, command: string }[]}
 */
export function findLeftovers(mark) {
  if (process.platform !== 'linux') return []
  const found = []
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${testMark}=${mark}`)) continue
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      if (command !== '') found.push({ pid, command: command.slice(0, 160) })
    } catch {
      // It ended while we looked, or belongs to somebody else.
    }
  }
  return found
}

/**
 * Waits for the processes of a test run to end, and ends those that do not.
 * @param {string} mark
 * @param {number} patienceMs
 * @returns {Promise<string[]>} the command lines of those that had to be ended
 */
export async function endLeftovers(mark, patienceMs) {
  const deadlineMs = Date.now() + patienceMs
  let left = findLeftovers(mark)
  while (left.length > 0 && Date.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    left = findLeftovers(mark)
  }
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself just now.
    }
  }
  return left.map(({ command }) => command)
}
