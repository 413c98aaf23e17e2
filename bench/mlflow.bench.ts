import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { median, type BenchRow } from './bench.ts'
import { cpuMs, memoryMb, startDaybook, startMlflow, startStub, stop, type Server } from './mlflow_server.ts'

const root = join(import.meta.dirname, '..')
const python = join(root, process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python')

/** A way to log: so many calls of so many values each. */
const ways = [
  { what: 'log_metric, one value a call', calls: 100, rows: 1 },
  { what: 'log_batch of 10 values', calls: 50, rows: 10 },
  { what: 'log_batch of 1,000 values', calls: 5, rows: 1000 },
] as const
const turns = 15
/** The first ones warm up: a daemon has answered many requests before. */
const warmUp = 5

/**
 * Logging through the real MLflow client, in turns to Daybook, to `mlflow server` on SQLite, and to a stub that
 * answers at once and keeps nothing, which is what the client alone takes.
 */
export async function bench(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-mlflow-'))
  const ours = await startDaybook(join(folder, 'ours'))
  const peer = await startMlflow(join(folder, 'peer'))
  const stub = await startStub(join(folder, 'stub'))
  const client = startClient(folder)
  const rows: BenchRow[] = []
  for (const { what, calls, rows: values } of ways) {
    const taken = new Map<Server, { ms: number[]; cpuMs: number }>()
    for (const server of [ours, peer, stub]) taken.set(server, { ms: [], cpuMs: 0 })
    for (let turn = 0; turn < turns; turn++) {
      for (const [server, sums] of taken) {
        const before = cpuMs(server)
        const ms = await client.log({ url: server.url, calls, rows: values })
        if (turn < warmUp) continue
        sums.ms.push(ms / calls)
        sums.cpuMs += cpuMs(server) - before
      }
    }
    const perCall = (server: Server): number => median(taken.get(server)?.ms ?? [])
    const cpuPerRow = (server: Server): number =>
      ((taken.get(server)?.cpuMs ?? 0) * 1000) / ((turns - warmUp) * calls * values)
    rows.push({
      what: `${what}, through the MLflow client`,
      ours: { value: perCall(ours), unit: 'ms' },
      peer: { name: 'mlflow server', value: perCall(peer), unit: 'ms' },
    })
    rows.push({
      what: `${what}, against the client alone`,
      ours: { value: perCall(ours), unit: 'ms' },
      peer: { name: 'stub that keeps nothing', value: perCall(stub), unit: 'ms' },
      aim: 'at most 1.1 times',
      reached: perCall(ours) <= perCall(stub) * 1.1,
    })
    rows.push({
      what: `${what}, processor time of the server a value`,
      ours: { value: cpuPerRow(ours), unit: 'µs' },
      peer: { name: 'mlflow server', value: cpuPerRow(peer), unit: 'µs' },
      aim: 'at most a tenth',
      reached: cpuPerRow(ours) <= cpuPerRow(peer) / 10,
    })
  }
  rows.push({
    what: 'memory of the server after this',
    ours: { value: memoryMb(ours), unit: 'MB' },
    peer: { name: 'mlflow server', value: memoryMb(peer), unit: 'MB' },
    aim: 'under 150 MB',
    reached: memoryMb(ours) < 150,
  })
  client.end()
  for (const server of [ours, peer, stub]) stop(server)
  return rows
}

interface Client {
  log(wanted: { url: string; calls: number; rows: number }): Promise<number>
  end(): void
}

function startClient(folder: string): Client {
  const child = spawn(python, [join(root, 'bench/mlflow_client.py')], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const lines = createInterface(child.stdout)
  const ended = once(child, 'exit').then(() => {
    throw new Error('The MLflow client ended before it answered')
  })
  // At the end it may end.
  ended.catch(() => {})
  return {
    log: async (wanted) => {
      const answer = once(lines, 'line')
      child.stdin.write(`${JSON.stringify(wanted)}\n`)
      const [line] = (await Promise.race([answer, ended])) as [string]
      return (JSON.parse(line) as { ms: number }).ms
    },
    end: () => child.stdin.end(),
  }
}
