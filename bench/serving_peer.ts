import { execFile, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cachedEnvironment } from '../scripts/python.mjs'
import { freePort, stop, type Server } from './mlflow_server.ts'
import type { LoadTarget } from './serving_load.ts'

/** A server that answers, and what to ask it. */
export interface Side {
  name: string
  server: Server
  target: LoadTarget
}

/** What peers serve. */
export interface PeerModels {
  /** A place for their files. */
  folder: string
  /** Package of the scikit-learn model in MLflow's format. */
  package: string
  /** The same as ONNX. */
  onnx: string
}

const root = join(import.meta.dirname, '..')
const body = JSON.stringify({ inputs: [[0.5, -0.25]] })

/** What is needed to answer by FastAPI, scikit-learn and onnxruntime, and to convert. */
export const fastapiPackages = [
  ...['fastapi==0.165.0', 'uvicorn[standard]', 'scikit-learn==1.9.1', 'onnxruntime==1.32.0'],
  ...['skl2onnx==1.20.0', 'pandas==3.1.1'],
]

/** Starts each peer in an environment of its own; one that does not install or start is told and left out. */
export async function startPeers(models: PeerModels): Promise<{ sides: Side[]; missing: string[] }> {
  const starts: [string, () => Promise<Side>][] = [
    ['mlflow models serve', () => mlflow(models)],
    ['FastAPI + scikit-learn', () => fastapi('FastAPI + scikit-learn', join(models.package, 'model.pkl'))],
    ['FastAPI + onnxruntime', () => fastapi('FastAPI + onnxruntime', models.onnx)],
    ['BentoML', () => bentoml(models)],
    ['MLServer', () => mlserver(models)],
  ]
  const sides: Side[] = []
  const missing: string[] = []
  for (const [name, start] of starts) {
    try {
      sides.push(await start())
    } catch (error) {
      missing.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { sides, missing }
}

async function mlflow({ package: model }: PeerModels): Promise<Side> {
  const port = await freePort()
  const own = ['--env-manager', 'local', '--workers', '1', '-p', String(port)]
  const binaries = join(root, '.venv/bin')
  const url = `http://127.0.0.1:${port}`
  const server = await start([join(binaries, 'mlflow'), 'models', 'serve', '-m', model, ...own], {
    ...{ url, ready: '/ping', binaries },
  })
  return { name: 'mlflow models serve', server, target: { url: `${url}/invocations`, body } }
}

async function fastapi(name: string, model: string): Promise<Side> {
  const python = await cachedEnvironment('serving-fastapi', fastapiPackages)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const script = join(import.meta.dirname, 'serving_fastapi.py')
  const server = await start([python, script, model, String(port)], {
    ...{ url, ready: '/ping', binaries: dirname(python) },
  })
  return { name, server, target: { url: `${url}/invocations`, body } }
}

async function bentoml({ package: model }: PeerModels): Promise<Side> {
  const python = await cachedEnvironment('serving-bentoml', ['bentoml==1.4.40', 'scikit-learn==1.9.1'])
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const command = [python, '-m', 'bentoml', 'serve', 'serving_bento:Plain', '--port', String(port)]
  const server = await start([...command, '--host', '127.0.0.1', '--working-dir', import.meta.dirname], {
    ...{ url, ready: '/readyz', binaries: dirname(python) },
    env: { DAYBOOK_BENCH_MODEL: join(model, 'model.pkl'), BENTOML_DO_NOT_TRACK: 'true' },
  })
  return { name: 'BentoML', server, target: { url: `${url}/invocations`, body } }
}

/** With scikit-learn of its own environment, which made the same model from the same numbers. */
async function mlserver({ folder }: PeerModels): Promise<Side> {
  const packages = ['mlserver==1.7.1', 'mlserver-sklearn==1.7.1']
  const python = await cachedEnvironment('serving-mlserver', packages)
  const place = join(folder, 'mlserver')
  mkdirSync(place)
  await promisify(execFile)(python, [join(root, 'test/serving/make_models.py'), place])
  const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()]
  const settings = { host: '127.0.0.1', http_port: http, grpc_port: grpc, metrics_port: metrics }
  // Its worker process does not start beside today's uvloop, and costs more than it brings to one small model.
  const own = { ...settings, debug: false, parallel_workers: 0 }
  writeFileSync(join(place, 'settings.json'), JSON.stringify(own))
  const model = {
    name: 'plain',
    implementation: 'mlserver_sklearn.SKLearnModel',
    parameters: { uri: './plain/model.pkl' },
  }
  writeFileSync(join(place, 'model-settings.json'), JSON.stringify(model))
  const url = `http://127.0.0.1:${http}`
  const server = await start([python, '-c', 'from mlserver.cli import main; main()', 'start', place], {
    ...{ url, ready: '/v2/models/plain/ready', binaries: dirname(python) },
  })
  const tensor = { name: 'input', datatype: 'FP64', shape: [1, 2], data: [0.5, -0.25] }
  const target = { url: `${url}/v2/models/plain/infer`, body: JSON.stringify({ inputs: [tensor] }) }
  return { name: 'MLServer', server, target }
}

interface Starting {
  url: string
  /** Path that answers with 200 when it is up. */
  ready: string
  /** Folder of its environment's programs. */
  binaries: string
  env?: Record<string, string>
}

async function start(command: readonly string[], starting: Starting): Promise<Server> {
  const { url, ready, binaries, env } = starting
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, ...env, PATH: `${binaries}:${process.env['PATH'] ?? ''}` },
  })
  const failures: Error[] = []
  child.once('error', (error) => failures.push(error))
  const server = { url, pid: child.pid ?? 0 }
  for (let i = 0; i < 450 && child.exitCode === null; i++) {
    if (failures[0] !== undefined) throw failures[0]
    const answer = await fetch(url + ready).catch(() => null)
    if (answer?.ok === true) return server
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  if (child.exitCode === null) stop(server)
  throw new Error(`it ${child.exitCode === null ? 'did not answer in 90 s' : `ended with ${child.exitCode}`}`)
}
