import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Problem } from '../base/problem.ts'
import type { KernelLaunch } from './kernel.ts'

/** How and where a kernel's process is started. */
export interface SpawnOptions {
  launch: KernelLaunch
  connectionFile: string
  /** Where its own words (stdout and stderr) go: never into a pipe, which would break when the reader dies. */
  logFile: string
  cwd: string
  env: Readonly<Record<string, string>>
}

/**
 * Starts a kernel in a session of its own, so that no terminal and no parent takes it along when it ends.
 * @throws Problem `kernel_start_failed` if the folder or the program is missing
 */
export async function spawnKernel(options: SpawnOptions): Promise<ChildProcess> {
  const { launch, cwd } = options
  if (!(statSync(cwd, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    throw new Problem(
      'kernel_start_failed',
      `Cannot start the kernel "${launch.name}" in "${cwd}": no such folder`,
      {
        hint: 'Make the folder, or start the kernel in another one.',
      },
    )
  }
  const [program, ...args] = expandCommand(launch.argv, options.connectionFile)
  if (program === undefined)
    throw new Problem('kernel_start_failed', `The kernel "${launch.name}" has no command`)
  const log = openSync(options.logFile, 'a', 0o600)
  try {
    const child = spawn(program, args, {
      cwd,
      detached: true,
      stdio: ['ignore', log, log],
      env: kernelEnvironment(process.env, { ...launch.env, ...options.env }, launch.unset),
      windowsHide: true,
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    // An 'error' later on (a signal that cannot be sent) must not end the supervisor.
    child.on('error', () => undefined)
    child.unref()
    return child
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new Problem(
      'kernel_start_failed',
      `Cannot start the kernel "${launch.name}": ${reason(error, program)}`,
      {
        hint: missing
          ? 'Its Python or program was moved or removed: choose another kernel or install it again.'
          : `Run it by hand to see why: ${[program, ...args].join(' ')}`,
        cause: error,
      },
    )
  } finally {
    closeSync(log)
  }
}

/** The command line with the connection file put in; a word may hold it in its middle. */
export function expandCommand(argv: readonly string[], connectionFile: string): string[] {
  return argv.map((word) =>
    word
      .replaceAll('{connection_file}', connectionFile)
      .replaceAll('{connection_file_dir}', dirname(connectionFile)),
  )
}

/**
 * The environment of a kernel: ours without what belongs to the editor or to a Jupyter server that started us.
 * JPY_PARENT_PID would make ipykernel end with its parent.
 */
export function kernelEnvironment(
  own: NodeJS.ProcessEnv,
  added: Readonly<Record<string, string>>,
  unset: readonly string[] = [],
): Record<string, string> {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined || /^(VSCODE_|ELECTRON_)/.test(name) || unset.includes(name)) continue
    if (
      [
        'JPY_PARENT_PID',
        'JPY_INTERRUPT_EVENT',
        'NODE_CHANNEL_FD',
        'NODE_OPTIONS',
        'DAYBOOK_SUPERVISOR',
      ].includes(name)
    )
      continue
    env[name] = value
  }
  return { ...env, ...added }
}

/** Lines that kernels write on every start and that explain nothing. */
const noise = [
  /frozen modules/i,
  /make the debugger miss breakpoints/i,
  /Note: Debugging will proceed/i,
  /PYDEVD_DISABLE_FILE_VALIDATION/,
  /^NOTE: When using the `ipython kernel` entry point/,
  /^To exit, you will have to explicitly quit/,
  /Ctrl-\\/,
  /^To read more about this, see/,
  /github\.com\/ipython\/ipython\/issues\/2049/,
  /^To connect another client to this kernel/,
  /--existing /,
  /traitlets/i,
  /transport.?encryption|CurveZMQ|not encrypted|unencrypted/i,
  /^\s*$/,
]

/** The last lines that a kernel's process wrote itself, without what every kernel says; at most `lines` of them. */
export function lastWords(logFile: string, lines = 8): string[] {
  return readTail(logFile, 16_384)
    .split(/\r?\n/)
    .filter((line) => !noise.some((pattern) => pattern.test(line)))
    .slice(-lines)
}

/** The problem with a kernel that was started and did not come up: how it went, and its last words. */
export function startProblem(launch: KernelLaunch, how: string, logFile: string): Problem {
  const words = lastWords(logFile, 12)
  const said = words.length === 0 ? '' : `:\n${words.join('\n')}`
  return new Problem('kernel_start_failed', `The kernel "${launch.displayName}" ${how}${said}`, {
    hint: words.some((word) => /No module named '?ipykernel/.test(word))
      ? `Install it: ${launch.argv[0] ?? 'python'} -m pip install ipykernel`
      : 'Its own words say why; a package of another version than it needs is a frequent cause.',
  })
}

/** How a process ended, for a user: `exit code 1` or `signal SIGKILL`. */
export function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL') return 'killed (SIGKILL): often the system, when memory runs out'
  if (signal === 'SIGSEGV') return 'crashed (SIGSEGV): a native library failed'
  if (signal !== null) return `ended by signal ${signal}`
  return code === null ? 'ended, how is not known' : `ended with exit code ${code}`
}

/** Reason of a death: how it ended, then its last words. */
export function deathReason(how: string, logFile: string): string {
  const words = lastWords(logFile)
  return words.length === 0 ? how : `${how}\n${words.join('\n')}`
}

function readTail(path: string, bytes: number): string {
  try {
    const file = openSync(path, 'r')
    try {
      const size = fstatSync(file).size
      const buffer = Buffer.alloc(Math.min(size, bytes))
      readSync(file, buffer, 0, buffer.length, size - buffer.length)
      return buffer.toString('utf8')
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}

function reason(error: unknown, program: string): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return `"${program}" does not exist`
  if (code === 'EACCES') return `"${program}" may not be executed`
  return (error as Error).message
}
