import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../base/problem.ts'
import { identifyProcess, isAlive, type ProcessIdentity } from '../base/process.ts'
import { kernelEnvironment } from '../kernel/launch.ts'

/** What the host of a study's trials is started with: a file that it and its processes read. */
export interface HostPlan {
  study: string
  /** Relative to the project: how it is called. */
  notebook: string
  cwd: string
  /** Where it asks for work: `http://127.0.0.1:PORT/k/<token>`. */
  url: string
  cells: { index: number; id: string | null; source: string }[]
  /** Variables that differ from trial to trial. */
  parameters: string[]
  parameters_cell: number | null
  /** Code that sets the other parameters. */
  fixed: string
  mode: 'auto' | 'fork' | 'prepared'
  threads: number
  parallel: number
  limits: { seconds: number | null; memory_bytes: number | null; stall_seconds: number }
}

/** How to start the host. */
export interface HostOptions {
  plan: HostPlan
  /** A folder of the study's own; made if absent. */
  folder: string
  /** The Python that the notebook runs on. */
  python: string
  env: Readonly<Record<string, string>>
  unset: readonly string[]
  /** Our Python package. */
  packageFolder: string
}

/**
 * Starts the host, in a session of its own and with its output in a file, so that it outlives the daemon.
 * @throws Problem `kernel_start_failed` if the Python cannot be run
 */
export async function startTrialHost(options: HostOptions): Promise<ProcessIdentity> {
  const { folder, plan } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const planFile = join(folder, 'plan.json')
  const logFile = join(folder, 'log.txt')
  const files = { log: logFile, shared_outputs: join(folder, 'shared-%d.jsonl') }
  writeFileSync(planFile, JSON.stringify({ ...plan, ...files }), { mode: 0o600 })
  const log = openSync(logFile, 'a', 0o600)
  try {
    const start = join(options.packageFolder, 'daybook', 'trial', 'start.py')
    const child = spawn(options.python, [start, 'host', planFile], {
      cwd: plan.cwd,
      detached: true,
      stdio: ['ignore', log, log],
      env: kernelEnvironment(process.env, options.env, options.unset),
      windowsHide: true,
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.on('error', () => undefined)
    child.unref()
    const pid = child.pid ?? 0
    return identifyProcess(pid) ?? { pid, startTime: null }
  } catch (error) {
    throw new Problem('kernel_start_failed', `Cannot run "${options.python}": ${(error as Error).message}`, {
      hint: 'Choose another kernel (--kernel NAME), or make the environment again.',
      cause: error,
    })
  } finally {
    closeSync(log)
  }
}

/** Ends a process with all of its group, if it is still that very process. */
export function endProcessGroup(identity: ProcessIdentity, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (!isAlive(identity)) return
  try {
    process.kill(process.platform === 'win32' ? identity.pid : -identity.pid, signal)
  } catch {
    // Nobody is left in it.
  }
}

/** What a process showed, line by line as it wrote it; nothing where there is no such file. */
export function readShown(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}

/** What the shared cells showed, in whichever process ran them last: they show the same in each. */
export function readSharedShown(folder: string): string[] {
  try {
    const name = readdirSync(folder).findLast((one) => one.startsWith('shared-'))
    return name === undefined ? [] : readShown(join(folder, name))
  } catch {
    return []
  }
}

/** The last lines of the host's log. */
export function readHostLog(folder: string): string[] {
  return readShown(join(folder, 'log.txt'))
    .filter((line) => line.trim() !== '')
    .slice(-20)
}

/** Forgets what an attempt, or a whole study, left on disk. */
export function removeTraces(path: string): void {
  rmSync(path, { recursive: true, force: true })
}
