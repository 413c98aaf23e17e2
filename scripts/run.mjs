import { spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(line: string) => void} [onLine] called with each line that the program writes
 * @property {number} [timeoutMs]
 * @property {boolean} [background] whether it gives way to other programs
 */

/**
 * Runs a program to its end and keeps what it wrote. A program that is not there counts as one that failed
 * with code 127.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ ok: boolean, code: number | null, output: string, stdout: string }>} output: both streams,
 *   the last 200 kB
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      // Windows starts .cmd files through a shell only; no argument of ours holds blanks or quotes there.
      shell: process.platform === 'win32' && command.endsWith('.cmd'),
    })
    if (options.background === true && child.pid !== undefined)
      setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
    // Not spawn's own `timeout`: for a program that is not there, its timer would keep us waiting.
    const timer =
      options.timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGTERM'), options.timeoutMs)
    const stopListening = endWithUs(child)
    const forget = () => {
      clearTimeout(timer)
      stopListening()
    }
    let output = ''
    let stdout = ''
    let rest = ''
    /** @param {string} text */
    const take = (text) => {
      output = (output + text).slice(-200_000)
      const lines = (rest + text).split(/\r?\n|\r/)
      rest = lines.pop() ?? ''
      for (const line of lines) options.onLine?.(line)
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', take)
    }
    child.stdout.on('data', (text) => (stdout += text))
    child.on('error', (error) => {
      forget()
      resolve({ ok: false, code: 127, output: output + error.message, stdout })
    })
    child.on('close', (code) => {
      forget()
      resolve({ ok: code === 0, code, output, stdout })
    })
  })
}

/**
 * Sees to it that a program does not go on alone when we are told to end: an installer that nobody waits for
 * would write into a folder that the next set-up cleans.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => void} to be called when it has ended
 */
function endWithUs(child) {
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => {
    child.kill('SIGTERM')
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  for (const signal of signals) process.on(signal, end)
  return () => {
    for (const signal of signals) process.off(signal, end)
  }
}

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * The last lines of a text, for messages.
 * @param {string} text
 * @param {number} [count]
 */
export function lastLines(text, count = 12) {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
