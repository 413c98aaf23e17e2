import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, type Clock } from '../../shared/base/clock.ts'
import { Deployment } from '../../shared/serving/deployment.ts'
import type { Placing } from '../../shared/serving/deployment_request.ts'
import { newDeploymentRecord } from '../../shared/serving/deployment_record.ts'
import { createGateway } from '../../shared/serving/gateway.ts'
import type { GatewaySettings } from '../../shared/serving/gateway_file.ts'
import { GatewayMetrics } from '../../shared/serving/gateway_metrics.ts'
import type { OnnxRuntime } from '../../shared/serving/onnx_runtime.ts'
import { servingDefaults, type ServingSettings } from '../../shared/serving/revision_spec.ts'
import { WorkerDoor } from '../../shared/serving/worker_door.ts'
import { python } from '../daemon/project.ts'

/** Small packages that tests serve: `plain`, and `one`, `two`, `slow`, `dies`, `wrong` that answer 1000 · n + age. */
export interface TestModels {
  folder: string
  /** Rows for `plain`, with what scikit-learn itself says to them. */
  plain: { x: number[][]; chances: number[][]; says: number[] }
  close(): void
}

/** Makes the packages. */
export function makeTestModels(): TestModels {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-models-'))
  execFileSync(python, [join(import.meta.dirname, 'make_models.py'), folder])
  return {
    folder,
    plain: JSON.parse(readFileSync(join(folder, 'plain.json'), 'utf8')) as TestModels['plain'],
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A gateway inside the test's own process, with real model processes. */
export interface TestGateway {
  url: string
  token: string
  stateDir: string
  deployments: Map<string, Deployment>
  metrics: GatewayMetrics
  /** What was logged. */
  said: string[]
  /** Puts a package into a place of a deployment, which is made if there is none. Returns the revision. */
  deploy(
    name: string,
    folder: string,
    place?: Placing,
    change?: Partial<ServingSettings> & { python?: string },
  ): Promise<number>
  deployment(name: string): Deployment
  /** Posts JSON with the token; gives the status and the parsed answer. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answered>
  get(path: string): Promise<Answered>
  close(): Promise<void>
}

/** How a request was answered. */
export interface Answered {
  status: number
  headers: Headers
  body: unknown
}

/** Starts such a gateway. */
export async function startTestGateway(
  change: Partial<GatewaySettings> = {},
  clock: Clock = systemClock,
  findOnnx: () => OnnxRuntime | null = () => null,
): Promise<TestGateway> {
  const stateDir = mkdtempSync(join(tmpdir(), 'daybook-gateway-'))
  const token = 'test-token'
  const settings = {
    bind: '127.0.0.1',
    port: 0,
    token,
    tls: null,
    bodyBytes: 1_000_000,
    requestsPerS: null,
    ...change,
  }
  const said: string[] = []
  const log = (says: string): void => void said.push(says)
  const door = await WorkerDoor.open(join(stateDir, 'workers.sock'))
  const metrics = new GatewayMetrics()
  const deployments = new Map<string, Deployment>()
  const program = join(import.meta.dirname, '..', '..', 'shared', 'python', 'daybook', 'serve', 'start.py')
  const parts = { stateDir, door, program, clock, log, metrics, findOnnx }
  const server = createGateway({
    ...{ settings, version: '0.0.0', adminToken: 'admin', deployments, metrics, clock, log },
    health: () => ({ name: 'daybook-gateway' }),
    admin: () => Promise.resolve(false),
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `${settings.tls === null ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function ask(path: string, request: RequestInit): Promise<Answered> {
    const answer = await fetch(url + path, request)
    const text = await answer.text()
    const isJson = answer.headers.get('content-type') === 'application/json'
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text }
  }
  const authorization = { authorization: `Bearer ${token}` }

  return {
    ...{ url, token, stateDir, deployments, metrics, said },
    async deploy(
      name,
      folder,
      place = { slot: 'champion' },
      { python: interpreter = python, ...change } = {},
    ) {
      const deployment = deployments.get(name) ?? new Deployment(newDeploymentRecord(name, Date.now()), parts)
      mkdirSync(join(stateDir, 'deployments', name), { recursive: true })
      deployment.record.settings = { ...servingDefaults, maxWaitMs: 60_000, ...change }
      const spec = {
        modelUri: `models:/${name}/1`,
        runId: null,
        notebook: null,
        folder,
        python: interpreter,
        createdAtMs: 0,
        notes: [],
      }
      const { revision } = await deployment.deploy(spec, place, () => undefined)
      deployments.set(name, deployment)
      return revision
    },
    deployment(name) {
      const found = deployments.get(name)
      if (found === undefined) throw new Error(`No deployment ${name}`)
      return found
    },
    post: (path, body, headers = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    get: (path) => ask(path, { headers: authorization }),
    async close() {
      server.close()
      server.closeAllConnections()
      await Promise.all([...deployments.values()].map((one) => one.stop({ said: false })))
      door.close()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}
