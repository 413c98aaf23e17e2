import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openState } from '../shared/base/project.ts'
import type { KernelLaunch, Supervisor } from '../shared/kernel/kernel.ts'
import { openSession } from '../shared/kernel/session.ts'
import { ensureSupervisor } from '../shared/kernel/supervisor_client.ts'
import { median, timeMs, type BenchRow } from './bench.ts'

const root = join(import.meta.dirname, '..')
const python = join(root, '.venv', 'bin', 'python')
const [starts, trips, floods] = [5, 100, 5]

/** Milliseconds of each thing measured. */
interface Taken {
  start_ms: number
  trip_ms: number
  flood_ms: number
}

const launch: KernelLaunch = {
  name: 'python3',
  displayName: 'Python 3',
  language: 'python',
  argv: [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
  env: {},
  interruptMode: 'signal',
  curve: false,
}

/**
 * A kernel's start, round trip and flood of output: through our supervisor, with its journal on disk, beside
 * jupyter_client, which keeps nothing. Measured one after the other, the peer first and last.
 */
export async function bench(): Promise<readonly BenchRow[]> {
  const before = await measurePeer()
  const ours = await measureOurs()
  const after = await measurePeer()
  const row = (what: string, key: keyof Taken, aim: string, limit: number): BenchRow => {
    const peer = (before[key] + after[key]) / 2
    return {
      what,
      ours: { value: ours[key], unit: 'ms' },
      peer: { name: 'jupyter_client', value: peer, unit: 'ms' },
      aim,
      reached: ours[key] <= limit * peer + (key === 'trip_ms' ? 1 : 0),
    }
  }
  return [
    row('kernel: start to ready', 'start_ms', 'not slower (10 % noise)', 1.1),
    row('kernel: one execution, there and back', 'trip_ms', 'at most 1 ms more', 1),
    row('kernel: 100,000 printed lines', 'flood_ms', 'not slower (10 % noise)', 1.1),
  ]
}

async function measurePeer(): Promise<Taken> {
  const args = [join(import.meta.dirname, 'kernel_peer.py'), String(starts), String(trips), String(floods)]
  const { stdout } = await promisify(execFile)(python, args)
  return JSON.parse(stdout) as Taken
}

async function measureOurs(): Promise<Taken> {
  const folder = mkdtempSync(join(tmpdir(), 'b-'))
  const supervisor = await ensureSupervisor(openState(folder))
  try {
    const starting: number[] = []
    for (let i = 0; i < starts; i++) {
      let id: Awaited<ReturnType<Supervisor['start']>>['id'] | undefined
      starting.push(await timeMs(async () => ({ id } = await startKernel(supervisor, folder))))
      if (id !== undefined) await supervisor.stop(id)
    }
    const { id } = await startKernel(supervisor, folder)
    const connection = await supervisor.attach(id, 'now')
    const session = openSession(connection)
    const execute = async (code: string): Promise<void> => {
      const execution = session.execute(code, { onMessage: () => undefined })
      await execution.done
      execution.forget()
    }
    await execute('1')
    const trip: number[] = []
    for (let i = 0; i < trips; i++) trip.push(await timeMs(() => execute('1')))
    const flood: number[] = []
    for (let i = 0; i < floods; i++) {
      flood.push(await timeMs(() => execute('for i in range(100000): print(i)')))
    }
    session.close()
    connection.close()
    await supervisor.stop(id)
    return { start_ms: median(starting), trip_ms: median(trip), flood_ms: median(flood) }
  } finally {
    supervisor.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function startKernel(supervisor: Supervisor, cwd: string): ReturnType<Supervisor['start']> {
  return supervisor.start({ launch, cwd, env: {}, notebook: null })
}
