import type { Store } from '../store/store.ts'
import { headlineMetric } from './headline.ts'
import { findKey } from './key_name.ts'
import { getRun } from './run.ts'
import type { Headline, Spread } from './table_row.ts'

/** How a run stands among the others of its experiment. */
export interface Standing {
  /** Null where no metric tells how good the run is. */
  headline: Headline | null
  /** 1 for the best; null where the metric's name does not tell which way is good. */
  rank: number | null
  /** Runs of the experiment that have the metric, this one too. */
  of: number
  best: { id: string; name: string; value: number } | null
}

/** A run and those that differ from it only by seed. */
export interface Siblings {
  id: string
  runs: number
  metrics: Record<string, Spread>
}

/**
 * Where a run stands by its headline metric among runs that stand alone, or that are nested, as it does; runs in the
 * trash left out.
 * @throws RunNotFoundError
 */
export function standingOf(store: Store, id: string): Standing {
  const run = getRun(store, id)
  const values = Object.entries(run.metrics).map(([key, { value }]): [string, number] => [key, value])
  const headline = headlineMetric(Object.fromEntries(values))
  if (headline === null) return { headline, rank: null, of: 0, best: null }
  const better = headline.better ?? 'higher'
  const others = `FROM latest_metric m JOIN run r ON r.seq = m.run
    WHERE m.key = ? AND m.is_nan = 0 AND r.experiment_id = ? AND r.deleted_ms IS NULL
      AND (r.parent_id IS NULL) = ?`
  // A run that sums up another one would count twice: those within others are compared with their like.
  const level = run.parentId === null ? 1 : 0
  const of = [findKey(store, headline.key) ?? -1, Number(run.experimentId), level] as const
  const counted = store.get(
    `SELECT count(*) AS n, coalesce(sum(m.value ${better === 'higher' ? '>' : '<'} ?), 0) AS ahead ${others}`,
    headline.value,
    ...of,
  )
  const best = store.get(
    `SELECT r.id, r.name, m.value ${others} ORDER BY m.value ${better === 'higher' ? 'DESC' : 'ASC'} LIMIT 1`,
    ...of,
  )
  return {
    headline,
    rank: headline.better === null ? null : Number(counted?.['ahead']) + 1,
    of: Number(counted?.['n']),
    best:
      best === undefined || headline.better === null
        ? null
        : { id: best['id'] as string, name: best['name'] as string, value: best['value'] as number },
  }
}
