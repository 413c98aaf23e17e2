import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../base/clock.ts'
import { randomHex } from '../../base/id.ts'
import { takeLock } from '../../base/lock.ts'
import { openLog } from '../../base/log.ts'
import { bootId, thisProcess } from '../../base/process.ts'
import type { StatePaths } from '../../base/project.ts'
import {
  generation,
  readSupervisorFile,
  removeSupervisorFile,
  supervisorLockPath,
  supervisorSocket,
  writeSupervisorFile,
} from '../supervisor_file.ts'
import { openKernels } from './kernels.ts'
import { defaultLimits, type SupervisorLimits } from './limits.ts'
import { openRetention } from './retention.ts'
import { createSupervisorServer } from './server.ts'

/**
 * The supervisor's process: `main.ts '{"paths": …, "limits": …}'`. Exit code 3: another one holds the lock.
 *
 * It does little, on purpose: whatever it does not do cannot make it fall, and what it holds are cells that
 * run for days.
 */
function main(): void {
  const given = JSON.parse(process.argv[2] ?? '{}') as {
    paths: StatePaths
    limits?: Partial<SupervisorLimits>
  }
  const { paths } = given
  const limits = { ...defaultLimits, ...given.limits }
  const clock = systemClock
  // The project went while we were being started.
  if (!existsSync(paths.dir)) process.exit(0)
  for (const folder of [paths.kernels, paths.journal, paths.logs, paths.runtime]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  const log = openLog(join(paths.logs, 'supervisor.log'), clock)
  // Made here, as SQLite would let the user's umask decide who may read it.
  closeSync(openSync(supervisorLockPath(paths), 'a', 0o600))
  const lock = takeLock(supervisorLockPath(paths))
  if (lock === null) process.exit(3)

  const ports = new Set<number>()
  const retention = openRetention({ folder: paths.journal, limits, clock, log, kernels: () => kernels })
  const kernels = openKernels({ paths, limits, clock, log, ports, onSegment: () => retention.soon() })
  const token = randomHex(32)
  const startedAtMs = clock.nowMs()
  let lastUseMs = startedAtMs
  // One of several that were started at once may come when the others have done it all: it is never asked.
  let idleEndMs = Math.min(limits.idleEndMs, 30_000)
  let retiring = false

  const server = createSupervisorServer({
    kernels,
    token,
    clientBytes: limits.clientBytes,
    log,
    health: () => ({
      name: 'daybook-supervisor',
      generation,
      readSupervisorFile,
      project: paths.root,
      pid: process.pid,
      uptime_ms: clock.nowMs() - startedAtMs,
      kernels: kernels.size,
      rss_bytes: process.memoryUsage.rss(),
    }),
    onRetire() {
      retiring = true
      endIfIdle()
    },
  })
  const socket = supervisorSocket(paths)
  // The lock is ours, so a socket that is there belongs to a supervisor that was killed.
  if (process.platform !== 'win32') rmSync(socket, { force: true })
  const before = process.umask(0o177)
  server.listen(socket, () => {
    process.umask(before)
    announce()
    log(`supervisor ${process.pid} serves ${paths.root} with ${kernels.size} kernels`)
  })
  server.on('error', (error) => end(`cannot listen: ${error.message}`, 1))
  server.on('request', ({ method, url }) => {
    lastUseMs = clock.nowMs()
    idleEndMs = limits.idleEndMs
    // Whoever starts a kernel wants it to be cared for to its end.
    if (method === 'POST' && url === '/api/kernels') retiring = false
  })

  function announce(): void {
    const identity = { process: thisProcess(), boot: bootId(), host: hostname() }
    writeSupervisorFile(paths, { ...identity, socket, token, startedAtMs })
  }

  function lookAround(): void {
    kernels.tidy()
    if (kernels.inUse > 0) {
      lastUseMs = clock.nowMs()
      // Somebody has cleaned up the project; the kernels run on and must stay in reach.
      if (readSupervisorFile(paths)?.process.pid !== process.pid) announce()
    } else {
      endIfIdle()
    }
  }

  function endIfIdle(): void {
    if (kernels.inUse > 0) return
    if (retiring || clock.nowMs() - lastUseMs > idleEndMs || !existsSync(paths.dir)) end('nothing to do', 0)
  }

  function end(why: string, code: number): never {
    log(`supervisor ends: ${why}`)
    removeSupervisorFile(paths)
    kernels.release()
    lock?.release()
    process.exit(code)
  }

  setInterval(lookAround, Math.min(limits.idleEndMs / 4, 15_000))
  // A terminal that closes or an interrupt meant for somebody else is no reason to let go of kernels.
  process.on('SIGHUP', () => undefined)
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => end('SIGTERM', 0))
  process.on('uncaughtException', (error) => log(`defect: ${error.stack ?? error.message}`))
  process.on('unhandledRejection', (error) =>
    log(`defect: ${error instanceof Error ? (error.stack ?? '') : String(error)}`),
  )
}

main()
