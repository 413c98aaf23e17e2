import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { ulid } from '../base/id.ts'
import { Problem } from '../base/problem.ts'
import type { StatePaths } from '../base/project.ts'
import type { KernelId, KernelInfo, StartKernel, Supervisor } from './kernel.ts'
import { openLastingConnection } from './lasting_connection.ts'
import { lastWords } from './launch.ts'
import type { SupervisorLimits } from './supervisor/limits.ts'
import { connectOnce } from './supervisor_connection.ts'
import { supervisorEntry } from './supervisor_entry.ts'
import { readSupervisorFile, type SupervisorFile } from './supervisor_file.ts'
import { askSupervisor, UnreachableError } from './supervisor_request.ts'

/** How a supervisor is started where none runs; one that runs keeps its own. */
export interface SupervisorOptions {
  limits?: Partial<SupervisorLimits>
  /** How long a start may take. */
  startTimeoutMs?: number
}

/**
 * The project's supervisor: found, or else started. It lives on when we end. If it dies later, the next question
 * starts another one, which takes over the kernels.
 * @throws Problem `state_unusable` if it cannot be started
 */
export async function ensureSupervisor(
  paths: StatePaths,
  options: SupervisorOptions = {},
): Promise<Supervisor> {
  let current = await findOrStart(paths, options)
  let renewal: Promise<SupervisorFile> | null = null

  /** Asks; once more if the supervisor died before it could answer. */
  async function ask<T>(question: (file: SupervisorFile) => Promise<T>): Promise<T> {
    const asked = current
    try {
      return await question(asked)
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
      if (current === asked) {
        renewal ??= findOrStart(paths, options).finally(() => (renewal = null))
        current = await renewal
      }
      return await question(current)
    }
  }

  const request = (method: string, path: string, body?: unknown): Promise<unknown> =>
    ask((file) => askSupervisor(file, { method, path, body }))
  const infoOf = (model: unknown): KernelInfo => (model as { daybook: KernelInfo }).daybook

  return {
    list: async () => ((await request('GET', '/api/kernels')) as unknown[]).map(infoOf),
    async start(start: StartKernel) {
      const id = start.id ?? (ulid(Date.now()) as KernelId)
      let attempts = 0
      try {
        const model = await ask((file) => {
          attempts++
          const body = { daybook: { ...start, id } }
          return askSupervisor(file, { method: 'POST', path: '/api/kernels', body })
        })
        return infoOf(model)
      } catch (error) {
        if (!(attempts > 1 && error instanceof Problem && error.code === 'conflict')) throw error
        // The supervisor died while it started the kernel; the next one has taken that over.
        return await untilStarted(() => request('GET', `/api/kernels/${id}`).then(infoOf))
      }
    },
    follow: async (kernel) => infoOf(await request('POST', '/api/kernels', { daybook: { attach: kernel } })),
    async interrupt(id) {
      await request('POST', `/api/kernels/${id}/interrupt`)
    },
    restart: async (id) => infoOf(await request('POST', `/api/kernels/${id}/restart`)),
    async stop(id) {
      await request('DELETE', `/api/kernels/${id}`)
    },
    attach: (id, cursor) =>
      openLastingConnection(id, cursor, (from) => ask((file) => connectOnce(file, id, from))),
    close() {
      askSupervisor(current, { method: 'POST', path: '/api/daybook/retire' }).catch(() => undefined)
    },
  }
}

async function untilStarted(look: () => Promise<KernelInfo>): Promise<KernelInfo> {
  for (;;) {
    const info = await look()
    if (info.state === 'dead') throw new Problem('kernel_start_failed', info.deathReason ?? 'The kernel died')
    if (info.state !== 'starting') return info
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The supervisor that runs for this project, or null. */
export async function findSupervisor(paths: StatePaths): Promise<SupervisorFile | null> {
  const file = readSupervisorFile(paths)
  if (file === null) return null
  try {
    const health = (await askSupervisor(file, { method: 'GET', path: '/health', timeoutMs: 5000 })) as {
      name?: string
    }
    return health.name === 'daybook-supervisor' ? file : null
  } catch {
    return null
  }
}

async function findOrStart(paths: StatePaths, options: SupervisorOptions): Promise<SupervisorFile> {
  const found = await findSupervisor(paths)
  if (found !== null) return found
  const deadline = Date.now() + (options.startTimeoutMs ?? 20_000)
  let attempt = startProcess(paths, options)
  for (let pauseMs = 10; Date.now() < deadline; pauseMs = Math.min(pauseMs * 1.3, 200)) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    const file = await findSupervisor(paths)
    if (file !== null) return file
    const ended = attempt.ended()
    if (ended === 'failed') break
    // Another one held the lock: it serves in a moment, or it was about to end and ours must try again.
    const waited = ended === 'refused' && Date.now() > attempt.startedAtMs + 3000
    if (waited || ended === 'killed') attempt = startProcess(paths, options)
  }
  const said = lastWords(attempt.log, 6).join('\n')
  throw new Problem(
    'state_unusable',
    `Cannot start the kernel supervisor of "${paths.root}"${said && `:\n${said}`}`,
    {
      hint: `Its log is ${join(paths.logs, 'supervisor.log')}; "daybook doctor" looks for the usual causes.`,
    },
  )
}

/** A process that may become the supervisor. */
interface Attempt {
  startedAtMs: number
  /** Null while it runs. `refused`: another one holds the lock. */
  ended(): 'refused' | 'killed' | 'failed' | null
  /** What it writes when it fails. */
  log: string
}

function startProcess(paths: StatePaths, options: SupervisorOptions): Attempt {
  const log = join(paths.logs, 'supervisor.err')
  const stdio = openSync(log, 'a', 0o600)
  const given = JSON.stringify({ paths, limits: options.limits ?? {} })
  // Its own session and no pipes: it must outlive whoever starts it.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', supervisorEntry(), given], {
    detached: true,
    stdio: ['ignore', stdio, stdio],
    cwd: paths.runtime,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    windowsHide: true,
  })
  let end: ReturnType<Attempt['ended']> = null
  child.once('exit', (code) => (end = code === null ? 'killed' : code === 3 ? 'refused' : 'failed'))
  child.once('error', () => (end = 'failed'))
  child.unref()
  closeSync(stdio)
  return { startedAtMs: Date.now(), ended: () => end, log }
}
