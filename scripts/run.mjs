import { spawn } from 'node:child_process'

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(line: string) => void} [onLine] called with each line that the program writes
 * @property {number} [timeoutMs]
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
      timeout: options.timeoutMs,
      windowsHide: true,
      // Windows starts .cmd files through a shell only; no argument of ours holds blanks or quotes there.
      shell: process.platform === 'win32' && command.endsWith('.cmd'),
    })
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
    child.on('error', (error) => resolve({ ok: false, code: 127, output: output + error.message, stdout }))
    child.on('close', (code) => resolve({ ok: code === 0, code, output, stdout }))
  })
}

/**
 * The last lines of a text, for messages.
 * @param {string} text
 * @param {number} [count]
 */
export function lastLines(text, count = 12) {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
