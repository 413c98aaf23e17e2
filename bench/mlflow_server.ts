import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const binaries = join(root, process.platform === 'win32' ? '.venv/Scripts' : '.venv/bin')

/** A tracking server in processes of its own. */
export interface Server {
  url: string
  pid: number
}

/** Daybook's MLflow API. */
export async function startDaybook(folder: string): Promise<Server> {
  const script = join(root, 'test/daemon/mlflow/server.ts')
  const port = await freePort()
  const args = ['--disable-warning=ExperimentalWarning', script, '--dir', folder, '--port', String(port)]
  return await start(process.execPath, args, { port, folder })
}

/**
 * MLflow's own server on SQLite, with one worker and without the processes for background jobs (of generative AI),
 * which take processor time and memory of their own.
 */
export async function startMlflow(folder: string): Promise<Server> {
  const port = await freePort()
  const store = `sqlite:///${join(folder, 'mlflow.db')}`
  const artifacts = ['--artifacts-destination', join(folder, 'artifacts')]
  const args = [
    'server',
    '--backend-store-uri',
    store,
    ...artifacts,
    '--port',
    String(port),
    '--workers',
    '1',
  ]
  const env = { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' }
  return await start(join(binaries, 'mlflow'), args, { port, folder, env })
}

/** A server that answers everything at once and keeps nothing: what the client alone takes. */
export async function startStub(folder: string): Promise<Server> {
  const port = await freePort()
  const run =
    '{"run":{"info":{"run_id":"0","experiment_id":"0","status":"RUNNING","artifact_uri":"x"},"data":{}}}'
  const code = `require('node:http').createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      const body = request.url.endsWith('runs/create') ? ${JSON.stringify(run)} : '{}'
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
      response.end(body)
    })
  }).listen(${port}, '127.0.0.1')`
  return await start(process.execPath, ['--eval', code], { port, folder })
}

async function start(
  command: string,
  args: readonly string[],
  { port, folder, env }: { port: number; folder: string; env?: Record<string, string> },
): Promise<Server> {
  mkdirSync(folder, { recursive: true })
  const child = spawn(command, args, {
    cwd: folder,
    stdio: 'ignore',
    detached: process.platform !== 'win32',
    env: { ...process.env, ...env },
  })
  const url = `http://127.0.0.1:${port}`
  for (let i = 0; i < 600; i++) {
    if (child.exitCode !== null) throw new Error(`${command} ended before it listened`)
    try {
      if ((await fetch(`${url}/health`)).ok && child.pid !== undefined) return { url, pid: child.pid }
    } catch {
      // Not up yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${command} did not listen on ${url} within two minutes`)
}

/** Ends a server with all its processes. */
export function stop({ pid }: Server): void {
  process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
}

/** Processor time that a server and its children have used, in milliseconds (Linux: /proc, in steps of 10 ms). */
export function cpuMs({ pid }: Server): number {
  // User and system time are fields 14 and 15 of proc(5), counted from 1; two are cut off before.
  return sumOver(pid, (stat) => Number(stat[11]) + Number(stat[12])) * 10
}

/** Memory that a server and its children hold, in megabytes; what they share counts once (proportional set size). */
export function memoryMb({ pid }: Server): number {
  return sumOver(pid, (_stat, child) => pssKb(child)) / 1000
}

function pssKb(pid: number): number {
  const found = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
  return Number(found?.[1] ?? 0)
}

function sumOver(pid: number, value: (stat: readonly string[], pid: number) => number): number {
  const stats = new Map<number, readonly string[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8')
      stats.set(Number(name), text.slice(text.lastIndexOf(')') + 2).split(' '))
    } catch {
      // It has ended meanwhile.
    }
  }
  let sum = 0
  const wanted = [pid]
  for (let at = wanted.pop(); at !== undefined; at = wanted.pop()) {
    const stat = stats.get(at)
    if (stat === undefined) continue
    sum += value(stat, at)
    for (const [child, other] of stats) if (Number(other[1]) === at) wanted.push(child)
  }
  return sum
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
