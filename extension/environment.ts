import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { ResultOf } from '../shared/api/contract.ts'
import { Problem } from '../shared/base/problem.ts'
import type { Daemon } from './daemon.ts'

type FoundKernel = ResultOf<'kernels.find'>[number]

/** What making an environment needs. */
export interface EnvironmentParts {
  log(message: string): void
  /** Called when there is a new kernel to pick. */
  changed(): void
}

/** What an environment shall hold. */
export interface WantedEnvironment {
  /** Where `.venv` is made. */
  folder: string
  /** As pip names them. */
  packages: readonly string[]
  why: string
}

/** Where pip's name is not the name to import. */
const importNames: Readonly<Record<string, string>> = { 'scikit-learn': 'sklearn' }

/**
 * Offers to make a `.venv` with the packages where no Python has them all. The user sees what is installed, may
 * say no, and may break it off.
 */
export async function offerEnvironment(
  parts: EnvironmentParts,
  daemon: Daemon,
  wanted: WantedEnvironment,
): Promise<void> {
  const found = await daemon.call('kernels.find', { folder: wanted.folder })
  const pythons = found.filter(({ language, source }) => language === 'python' && source !== 'kernelspec')
  for (const { path, usable } of pythons) {
    if (usable && (await missing(path, wanted.packages)).length === 0) return
  }
  const base = await findBase(pythons)
  if (base === null) return await tellNoPython('Daybook found no Python that can make environments.')
  const list = wanted.packages.join(', ')
  const detail = `Into the new folder ${join(wanted.folder, '.venv')}, through pip as you have set it up, go: ${list}, and what they need. Nothing else on this computer changes.`
  const answer = await vscode.window.showInformationMessage(
    `${wanted.why}.`,
    { modal: true, detail },
    'Make .venv',
  )
  if (answer === 'Make .venv') await makeEnvironment(parts, base, wanted)
}

/** Makes `.venv` in a folder and installs the packages, with progress; breaking it off leaves what is there. */
export async function makeEnvironment(
  parts: EnvironmentParts,
  base: string,
  { folder, packages }: WantedEnvironment,
): Promise<void> {
  const venv = join(folder, '.venv')
  const python =
    process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python')
  const options = { location: vscode.ProgressLocation.Notification, title: 'Making .venv', cancellable: true }
  await vscode.window.withProgress(options, async (progress, token) => {
    const tell = (line: string): void => {
      parts.log(line)
      const collected = /^\s*Collecting ([\w.-]+)/.exec(line)?.[1]
      if (collected !== undefined) progress.report({ message: `found ${collected}` })
      if (/^Installing collected packages/.test(line)) progress.report({ message: 'installing' })
    }
    progress.report({ message: 'an empty environment' })
    if (!existsSync(python)) await run([base, '-m', 'venv', venv], tell, token)
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off']
    await run([python, ...pip, ...packages], tell, token)
  })
  parts.changed()
}

/** Which of these packages a Python lacks. It is asked without being made to import them. */
async function missing(python: string, packages: readonly string[]): Promise<string[]> {
  const names = packages.map((name) => importNames[name] ?? name)
  const code =
    'import sys, importlib.util as u; print(*[n for n in sys.argv[1:] if u.find_spec(n) is None], sep="\\n")'
  try {
    const lines: string[] = []
    await run([python, '-c', code, ...names], (line) => lines.push(line))
    return lines.filter((line) => line !== '')
  } catch {
    return names
  }
}

/** A Python that can make environments: the best that was found, else the one on the path. */
async function findBase(pythons: readonly FoundKernel[]): Promise<string | null> {
  for (const path of [...pythons.map((one) => one.path), 'python3', 'python']) {
    try {
      await run([path, '-c', 'import venv, ensurepip'], () => undefined)
      return path
    } catch {
      // This one cannot; the next one may.
    }
  }
  return null
}

/** Says that there is no Python, and where it comes from. */
export async function tellNoPython(what: string): Promise<void> {
  const how =
    process.platform === 'linux'
      ? 'On Debian and Ubuntu: sudo apt install python3-venv.'
      : 'It comes from python.org, or with conda, brew or uv.'
  await vscode.window.showWarningMessage(`${what} ${how} Then try again.`)
}

/** Runs a program to its end. @throws Problem with its last words, `cancelled` if the user broke it off */
function run(
  [program = '', ...args]: readonly string[],
  onLine: (line: string) => void,
  token?: vscode.CancellationToken,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    const cancelling = token?.onCancellationRequested(() => child.kill())
    const last: string[] = []
    let rest = ''
    const take = (chunk: unknown): void => {
      const lines = (rest + String(chunk)).split(/\r?\n/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        onLine(line)
        last.push(line)
      }
      last.splice(0, last.length - 4)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', (error) => reject(new Problem('internal', error.message)))
    child.on('close', (code) => {
      cancelling?.dispose()
      if (rest !== '') take('\n')
      if (token?.isCancellationRequested === true) reject(new Problem('cancelled', 'Broken off'))
      else if (code === 0) resolve()
      else reject(failed(program, last))
    })
  })
}

function failed(program: string, last: readonly string[]): Problem {
  const words = last.filter((line) => line.trim() !== '').join(' / ')
  return new Problem('kernel_start_failed', `${program} could not do it: ${words}`, {
    hint: 'The whole of what it said is in the log ("Daybook: Show Log").',
  })
}
