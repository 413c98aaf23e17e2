import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Deployed, DeploymentDetail } from '../shared/api/deployment_methods.ts'
import { seedRandom } from '../shared/base/random.ts'
import { openState } from '../shared/base/project.ts'
import { orderGateway } from '../shared/serving/gateway_client.ts'
import { readGatewayFile } from '../shared/serving/gateway_file.ts'
import type { BenchRow } from './bench.ts'
import { load, p99, type LoadTarget } from './serving_load.ts'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** Each turn asks once with the shadow and once without; the first one warms up. */
const turns = 20
const turn = { clients: 4, forMs: 1_000 }

/** Shadows by what they are. Each gets a copy of a tenth of the requests. */
const kinds = { well: 'two', slow: 'slow', wrong: 'wrong', dead: 'dies' } as const

/**
 * How long the champion's answers take beside a shadow that is well, slow (a second for each), wrong (fails) or dead
 * (its process dies of each third request), each time against the same without a shadow just before or after.
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
    const gateway = readGatewayFile(openState(project))
    if (gateway === null) throw new Error('The gateway does not run')
    const measure = async (revision: number | null): Promise<readonly number[]> => {
      const place = { slot: 'shadow' as const, share: 0.1 }
      await orderGateway(gateway, { kind: 'place', name: 'm', revision, place })
      // What was started or ended for this is no part of it.
      await new Promise((resolve) => setTimeout(resolve, 200))
      return (await load(target, turn)).tookMs
    }
    const rows: BenchRow[] = []
    for (const [kind, name] of Object.entries(kinds)) {
      const made = await daybook('deploy', join(folder, name), '--name', 'm', '--as', 'shadow', '--trust')
      rows.push(await compare(kind, (JSON.parse(made) as Deployed).revision, measure))
    }
    return rows
  } finally {
    await daybook('stop', '--all')
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

interface Pair {
  beside: readonly number[]
  without: readonly number[]
}

async function compare(
  kind: string,
  revision: number,
  measure: (revision: number | null) => Promise<readonly number[]>,
): Promise<BenchRow> {
  const pairs: Pair[] = []
  for (let at = 0; at <= turns; at++) {
    const first = await measure(at % 2 === 0 ? revision : null)
    const second = await measure(at % 2 === 0 ? null : revision)
    const [beside, without] = at % 2 === 0 ? [first, second] : [second, first]
    if (at > 0) pairs.push({ beside, without })
  }
  const [low, high] = interval(pairs)
  const without = p99(pairs.flatMap((pair) => pair.without))
  const ratio = ratioOf(pairs)
  const percent = (value: number): string => `${value >= 1 ? '+' : ''}${((value - 1) * 100).toFixed(1)} %`
  return {
    what: `99 of 100 of the champion's answers within, a shadow that is ${kind} gets 10 % (interval of 95 %: ${percent(low)} to ${percent(high)})`,
    ours: { value: without * ratio, unit: 'ms' },
    peer: { name: 'without a shadow', value: without, unit: 'ms' },
    aim: 'at most 5 % more',
    reached: ratio <= 1.05,
  }
}

function ratioOf(pairs: readonly Pair[]): number {
  return p99(pairs.flatMap(({ beside }) => beside)) / p99(pairs.flatMap(({ without }) => without))
}

/** Between which 95 of 100 ratios lie of as many turns drawn from these. */
function interval(pairs: readonly Pair[]): [number, number] {
  const random = seedRandom('shadow bench')
  const ratios = Array.from({ length: 400 }, () =>
    ratioOf(pairs.flatMap(() => pairs[random.below(pairs.length)] ?? [])),
  ).sort((a, b) => a - b)
  return [ratios[10] ?? NaN, ratios[389] ?? NaN]
}
