import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Deployed, DeploymentDetail } from '../shared/api/deployment_methods.ts'
import { seedRandom } from '../shared/base/random.ts'
import { median, type BenchRow } from './bench.ts'
import { load, type LoadTarget } from './serving_load.ts'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** The first turn warms up. */
const turns = 12
const turn = { clients: 4, forMs: 1_500 }

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
    const measure = async (revision: number): Promise<number> => {
      const share = revision === 0 ? [] : ['--share', '0.1']
      await daybook('deployments', 'm', '--shadow', String(revision), ...share)
      // What was started or ended for this is no part of it.
      await new Promise((resolve) => setTimeout(resolve, 300))
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
  measure: (revision: number) => Promise<number>,
): Promise<BenchRow> {
  const pairs: { with: number; without: number }[] = []
  for (let at = 0; at <= turns; at++) {
    const first = await measure(at % 2 === 0 ? revision : 0)
    const second = await measure(at % 2 === 0 ? 0 : revision)
    if (at > 0) pairs.push(at % 2 === 0 ? { with: first, without: second } : { with: second, without: first })
  }
  const ratios = pairs.map((pair) => pair.with / pair.without)
  const [low, high] = interval(ratios)
  const without = median(pairs.map((pair) => pair.without))
  const percent = (ratio: number): string => `${ratio >= 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(1)} %`
  return {
    what: `serving: 99 of 100 of the champion's answers within, a shadow that is ${kind} gets 10 % (95 of 100: ${percent(low)} to ${percent(high)})`,
    ours: { value: without * median(ratios), unit: 'ms' },
    peer: { name: 'without a shadow', value: without, unit: 'ms' },
    aim: 'at most 5 % more',
    reached: median(ratios) <= 1.05,
  }
}

/** 95 of 100 medians of as many ratios drawn from these lie between. */
function interval(ratios: readonly number[]): [number, number] {
  const random = seedRandom('shadow bench')
  const medians = Array.from({ length: 2_000 }, () =>
    median(ratios.map(() => ratios[random.below(ratios.length)] ?? NaN)),
  ).sort((a, b) => a - b)
  return [medians[50] ?? NaN, medians[1_949] ?? NaN]
}
