import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../base/problem.ts'
import { openState } from '../base/project.ts'
import { discoverKernels } from '../kernel/discovery.ts'
import { findSupervisor } from '../kernel/supervisor_client.ts'
import { findDaemon } from './ensure.ts'
import { askHost, describeHost } from './remote/find_host.ts'
import { fillIn, parseOn } from './remote/on_address.ts'
import { readStudyFile } from './study/study_file.ts'

/** One thing that was looked at. */
export interface Check {
  subject: string
  /** `warn`: works, but not as well as it could; `missing`: something does not work without it. */
  level: 'ok' | 'warn' | 'missing'
  says: string
  /** The command or setting that mends it; null where nothing is to be done. */
  remedy: string | null
}

/** Below this many free bytes a training run is likely to fill the disk. */
const lowDiskBytes = 2_000_000_000

/** Looks at what this machine has, what survives on it, and what is missing. Starts and changes nothing. */
export async function examine(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Check[]> {
  const paths = openState(root)
  return [
    { subject: 'project', level: 'ok', says: root, remedy: null },
    stateCheck(paths.dir, paths.movedBecause),
    diskCheck(paths.dir),
    nodeCheck(),
    ...(await kernelChecks(root)),
    programCheck('git', 'commits and uncommitted changes are kept with each run', 'install git'),
    gpuCheck(),
    ...(await workerChecks(root, env)),
    trackingCheck(env),
    ...survivalChecks(env),
    runningCheck('daemon', (await findDaemon(paths)) !== null),
    runningCheck('supervisor', (await findSupervisor(paths)) !== null),
  ]
}

function stateCheck(dir: string, movedBecause: string | null): Check {
  if (movedBecause === null) return { subject: 'state', level: 'ok', says: dir, remedy: null }
  return {
    subject: 'state',
    level: 'warn',
    says: `${dir}, outside the project: ${movedBecause}`,
    remedy:
      'Runs of this project are seen on this machine, by this user, only. Share them with daybook export.',
  }
}

function diskCheck(dir: string): Check {
  const { bavail, bsize } = statfsSync(dir)
  const free = bavail * bsize
  const says = `${(free / 1e9).toFixed(1)} GB free`
  if (free > lowDiskBytes) return { subject: 'disk', level: 'ok', says, remedy: null }
  return {
    subject: 'disk',
    level: 'warn',
    says,
    remedy: 'daybook gc --dry-run shows what Daybook could give back',
  }
}

function nodeCheck(): Check {
  const says = `${process.version} at ${process.execPath}`
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 13)) return { subject: 'node', level: 'ok', says, remedy: null }
  return { subject: 'node', level: 'missing', says, remedy: 'Install Node 22.13 or later' }
}

async function kernelChecks(root: string): Promise<Check[]> {
  const kernels = await discoverKernels(root)
  const usable = kernels.filter((kernel) => kernel.usable)
  if (usable.length > 0) {
    const names = usable.map((kernel) => kernel.launch.name).join(', ')
    return [{ subject: 'kernels', level: 'ok', says: names, remedy: null }]
  }
  const remedy = kernels.find((kernel) => kernel.remedy != null)?.remedy ?? 'python3 -m pip install ipykernel'
  return [{ subject: 'kernels', level: 'missing', says: 'no kernel can be started here', remedy }]
}

function programCheck(name: string, use: string, remedy: string): Check {
  const found = spawnSync(name, ['--version'], { encoding: 'utf8', timeout: 5000 })
  if (found.status === 0)
    return { subject: name, level: 'ok', says: found.stdout.trim().split('\n')[0] ?? name, remedy: null }
  return { subject: name, level: 'warn', says: `not found; with it ${use}`, remedy }
}

function gpuCheck(): Check {
  const args = ['--query-gpu=name,memory.total', '--format=csv,noheader']
  const found = spawnSync('nvidia-smi', args, { encoding: 'utf8', timeout: 5000 })
  const says = found.status === 0 ? found.stdout.trim().replaceAll('\n', '; ') : 'no NVIDIA GPU'
  return { subject: 'gpu', level: 'ok', says, remedy: null }
}

/** Places where the study files in the project's folder start workers: whether they answer. */
async function workerChecks(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Check[]> {
  const named = new Map<string, string>()
  for (const file of readdirSync(root).filter((name) => name.endsWith('.study.yaml'))) {
    try {
      for (const word of readStudyFile(join(root, file)).settings.on ?? []) named.set(word, file)
    } catch {
      // What is wrong with a study file is told when it is used.
    }
  }
  return Promise.all(
    [...named].map(async ([word, file]): Promise<Check> => {
      try {
        const address = parseOn(fillIn(word, env))
        const says = `${describeHost(address, await askHost(address))} (${file})`
        return { subject: 'workers', level: 'ok', says, remedy: null }
      } catch (error) {
        const remedy = error instanceof Problem ? (error.hint ?? null) : null
        return { subject: 'workers', level: 'warn', says: `${(error as Error).message} (${file})`, remedy }
      }
    }),
  )
}

function trackingCheck(env: Readonly<Record<string, string | undefined>>): Check {
  const uri = env['MLFLOW_TRACKING_URI']
  if (uri === undefined || uri === '') {
    return { subject: 'tracking', level: 'ok', says: 'runs go to this project', remedy: null }
  }
  return {
    subject: 'tracking',
    level: 'warn',
    says: `MLFLOW_TRACKING_URI is set: mlflow code logs to ${uri}, and not to this project`,
    remedy: 'unset MLFLOW_TRACKING_URI, to have it here',
  }
}

function survivalChecks(env: Readonly<Record<string, string | undefined>>): Check[] {
  const checks: Check[] = []
  if (env['SLURM_JOB_ID'] !== undefined) {
    checks.push({
      subject: 'survival',
      level: 'warn',
      says: 'inside a Slurm job: kernels end with the job',
      remedy: 'ask for enough time (--time); what was logged stays',
    })
  }
  if (env['JUPYTERHUB_USER'] !== undefined) {
    checks.push({
      subject: 'survival',
      level: 'warn',
      says: 'under JupyterHub: its culler may end the server, and all kernels with it',
      remedy: 'ask the administrator for the culling time',
    })
  }
  if (killsUserProcesses()) {
    checks.push({
      subject: 'survival',
      level: 'warn',
      says: 'this system ends all processes of a user who logs out (KillUserProcesses=yes)',
      remedy: 'loginctl enable-linger',
    })
  }
  if (checks.length === 0) {
    const says = 'kernels and running cells outlive editors, terminals and the daemon'
    checks.push({ subject: 'survival', level: 'ok', says, remedy: null })
  }
  return checks
}

function killsUserProcesses(): boolean {
  const file = '/etc/systemd/logind.conf'
  return existsSync(file) && /^\s*KillUserProcesses\s*=\s*(yes|true|1|on)/im.test(readFileSync(file, 'utf8'))
}

function runningCheck(subject: string, runs: boolean): Check {
  return {
    subject,
    level: 'ok',
    says: runs ? 'runs' : 'does not run (it is started when needed)',
    remedy: null,
  }
}
