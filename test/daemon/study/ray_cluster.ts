import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cachedEnvironment } from '../../../scripts/python.mjs'
import { freePort } from '../../../shared/daemon/identity.ts'

/** A Ray cluster of a test's own: a head and a second node, each with one CPU and one GPU that is only declared. */
export interface RayCluster {
  /** Of its dashboard, which takes jobs. */
  address: string
  /** Starts head and second node, at the same address each time. */
  start(): Promise<void>
  /** kill -9 of all of it. */
  kill(): Promise<void>
  /** States of the jobs that were submitted. */
  jobs(): Promise<{ submission_id: string; status: string }[]>
  close(): Promise<void>
}

/** Prepares one. @throws SetupProblem if Ray cannot be installed */
export async function prepareRay(): Promise<RayCluster> {
  const python = await cachedEnvironment('ray-jobs', ['ray[default]==2.58.0'])
  // Ray's sockets need a short path.
  const folder = mkdtempSync(join(tmpdir(), 'r-'))
  const [port, dashboard, agent, second] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const address = `http://127.0.0.1:${dashboard}`

  function ray(...args: string[]): Promise<string> {
    const { HOME, PATH } = process.env
    const child = spawn(python, ['-m', 'ray.scripts.scripts', ...args], {
      // Whoever runs a cluster has its Python in front; nothing else of this machine's environment gets there.
      env: { HOME, PATH: `${dirname(python)}:${PATH ?? ''}`, RAY_USAGE_STATS_ENABLED: '0' },
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
    return new Promise((resolve, reject) => {
      child.on('exit', (code) => {
        if (code === 0) resolve(said)
        else reject(new Error(`ray ${args.join(' ')} ended with ${code}: ${said.slice(-2000)}`))
      })
    })
  }

  const cluster: RayCluster = {
    address,
    async start() {
      const one = ['--num-cpus', '1', '--num-gpus', '1', '--disable-usage-stats']
      const head = [
        '--head',
        '--port',
        String(port),
        '--node-ip-address',
        '127.0.0.1',
        '--temp-dir',
        join(folder, 'h'),
      ]
      const board = ['--dashboard-host', '127.0.0.1', '--dashboard-port', String(dashboard)]
      await ray('start', ...head, ...board, '--dashboard-agent-listen-port', String(agent), ...one)
      await ray(
        'start',
        '--address',
        `127.0.0.1:${port}`,
        '--dashboard-agent-listen-port',
        String(second),
        ...one,
      )
      for (const untilMs = Date.now() + 60_000; ;) {
        const answer = await fetch(`${address}/nodes?view=summary`).catch(() => null)
        const nodes = answer?.ok === true ? ((await answer.json()) as { data: { summary: unknown[] } }) : null
        if ((nodes?.data.summary.length ?? 0) >= 2) return
        if (Date.now() > untilMs) throw new Error('The Ray cluster does not come up')
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
    },
    kill: () => killFolder(folder),
    async jobs() {
      return (await (await fetch(`${address}/api/jobs/`)).json()) as {
        submission_id: string
        status: string
      }[]
    },
    async close() {
      await killFolder(folder)
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return cluster
}

/** Ends whatever runs in a folder or names it: raylets, their jobs, and what these started. */
async function killFolder(folder: string): Promise<void> {
  const found = (): number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((name) => {
        try {
          const words = readFileSync(`/proc/${name}/cmdline`, 'utf8')
          return words.includes(`${folder}/`) || readlinkSync(`/proc/${name}/cwd`).startsWith(folder)
        } catch {
          return false
        }
      })
      .map(Number)
  for (const untilMs = Date.now() + 20_000; Date.now() < untilMs;) {
    const pids = found()
    if (pids.length === 0) return
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
