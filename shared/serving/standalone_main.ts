import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../base/clock.ts'
import { Deployment } from './deployment.ts'
import { deploymentFiles } from './deployment_files.ts'
import { newDeploymentRecord } from './deployment_record.ts'
import { createGateway, newAdminToken } from './gateway.ts'
import { GatewayMetrics } from './gateway_metrics.ts'
import { servingDefaults, type ServingSettings } from './revision_spec.ts'
import { WorkerDoor } from './worker_door.ts'

/**
 * A gateway that serves one exported deployment and needs nothing but its folder: no daemon, no project. Settings come
 * from the environment, as containers have them:
 *
 * - `DAYBOOK_PORT` (8080), `DAYBOOK_BIND` (0.0.0.0), `DAYBOOK_TOKEN` (none: whoever reaches it is answered),
 * - `DAYBOOK_PYTHON`: interpreter that has the model's packages (python3),
 * - `DAYBOOK_STATE`: folder for the prediction log; without it nothing is recorded.
 */
interface Exported {
  name: string
  modelUri: string
  version: string
  settings: Partial<ServingSettings>
}

const here = dirname(fileURLToPath(import.meta.url))
const exported = JSON.parse(readFileSync(join(here, 'deployment.json'), 'utf8')) as Exported
const { name, modelUri, version } = exported
const set = (variable: string): string | null => {
  const value = process.env[variable]
  return value === undefined || value === '' ? null : value
}
const [bind, port] = [set('DAYBOOK_BIND') ?? '0.0.0.0', Number(set('DAYBOOK_PORT') ?? 8080)]
const state = set('DAYBOOK_STATE')
const scratch = mkdtempSync(join(tmpdir(), 'daybook-'))
const clock = systemClock
const metrics = new GatewayMetrics()
const deployments = new Map<string, Deployment>()
const log = (says: string): void => {
  process.stdout.write(
    `${JSON.stringify({ at: new Date(clock.nowMs()).toISOString(), deployment: name, says })}\n`,
  )
}
process.on('SIGTERM', () => void end('SIGTERM'))
process.on('SIGINT', () => void end('SIGINT'))
process.on('uncaughtException', (error) => void fail(error))

const door = await WorkerDoor.open(join(scratch, 'workers.sock'))
const record = newDeploymentRecord(name, clock.nowMs())
// Without a folder to keep them in, predictions are not recorded at all.
record.settings = { ...servingDefaults, ...exported.settings, ...(state === null ? { logShare: 0 } : {}) }
const stateDir = state === null ? scratch : resolve(state)
mkdirSync(deploymentFiles(stateDir, name).folder, { recursive: true })
const deployment = new Deployment(record, {
  stateDir,
  ...{ door, clock, log, metrics },
  program: join(here, 'python', 'daybook', 'serve', 'start.py'),
  // The folder names the packages that answer, and this is none of them.
  findOnnx: () => null,
})
const settings = {
  ...{ bind, port, token: set('DAYBOOK_TOKEN'), tls: null },
  ...{ bodyBytes: 32_000_000, requestsPerS: null },
}
const server = createGateway({
  ...{ settings, version, adminToken: newAdminToken(), deployments, metrics, clock, log },
  health: () => ({ name: 'daybook', version, deployment: name }),
  admin: () => Promise.resolve(false),
})
server.on('error', fail)
server.listen(port, bind, () => log(`answers at ${bind}:${port}`))
const folder = join(here, 'model')
if (!existsSync(join(folder, 'MLmodel'))) fail(new Error(`There is no model in ${folder}`))
// Ready only once the model has answered its example; until then it is alone in telling that it lives.
deployments.set(name, deployment)
const spec = {
  ...{ modelUri, folder, runId: null, notebook: null, notes: [] },
  ...{ python: set('DAYBOOK_PYTHON') ?? 'python3', createdAtMs: clock.nowMs() },
}
await deployment.deploy(spec, { slot: 'champion' }, (_step, says) => log(says)).catch(fail)
log(
  `ready, checksum ${createHash('sha256')
    .update(readFileSync(join(here, 'checksums')))
    .digest('hex')}`,
)

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

async function end(why: string): Promise<never> {
  log(`ends: ${why}`)
  server.close()
  await deployment.stop({ said: false }).catch(() => undefined)
  door.close()
  process.exit(0)
}
