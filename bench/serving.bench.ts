import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DeploymentDetail } from '../shared/api/deployment_methods.ts'
import { openState } from '../shared/base/project.ts'
import { readGatewayFile } from '../shared/serving/gateway_file.ts'
import { median, type BenchRow } from './bench.ts'
import { cpuMs, freePort, memoryMb, stop, type Server } from './mlflow_server.ts'
import { load, type LoadTarget } from './serving_load.ts'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'dist', 'daybook.mjs')
const run = promisify(execFile)

/** How long each turn asks, from so many connections. */
const turn = { clients: 8, forMs: 4_000 }
/** The first turn warms up. */
const turns = 4

/** The same scikit-learn model behind Daybook's gateway and behind `mlflow models serve`, asked one row at a time. */
export async function bench(): Promise<readonly BenchRow[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'b-')))
  const project = join(folder, 'p')
  mkdirSync(project)
  symlinkSync(join(root, '.venv'), join(project, '.venv'))
  await run(join(root, '.venv/bin/python'), [join(root, 'test/serving/make_models.py'), folder])
  const model = join(folder, 'plain')
  const daybook = async (...args: string[]): Promise<string> =>
    (await run(process.execPath, [cli, ...args, '--json'], { cwd: project })).stdout
  await daybook('deploy', model, '--name', 'plain', '--trust')
  const detail = JSON.parse(await daybook('deployments', 'plain')) as DeploymentDetail
  const gateway = readGatewayFile(openState(project))
  if (gateway === null || detail.summary.url === null) throw new Error('The gateway does not run')
  const peer = await startMlflowServing(model)
  const body = JSON.stringify({ inputs: [[0.5, -0.25]] })
  const ours: Side = {
    server: { url: gateway.url, pid: gateway.process.pid },
    target: {
      url: `${detail.summary.url}/invocations`,
      headers: { authorization: `Bearer ${detail.token}` },
      body,
    },
  }
  const theirs: Side = { server: peer, target: { url: `${peer.url}/invocations`, body } }
  try {
    const [mine, other] = await compare(ours, theirs)
    return [
      {
        what: 'serving: answers a second, one row each, 8 connections',
        ours: { value: mine.perS, unit: '1/s' },
        peer: { name: 'mlflow models serve', value: other.perS, unit: '1/s' },
      },
      {
        what: 'serving: processor time an answer, gateway and model process together',
        ours: { value: mine.cpuUs, unit: 'µs' },
        peer: { name: 'mlflow models serve', value: other.cpuUs, unit: 'µs' },
        aim: 'at most half',
        reached: mine.cpuUs <= other.cpuUs / 2,
      },
      {
        what: 'serving: 99 of 100 answers within',
        ours: { value: mine.p99Ms, unit: 'ms' },
        peer: { name: 'mlflow models serve', value: other.p99Ms, unit: 'ms' },
      },
      {
        what: 'serving: memory, gateway and model process together',
        ours: { value: memoryMb(ours.server), unit: 'MB' },
        peer: { name: 'mlflow models serve', value: memoryMb(theirs.server), unit: 'MB' },
      },
    ]
  } finally {
    stop(peer)
    await daybook('stop', '--all')
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

interface Side {
  server: Server
  target: LoadTarget
}

interface Measured {
  perS: number
  p99Ms: number
  cpuUs: number
}

/** Both by turns, so that a machine that becomes slower meanwhile slows both. */
async function compare(ours: Side, theirs: Side): Promise<[Measured, Measured]> {
  const [mine, other]: [Measured[], Measured[]] = [[], []]
  for (let at = 0; at <= turns; at++) {
    const both = [await measure(ours), await measure(theirs)] as const
    if (at === 0) continue
    mine.push(both[0])
    other.push(both[1])
  }
  return [middle(mine), middle(other)]
}

async function measure({ server, target }: Side): Promise<Measured> {
  const before = cpuMs(server)
  const { perS, p99Ms, answers } = await load(target, turn)
  return { perS, p99Ms, cpuUs: ((cpuMs(server) - before) * 1000) / answers }
}

function middle(all: readonly Measured[]): Measured {
  return {
    perS: median(all.map((one) => one.perS)),
    p99Ms: median(all.map((one) => one.p99Ms)),
    cpuUs: median(all.map((one) => one.cpuUs)),
  }
}

async function startMlflowServing(model: string): Promise<Server> {
  const port = await freePort()
  const args = [
    'models',
    'serve',
    '-m',
    model,
    '--env-manager',
    'local',
    '--workers',
    '1',
    '-p',
    String(port),
  ]
  const child = spawn(join(root, '.venv/bin/mlflow'), args, {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, PATH: `${join(root, '.venv/bin')}:${process.env['PATH'] ?? ''}` },
  })
  const url = `http://127.0.0.1:${port}`
  for (let i = 0; i < 300; i++) {
    const answer = await fetch(`${url}/ping`).catch(() => null)
    if (answer?.ok === true && child.pid !== undefined) return { url, pid: child.pid }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('mlflow models serve did not answer within a minute')
}
