import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../base/clock.ts'
import { takeLock } from '../base/lock.ts'
import { openLog } from '../base/log.ts'
import { bootId, thisProcess } from '../base/process.ts'
import type { StatePaths } from '../base/project.ts'
import { Deployment } from './deployment.ts'
import { deploymentsFolder } from './deployment_files.ts'
import { listDeploymentRecords, newDeploymentRecord } from './deployment_record.ts'
import { createGateway, newAdminToken } from './gateway.ts'
import { answerAdmin, type AdminParts } from './gateway_admin.ts'
import {
  checkCertificate,
  gatewayLockPath,
  openGatewaySettings,
  readGatewayFile,
  removeGatewayFile,
  writeGatewayFile,
} from './gateway_file.ts'
import { GatewayMetrics } from './gateway_metrics.ts'
import { findOnnxRuntime } from './onnx_runtime.ts'
import { WorkerDoor } from './worker_door.ts'

/**
 * The gateway's process: `gateway_main.ts '{"paths": …, "version": …, "program": …}'`. Exit code 3: another one holds
 * the lock; 4: its port belongs to somebody else. It lives until it is told to end or its project is gone.
 */
const given = JSON.parse(process.argv[2] ?? '{}') as { paths: StatePaths; version: string; program: string }
const { paths, version, program } = given
for (const folder of [deploymentsFolder(paths.dir), paths.logs, paths.runtime])
  mkdirSync(folder, { recursive: true, mode: 0o700 })
const clock = systemClock
const log = openLog(join(paths.logs, 'gateway.log'), clock)
process.on('SIGHUP', () => undefined)
process.on('SIGINT', () => undefined)
process.on('uncaughtException', (error) => log(`defect: ${error.stack ?? error.message}`))
process.on('unhandledRejection', (error) =>
  log(`defect: ${error instanceof Error ? (error.stack ?? '') : String(error)}`),
)

// Made here, as SQLite would let the user's umask decide who may read it.
closeSync(openSync(gatewayLockPath(paths), 'a', 0o600))
const lock = takeLock(gatewayLockPath(paths))
if (lock === null) process.exit(3)
const settings = await openGatewaySettings(paths)
if (settings.tls !== null) {
  try {
    checkCertificate(settings.tls)
  } catch (error) {
    fail((error as Error).message, 1)
  }
}
const metrics = new GatewayMetrics()
const door = await WorkerDoor.open(join(paths.runtime, 'workers.sock'))
const deployments = new Map<string, Deployment>()
const adminToken = newAdminToken()
const startedAtMs = clock.nowMs()
const findOnnx = (): ReturnType<typeof findOnnxRuntime> => findOnnxRuntime(paths.root)
const parts = { stateDir: paths.dir, door, program, clock, log, metrics, findOnnx }

for (const record of listDeploymentRecords(paths.dir))
  deployments.set(record.name, new Deployment(record, parts))

const admin: AdminParts = {
  ...{ deployments, deploying: new Map(), metrics },
  create: (name) => new Deployment(newDeploymentRecord(name, clock.nowMs()), parts),
  end: () => void end('told to'),
}
const server = createGateway({
  ...{ settings, version, adminToken, deployments, metrics, clock, log },
  health: () => ({ name: 'daybook-gateway', version, uptimeMs: clock.nowMs() - startedAtMs }),
  admin: (request, response, path) => answerAdmin(admin, request, response, path),
})
server.on('error', (error: NodeJS.ErrnoException) => {
  fail(
    `cannot listen at ${settings.bind}:${settings.port}: ${error.message}`,
    error.code === 'EADDRINUSE' ? 4 : 1,
  )
})
server.listen(settings.port, settings.bind, () => {
  announce()
  log(`version ${version} serves ${paths.root} at ${settings.bind}:${settings.port}`)
  for (const deployment of deployments.values()) {
    if (deployment.record.stopped) continue
    deployment
      .start()
      .catch((error: unknown) => log(`${deployment.record.name}: ${(error as Error).message}`))
  }
})
process.on('SIGTERM', () => void end('SIGTERM'))
setInterval(() => {
  if (!existsSync(paths.dir)) void end('the project is gone')
  else if (readGatewayFile(paths)?.process.pid !== process.pid) announce()
}, 5_000)

/** Ends before anything was served. Who started it reads the last line of standard error. */
function fail(says: string, code: number): never {
  log(says)
  process.stderr.write(`${says}\n`)
  lock?.release()
  process.exit(code)
}

function announce(): void {
  const { bind, port, tls } = settings
  const shown = bind === '0.0.0.0' || bind === '::' ? '127.0.0.1' : bind
  writeGatewayFile(paths, {
    process: thisProcess(),
    boot: bootId(),
    host: hostname(),
    version,
    url: `${tls === null ? 'http' : 'https'}://${shown.includes(':') ? `[${shown}]` : shown}:${port}`,
    adminToken,
    startedAtMs,
  })
}

async function end(why: string): Promise<never> {
  log(`ends: ${why}`)
  server.close()
  await Promise.all([...deployments.values()].map((one) => one.stop({ said: false }).catch(() => undefined)))
  removeGatewayFile(paths)
  door.close()
  lock?.release()
  process.exit(0)
}
