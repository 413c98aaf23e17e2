import { join } from 'node:path'
import type { Deployed, DeploymentDetail } from '../shared/api/deployment_methods.ts'
import { median, type BenchRow } from './bench.ts'
import { load, type LoadTarget } from './serving_load.ts'

/** What is measured with. */
export interface ShadowParts {
  /** Holds the packages of test/serving/make_models.py. */
  folder: string
  daybook: (...args: string[]) => Promise<string>
}

const turns = 8
const turn = { clients: 4, forMs: 2_000 }

/** Shadows by what they are. Each gets a copy of a tenth of the requests. */
const kinds = { well: 'two', slow: 'slow', wrong: 'wrong', dead: 'dies' } as const

/**
 * How long the champion's answers take without a shadow and beside one that is well, slow (a second for each), wrong
 * (fails) or dead (its process dies of each third request), by turns.
 */
export async function measureShadows({ folder, daybook }: ShadowParts): Promise<BenchRow[]> {
  await daybook('deploy', join(folder, 'one'), '--name', 'm', '--trust')
  const revisions = new Map<string, number>()
  for (const [kind, name] of Object.entries(kinds)) {
    const made = await daybook('deploy', join(folder, name), '--name', 'm', '--as', 'shadow', '--trust')
    revisions.set(kind, (JSON.parse(made) as Deployed).revision)
  }
  const { summary, token } = JSON.parse(await daybook('deployments', 'm')) as DeploymentDetail
  const target: LoadTarget = {
    url: `${summary.url}/invocations`,
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ dataframe_records: [{ age: 30, hours: 1, city: 'Bern' }] }),
  }
  const taken = new Map<string, number[]>()
  for (let at = 0; at <= turns; at++)
    for (const kind of ['none', ...revisions.keys()]) {
      const revision = revisions.get(kind) ?? 0
      const share = revision === 0 ? [] : ['--share', '0.1']
      await daybook('deployments', 'm', '--shadow', String(revision), ...share)
      const { p99Ms } = await load(target, turn)
      if (at > 0) taken.set(kind, [...(taken.get(kind) ?? []), p99Ms])
    }
  const none = median(taken.get('none') ?? [])
  return [...revisions.keys()].map((kind) => {
    // Each turn against the one without a shadow just before.
    const ratios = (taken.get(kind) ?? []).map((p99Ms, i) => p99Ms / (taken.get('none')?.[i] ?? NaN))
    const ratio = median(ratios)
    return {
      what: `serving: 99 of 100 of the champion's answers within, a shadow that is ${kind} gets 10 %`,
      ours: { value: none * ratio, unit: 'ms' as const },
      peer: { name: 'without a shadow', value: none, unit: 'ms' as const },
      aim: 'at most 5 % more',
      reached: ratio <= 1.05,
    }
  })
}
