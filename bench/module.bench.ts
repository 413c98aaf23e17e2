import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchRow } from './bench.ts'

const root = join(import.meta.dirname, '..')
const python = join(root, process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python')
const aimUs = 20

/** Microseconds a call. */
interface Taken {
  one: number
  three: number
  block: number
  mlflow: number
  lost: number
  arrived: boolean
}

/** What logging costs a training loop at each step: the module's `log` and mlflow's, against a stub that answers at once. */
export async function bench(): Promise<readonly BenchRow[]> {
  const stub = await startStub()
  try {
    const taken = await measure((stub.address() as AddressInfo).port)
    if (taken.lost > 0 || !taken.arrived) throw new Error(`Cannot count what was lost: ${taken.lost} events`)
    const peer = { name: 'mlflow log_metric', value: taken.mlflow, unit: 'µs' } as const
    const row = (what: string, value: number): BenchRow => ({
      what,
      ours: { value, unit: 'µs' },
      peer,
      aim: `under ${aimUs} µs`,
      reached: value < aimUs,
    })
    return [
      row('a step of a training loop: daybook.log(loss=…, step=…)', taken.one),
      row('the same with three metrics', taken.three),
      row('the same on a run held by name: run.log({…})', taken.block),
    ]
  } finally {
    stub.close()
    stub.closeAllConnections()
  }
}

async function startStub(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

async function measure(port: number): Promise<Taken> {
  const url = `http://127.0.0.1:${port}/k/bench`
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DAYBOOK_URL: url,
    DAYBOOK_SPOOL: mkdtempSync(join(tmpdir(), 'spool-')),
    DAYBOOK_FOLDER: join(root, 'shared/python/daybook'),
    MLFLOW_TRACKING_URI: url,
  }
  const child = spawn(python, [join(import.meta.dirname, 'module.py')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  child.stdout.on('data', (text: Buffer) => (told += text.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`Cannot measure the kernel module: Python ended with ${code ?? 'a signal'}`)
  return JSON.parse(told) as Taken
}
