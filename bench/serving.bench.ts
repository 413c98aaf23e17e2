import { execFile } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DeploymentDetail } from '../shared/api/deployment_methods.ts'
import { openState } from '../shared/base/project.ts'
import { readGatewayFile } from '../shared/serving/gateway_file.ts'
import { cachedOnnxRuntimeNode } from '../scripts/onnxruntime_node.mjs'
import { cachedEnvironment } from '../scripts/python.mjs'
import { median, type BenchRow } from './bench.ts'
import { cpuMs, memoryMb, stop } from './mlflow_server.ts'
import { load } from './serving_load.ts'
import { fastapiPackages, startPeers, type Side } from './serving_peer.ts'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'dist', 'daybook.mjs')
const run = promisify(execFile)

/** How long each turn asks, from so many connections. */
const turn = { clients: 8, forMs: 2_500 }
/** The first turn warms up. */
const turns = 4

/**
 * The same scikit-learn model, and the same as ONNX, behind Daybook's gateway and behind other servers, asked one row
 * at a time. All by turns in one run.
 */
export async function bench(): Promise<readonly BenchRow[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'b-')))
  const project = join(folder, 'p')
  mkdirSync(project)
  symlinkSync(join(root, '.venv'), join(project, '.venv'))
  await run(join(root, '.venv/bin/python'), [join(root, 'test/serving/make_models.py'), folder])
  const model = join(folder, 'plain')
  const daybook = async (...args: string[]): Promise<string> =>
    (await run(process.execPath, [cli, ...args, '--json'], { cwd: project })).stdout
  const fastapi = await cachedEnvironment('serving-fastapi', fastapiPackages)
  await daybook('deploy', model, '--name', 'plain', '--trust')
  await daybook('deploy', model, '--name', 'plain-onnx', '--trust', '--onnx', '--python', fastapi)
  // From now on the project has it, and small ONNX models answer in the gateway itself.
  symlinkSync(join(await cachedOnnxRuntimeNode(), 'node_modules'), join(project, 'node_modules'))
  await daybook('deploy', model, '--name', 'plain-inside', '--trust', '--onnx', '--python', fastapi)
  const [onnx = ''] = globSync(join(project, '.daybook/deployments/plain-onnx/models/*/model.onnx'))
  const ours = async (name: string): Promise<Side> => {
    const { summary, token } = JSON.parse(await daybook('deployments', name)) as DeploymentDetail
    const gateway = readGatewayFile(openState(project))
    if (gateway === null || summary.url === null) throw new Error('The gateway does not run')
    return {
      name: `Daybook, ${name}`,
      server: { url: gateway.url, pid: gateway.process.pid },
      target: {
        url: `${summary.url}/invocations`,
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ inputs: [[0.5, -0.25]] }),
      },
    }
  }
  const { sides: peers, missing } = await startPeers({ folder, package: model, onnx })
  for (const why of missing) process.stderr.write(`left out: ${why}\n`)
  try {
    const sides = [await ours('plain'), await ours('plain-onnx'), await ours('plain-inside')]
    const all = await measureAll([...sides, ...peers], turn)
    const busy = await measureAll([...sides, ...peers], { ...turn, clients: 32 })
    for (const peer of peers) stop(peer.server)
    return sides
      .flatMap(({ name }) =>
        peers.flatMap((peer) => [
          ...rowsAgainst(all, name, peer.name),
          cpuRow(busy, { name, peer: peer.name, connections: 32 }),
        ]),
      )
      .filter((row) => row !== null)
  } finally {
    await daybook('stop', '--all')
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

interface Measured {
  perS: number
  p99Ms: number
  cpuUs: number
  memoryMb: number
}

/** What was asked for: how many times less processor time than the peer. */
const aims: Record<string, Record<string, number>> = {
  'Daybook, plain': { 'mlflow models serve': 2 },
  'Daybook, plain-inside': { 'mlflow models serve': 8, 'FastAPI + onnxruntime': 3 },
  'Daybook, plain-onnx': { 'mlflow models serve': 8, 'FastAPI + onnxruntime': 3 },
}

function cpuRow(
  all: ReadonlyMap<string, Measured>,
  { name, peer, connections }: { name: string; peer: string; connections: number },
): BenchRow | null {
  const [mine, other] = [all.get(name), all.get(peer)]
  if (mine === undefined || other === undefined) return null
  const aim = aims[name]?.[peer]
  return {
    what: `serving (${name}): processor time an answer, all processes, ${connections} connections`,
    ours: { value: mine.cpuUs, unit: 'µs' },
    peer: { name: peer, value: other.cpuUs, unit: 'µs' },
    ...(aim === undefined ? {} : { aim: `1/${aim}`, reached: mine.cpuUs * aim <= other.cpuUs }),
  }
}

function rowsAgainst(all: ReadonlyMap<string, Measured>, name: string, peer: string): (BenchRow | null)[] {
  const [mine, other] = [all.get(name), all.get(peer)]
  if (mine === undefined || other === undefined) return []
  const what = (quantity: string): string => `serving (${name}): ${quantity}`
  return [
    cpuRow(all, { name, peer, connections: turn.clients }),
    {
      what: what('answers a second, one row each, 8 connections'),
      ours: { value: mine.perS, unit: '1/s' },
      peer: { name: peer, value: other.perS, unit: '1/s' },
    },
    {
      what: what('99 of 100 answers within'),
      ours: { value: mine.p99Ms, unit: 'ms' },
      peer: { name: peer, value: other.p99Ms, unit: 'ms' },
    },
    {
      what: what('memory, all processes (all three of our models)'),
      ours: { value: mine.memoryMb, unit: 'MB' },
      peer: { name: peer, value: other.memoryMb, unit: 'MB' },
    },
  ]
}

/** All by turns, so that a machine that becomes slower meanwhile slows all. */
async function measureAll(
  sides: readonly Side[],
  wanted: { clients: number; forMs: number },
): Promise<Map<string, Measured>> {
  const taken = new Map<string, Measured[]>(sides.map(({ name }) => [name, []]))
  for (let at = 0; at <= turns; at++)
    for (const side of sides) {
      const measured = await measure(side, wanted)
      if (at > 0) taken.get(side.name)?.push(measured)
    }
  return new Map([...taken].map(([name, all]) => [name, middle(all)]))
}

async function measure(
  { server, target }: Side,
  wanted: { clients: number; forMs: number },
): Promise<Measured> {
  const before = cpuMs(server)
  const { perS, p99Ms, answers } = await load(target, wanted)
  const cpuUs = ((cpuMs(server) - before) * 1000) / answers
  return { perS, p99Ms, cpuUs, memoryMb: memoryMb(server) }
}

function middle(all: readonly Measured[]): Measured {
  const of = (key: keyof Measured): number => median(all.map((one) => one[key]))
  return { perS: of('perS'), p99Ms: of('p99Ms'), cpuUs: of('cpuUs'), memoryMb: of('memoryMb') }
}
