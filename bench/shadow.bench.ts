import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Deployed, DeploymentDetail } from '../shared/api/deployment_methods.ts'
import { seedRandom, type Random } from '../shared/base/random.ts'
import { openState } from '../shared/base/project.ts'
import { gatewayState, orderGateway } from '../shared/serving/gateway_client.ts'
import { readGatewayFile } from '../shared/serving/gateway_file.ts'
import { median, type BenchRow } from './bench.ts'
import { pairedRatio } from './paired_ratio.ts'
import { loadAt, type LoadTarget } from './serving_load.ts'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** Requests a second, a fraction of what the gateway can answer, and how long each half of a pair lasts. */
const [perS, blockMs] = [800, 500]

/** What each of a pair is asked is not measured for so long: connections, and what was placed, come to rest. */
const calmMs = 60

/** For so long each kind of shadow is looked at. */
const kindMs = 70_000

/** Shadows by what they are. Each gets a copy of a tenth of the requests. */
const kinds = {
  none: null,
  well: 'two',
  slow: 'slow',
  wrong: 'wrong',
  dead: 'dies',
  dying: 'dies',
} as const

/**
 * How long the champion's answers take beside a shadow that is well, slow (a second for each), wrong (fails), dead (its
 * process dies of each third request, and is started again as seldom as that deserves) or dying (dies in each of these
 * half seconds, for nothing that is promised), each time against the same requests without a shadow just before or
 * after. "None" compares nothing with nothing: what the measure itself says where there is nothing to find.
 */
export async function bench(): Promise<readonly BenchRow[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'b-')))
  const project = join(folder, 'p')
  mkdirSync(project)
  symlinkSync(join(root, '.venv'), join(project, '.venv'))
  await run(join(root, '.venv/bin/python'), [join(root, 'test/serving/make_models.py'), folder])
  const cli = join(root, 'dist', 'daybook.mjs')
  const daybook = async (...args: string[]): Promise<string> =>
    (await run(process.execPath, [cli, ...args, '--json'], { cwd: project })).stdout
  try {
    await daybook('deploy', join(folder, 'one'), '--name', 'm', '--trust')
    const { summary, token } = JSON.parse(await daybook('deployments', 'm')) as DeploymentDetail
    const target: LoadTarget = {
      url: `${summary.url}/invocations`,
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ dataframe_records: [{ age: 30, hours: 1, city: 'Bern' }] }),
    }
    const asShadow = async (name: string): Promise<number> => {
      const made = await daybook('deploy', join(folder, name), '--name', 'm', '--as', 'shadow', '--trust')
      return (JSON.parse(made) as Deployed).revision
    }
    const gateway = readGatewayFile(openState(project))
    if (gateway === null) throw new Error('The gateway does not run')
    const agent = new Agent({ keepAlive: true, maxSockets: 32 })
    const measure = async (
      revision: number | null,
      share: number,
      atMs: readonly number[],
    ): Promise<number> => {
      const place = { slot: 'shadow' as const, share }
      await orderGateway(gateway, { kind: 'place', name: 'm', revision, place })
      await loadAt(
        target,
        agent,
        Array.from({ length: calmMs }, (_, i) => i),
      )
      return loadAt(target, agent, atMs)
    }
    const rows: BenchRow[] = []
    for (const [kind, name] of Object.entries(kinds)) {
      const revision = name === null ? null : await asShadow(name)
      const row = await compare(kind, revision, measure)
      const [standing] = await gatewayState(gateway)
      const copies = standing?.traffic.find((one) => one.slot === 'shadow' && one.revision === revision)
      const heard = copies === undefined ? 0 : copies.requests + copies.failed
      rows.push({ ...row, what: `${row.what}; ${heard} copies heard` })
      console.log(rows.at(-1)?.what)
    }
    agent.destroy()
    return rows
  } finally {
    await daybook('stop', '--all')
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

type MeasureBlock = (revision: number | null, share: number, atMs: readonly number[]) => Promise<number>

async function compare(kind: string, revision: number | null, measure: MeasureBlock): Promise<BenchRow> {
  const random = seedRandom(`shadow ${kind}`)
  // One that is taken away is put in place anew each time, and begins to die anew.
  const without = (atMs: readonly number[]): Promise<number> =>
    measure(kind === 'dying' ? null : revision, 0, atMs)
  const beside = (atMs: readonly number[]): Promise<number> => measure(revision, 0.1, atMs)
  const pairs: [beside: number, without: number][] = []
  const untilMs = performance.now() + kindMs
  for (let warmed = false; performance.now() < untilMs; warmed = true) {
    const atMs = arrivals(random)
    const besideFirst = random.next() < 0.5
    const first = await (besideFirst ? beside : without)(atMs)
    const second = await (besideFirst ? without : beside)(atMs)
    if (warmed) pairs.push(besideFirst ? [first, second] : [second, first])
  }
  const { ratio, low, high } = pairedRatio(pairs)
  const alone = median(pairs.map(([, p99Ms]) => p99Ms))
  const percent = (value: number): string => `${value >= 1 ? '+' : ''}${((value - 1) * 100).toFixed(1)} %`
  return {
    what: `99 of 100 of the champion's answers within, shadow of 10 %: ${kind}; ${percent(ratio)}, 95 % of ${pairs.length} pairs' bootstrap between ${percent(low)} and ${percent(high)}`,
    ours: { value: alone * ratio, unit: 'ms' },
    peer: { name: 'without a shadow', value: alone, unit: 'ms' },
    ...(kind === 'dying' ? {} : judged(low, high)),
  }
}

/** Where the interval holds 5 %, nothing can be said. */
function judged(low: number, high: number): Pick<BenchRow, 'aim' | 'reached'> {
  const aim = 'interval below +5 %'
  return low <= 1.05 && high > 1.05 ? { aim } : { aim, reached: high <= 1.05 }
}

/** When requests come that know nothing of each other (a Poisson process). */
function arrivals(random: Random): number[] {
  const atMs: number[] = []
  for (let at = 0; at < blockMs; at -= Math.log(1 - random.next()) * (1_000 / perS)) atMs.push(at)
  return atMs
}
