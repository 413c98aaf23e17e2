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
import { median, type BenchRow } from './bench.ts'
import { load, type LoadTarget } from './serving_load.ts'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** Each turn asks once with the shadow and once without, so shortly that what else the machine does hits both. */
const turns = 40
const turn = { clients: 4, forMs: 500 }

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
    const measure = async (revision: number | null, share: number): Promise<number> => {
      const place = { slot: 'shadow' as const, share }
      await orderGateway(gateway, { kind: 'place', name: 'm', revision, place })
      // What was started or ended for this is no part of it.
      await new Promise((resolve) => setTimeout(resolve, 50))
      return (await load(target, turn)).p99Ms
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

async function compare(
  kind: string,
  revision: number,
  measure: (revision: number | null, share: number) => Promise<number>,
): Promise<BenchRow> {
  // One that dies is taken away for the other half, or its starts would be measured there.
  const without = (): Promise<number> => (kind === 'dead' ? measure(null, 0) : measure(revision, 0))
  const beside = (): Promise<number> => measure(revision, 0.1)
  await beside()
  const alone: number[] = []
  const ratios: number[] = []
  for (let at = 0; at < turns; at++) {
    const first = at % 2 === 0 ? await beside() : await without()
    const second = at % 2 === 0 ? await without() : await beside()
    const [withIt, withoutIt] = at % 2 === 0 ? [first, second] : [second, first]
    alone.push(withoutIt)
    ratios.push(withIt / withoutIt)
  }
  const [low, high] = interval(ratios)
  const ratio = median(ratios)
  const percent = (value: number): string => `${value >= 1 ? '+' : ''}${((value - 1) * 100).toFixed(1)} %`
  return {
    what: `99 of 100 of the champion's answers within, a shadow that is ${kind} gets 10 % (interval of 95 %: ${percent(low)} to ${percent(high)})`,
    ours: { value: median(alone) * ratio, unit: 'ms' },
    peer: { name: 'without a shadow', value: median(alone), unit: 'ms' },
    aim: 'at most 5 % more',
    reached: ratio <= 1.05,
  }
}

/** Between which 95 of 100 medians lie of as many turns drawn from these. */
function interval(ratios: readonly number[]): [number, number] {
  const random = seedRandom('shadow bench')
  const medians = Array.from({ length: 2_000 }, () =>
    median(ratios.map(() => ratios[random.below(ratios.length)] ?? NaN)),
  ).sort((a, b) => a - b)
  return [medians[50] ?? NaN, medians[1_949] ?? NaN]
}
