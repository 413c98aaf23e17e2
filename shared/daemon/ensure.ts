import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiVersion } from '../api/contract.ts'
import { version } from '../api/version.ts'
import { Problem } from '../base/problem.ts'
import { openState, type StatePaths } from '../base/project.ts'
import { readDaemonFile } from './discovery.ts'

/** Where the daemon of a project answers. */
export interface DaemonAddress {
  url: string
  token: string
  /** Whether this call started it. */
  started: boolean
}

/** How long a start may take before it counts as failed: it includes the migration of a large store. */
const startLimitMs = 60_000

/** How often a start is tried within that time. */
const startLimit = 5

/**
 * Finds the project's daemon, or starts it. A daemon of an older version is asked to end first, so that the
 * newest installed Daybook serves; kernels and running cells do not notice.
 * @throws Problem `daemon_unreachable` with the end of the daemon's log
 */
export async function ensureDaemon(root: string): Promise<DaemonAddress> {
  const paths = openState(root)
  const found = await findDaemon(paths)
  if (found !== null && isCurrent(found)) {
    return { url: found.url, token: found.token, started: false }
  }
  if (found !== null) await handOver(found)
  let hasEnded = startDaemon(paths)
  let starts = 1
  const deadline = Date.now() + startLimitMs
  for (let pauseMs = 20; Date.now() < deadline; pauseMs = Math.min(pauseMs * 1.3, 250)) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    const daemon = await findDaemon(paths)
    // The older one may still be about to end.
    if (daemon !== null && isCurrent(daemon)) return { url: daemon.url, token: daemon.token, started: true }
    if (!hasEnded()) continue
    // It left the place to another one that was about to end, or was killed: once more, but not for ever.
    if (++starts > startLimit) break
    hasEnded = startDaemon(paths)
  }
  throw new Problem(
    'daemon_unreachable',
    `The Daybook daemon of "${root}" did not start${lastWords(paths)}`,
    {
      hint: `Its log is ${join(paths.logs, 'daemon.log')}; "daybook doctor" looks for the usual causes.`,
    },
  )
}

/** A daemon that answers, of this API or an older one. */
interface FoundDaemon extends DaemonAddress {
  version: string
  api: number
}

/**
 * The daemon that answers for this project, or null.
 * @throws Problem `daemon_unreachable` if it speaks a newer API than ours
 */
export async function findDaemon(paths: StatePaths): Promise<FoundDaemon | null> {
  const file = readDaemonFile(paths)
  if (file === null) return null
  try {
    const answer = await fetch(`${file.url}/health`, { signal: AbortSignal.timeout(3000) })
    const health = (await answer.json()) as { name?: string; api?: number; pid?: number }
    if (health.name !== 'daybook' || health.pid !== file.pid) return null
    const api = health.api ?? 0
    if (api > apiVersion) {
      throw new Problem(
        'daemon_unreachable',
        `A newer Daybook (API ${api}, here ${apiVersion}) serves this project`,
        {
          hint: 'Update this installation, or stop the other one with its own "daybook daemon stop".',
        },
      )
    }
    return { url: file.url, token: file.token, version: file.version, api, started: false }
  } catch (error) {
    if (error instanceof Problem) throw error
    return null
  }
}

/** Command line that starts the daemon of a project, from the sources or from the bundle. */
export function daemonCommand(root: string): string[] {
  const here = fileURLToPath(import.meta.url)
  const entry = here.endsWith('.ts') ? join(here, '..', 'main.ts') : join(here, '..', 'daemon.mjs')
  return [process.execPath, '--disable-warning=ExperimentalWarning', entry, root]
}

/** Starts a daemon; the answer tells whether that process has ended. */
function startDaemon(paths: StatePaths): () => boolean {
  const [command, ...args] = daemonCommand(paths.root)
  const log = openSync(join(paths.logs, 'daemon.err'), 'w', 0o600)
  // Its own session and no pipes: it must outlive whoever starts it.
  const child = spawn(command ?? process.execPath, args, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: paths.root,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  })
  let ended = false
  child.once('exit', () => (ended = true))
  child.once('error', () => (ended = true))
  child.unref()
  closeSync(log)
  return () => ended
}

async function handOver(daemon: DaemonAddress): Promise<void> {
  await fetch(`${daemon.url}/api/daemon.stop`, {
    method: 'POST',
    headers: { authorization: `Bearer ${daemon.token}`, 'content-type': 'application/json' },
    body: '{}',
  }).catch(() => null)
}

/** Whether it serves as we would ourselves: the same API, and no older version. */
function isCurrent(daemon: FoundDaemon): boolean {
  return daemon.api === apiVersion && !isNewer(version, daemon.version)
}

function isNewer(one: string, other: string): boolean {
  const numbers = (text: string): number[] => text.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0)
  const [a, b] = [numbers(one), numbers(other)]
  for (let i = 0; i < 3; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0)
  return false
}

function lastWords(paths: StatePaths): string {
  try {
    const text = readFileSync(join(paths.logs, 'daemon.err'), 'utf8').trim()
    return text === '' ? '' : `: ${text.split('\n').slice(-3).join(' / ')}`
  } catch {
    return ''
  }
}
