import type { Store } from '../store/store.ts'
import { findKey } from './key_name.ts'
import { runWhere, type RunSearch } from './search.ts'
import { sql, joinSql, type SqlText } from './sql_text.ts'

/** What runs have in common that stand in one group. */
export type GroupBy =
  | { kind: 'param' | 'tag'; key: string }
  | { kind: 'experiment' | 'status' }
  /** All parameters but some: runs that differ in their seed only. */
  | { kind: 'params_except'; keys: readonly string[] }

/** Names that parameters for a random seed usually have. */
export const seedNames: readonly string[] = [
  'seed',
  'random_state',
  'random_seed',
  'rng_seed',
  'data_seed',
  'manual_seed',
]

/** A metric over the runs of a group, by their latest values; NaN counts as none. */
export interface MetricSpread {
  /** Runs that have the metric as a number. */
  n: number
  mean: number
  /** Sample standard deviation (divided by n − 1); null for a single run. */
  sd: number | null
  min: number
  max: number
}

/** Runs that have something in common. */
export interface RunGroup {
  /** One for each thing grouped by; null where the runs lack it. Parameters kept together come as one JSON object. */
  values: (string | null)[]
  runs: number
  metrics: Record<string, MetricSpread>
}

/**
 * Puts the runs that a search finds into groups and sums up their metrics: mean, spread and number of runs. The
 * largest groups first.
 * @throws FilterError
 */
export function groupRuns(
  store: Store,
  search: Omit<RunSearch, 'orderBy' | 'pageToken' | 'maxResults'>,
  by: readonly GroupBy[],
): RunGroup[] {
  const where = runWhere(store, search)
  const columns = by.map((each, i) => valueSql(store, each, `g${i}`))
  const selected = joinSql([sql('r.seq'), ...columns], ', ')
  const found = sql(
    `SELECT ${selected.sql} FROM run r WHERE ${where.sql}`,
    ...selected.values,
    ...where.values,
  )
  const names = by.map((_each, i) => `g${i}`)
  const comma = names.map((name) => `, ${name}`).join('')
  const groups = new Map<string, RunGroup>()
  const counted = `WITH found AS (${found.sql}) SELECT count(*) AS n${comma} FROM found${
    names.length === 0 ? '' : ` GROUP BY ${names.join(', ')}`
  }`
  for (const row of store.each(counted, ...found.values)) {
    if (row['n'] === 0) continue
    const values = names.map((name) => row[name] as string | null)
    groups.set(JSON.stringify(values), { values, runs: row['n'] as number, metrics: {} })
  }
  // The sum of squares is taken around the mean: around zero, nearly equal values would lose all their digits.
  const spreads = `WITH found AS (${found.sql}),
    value AS (SELECT k.name AS key, m.value${comma} FROM found f
      JOIN latest_metric m ON m.run = f.seq AND m.is_nan = 0 JOIN key_name k ON k.id = m.key),
    centre AS (SELECT key, avg(value) AS mean${comma} FROM value GROUP BY key${comma})
    SELECT v.key, count(*) AS n, c.mean, sum((v.value - c.mean) * (v.value - c.mean)) AS squares,
      min(v.value) AS low, max(v.value) AS high${names.map((name) => `, v.${name}`).join('')}
    FROM value v JOIN centre c ON c.key = v.key${names.map((name) => ` AND c.${name} IS v.${name}`).join('')}
    GROUP BY v.key${names.map((name) => `, v.${name}`).join('')} ORDER BY v.key`
  for (const row of store.each(spreads, ...found.values)) {
    const group = groups.get(JSON.stringify(names.map((name) => row[name] as string | null)))
    if (group === undefined) continue
    const n = row['n'] as number
    const spread: MetricSpread = {
      n,
      mean: row['mean'] as number,
      sd: n < 2 ? null : Math.sqrt((row['squares'] as number) / (n - 1)),
      min: row['low'] as number,
      max: row['high'] as number,
    }
    Object.defineProperty(group.metrics, row['key'] as string, {
      value: spread,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return [...groups.values()].sort((a, b) => b.runs - a.runs)
}

function valueSql(store: Store, by: GroupBy, name: string): SqlText {
  switch (by.kind) {
    case 'experiment':
      return sql(`CAST(r.experiment_id AS TEXT) AS ${name}`)
    case 'status':
      return sql(`r.status AS ${name}`)
    case 'param':
    case 'tag':
      return sql(
        `(SELECT t.value FROM ${by.kind} t WHERE t.run = r.seq AND t.key = ?) AS ${name}`,
        findKey(store, by.key) ?? -1,
      )
    case 'params_except':
      // In the order of their keys' numbers, which is the same for every run.
      return sql(
        `(SELECT json_group_object(k.name, t.value) FROM (SELECT key, value FROM param
            WHERE run = r.seq ORDER BY key) t JOIN key_name k ON k.id = t.key
          WHERE k.name NOT IN (SELECT value FROM json_each(?))) AS ${name}`,
        JSON.stringify(by.keys),
      )
  }
}
