import { meanInterval, type MeanInterval } from '../stats/mean_interval.ts'
import { Problem } from '../base/problem.ts'
import type { Store } from '../store/store.ts'
import { findKey } from './key_name.ts'
import { parseOrderBy } from './order_by.ts'
import { runGrammar } from './run_grammar.ts'
import { runWhere, type RunSearch } from './search.ts'
import { sql, joinSql, type SqlText } from './sql_text.ts'

/** What runs have in common that stand in one group. */
export type GroupBy =
  | { kind: 'param' | 'tag'; key: string }
  | { kind: 'experiment' | 'status' }
  /**
   * All parameters but some: runs that differ in their seed only. A name stands also for the same parameter of a
   * part: `seed` for `model__seed`.
   */
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
  /** Where the mean lies with 95 % probability, by Student's t; null for a single run. */
  interval95: MeanInterval | null
  min: number
  max: number
}

/** Runs that have something in common. */
export interface RunGroup {
  /** One for each thing grouped by; null where the runs lack it. Parameters kept together come as one JSON object. */
  values: (string | null)[]
  runs: number
  /** Ids of the newest of them, a hundred at most. */
  runIds: string[]
  metrics: Record<string, MetricSpread>
}

/** Which runs are put into groups, and how. */
export interface GroupSearch extends Omit<RunSearch, 'orderBy' | 'pageToken' | 'maxResults'> {
  by: readonly GroupBy[]
  /** Metrics, by their means: `metrics.accuracy DESC`. Default: the largest groups first. */
  orderBy?: readonly string[]
  /** At most so many groups; default 1000. */
  maxResults?: number
}

/**
 * Puts the runs that a search finds into groups and sums up their metrics: mean, spread and number of runs.
 * @throws FilterError
 * @throws Problem `bad_request` for an order by something that is no metric
 */
export function groupRuns(store: Store, search: GroupSearch): RunGroup[] {
  const names = search.by.map((_each, i) => `g${i}`)
  const found = foundSql(store, search, names)
  const groups = readGroups(store, found, names)
  addMetrics(store, { found, names, groups })
  return sortGroups([...groups.values()], search.orderBy ?? []).slice(0, search.maxResults ?? 1000)
}

/** The runs that are found, each with what it is grouped by. */
function foundSql(store: Store, search: GroupSearch, names: readonly string[]): SqlText {
  const where = runWhere(store, search)
  const columns = search.by.map((each, i) => valueSql(store, each, names[i] ?? ''))
  const selected = joinSql([sql('r.seq, r.id, r.started_ms'), ...columns], ', ')
  return sql(`SELECT ${selected.sql} FROM run r WHERE ${where.sql}`, ...selected.values, ...where.values)
}

function readGroups(store: Store, found: SqlText, names: readonly string[]): Map<string, RunGroup> {
  const comma = names.map((name) => `, ${name}`).join('')
  const within = names.length === 0 ? '' : `PARTITION BY ${names.join(', ')}`
  const groups = new Map<string, RunGroup>()
  const rows = store.each(
    `WITH found AS (${found.sql}),
      placed AS (SELECT id${comma}, count(*) OVER (${within}) AS n,
        row_number() OVER (${within} ORDER BY started_ms DESC, id) AS place FROM found)
     SELECT * FROM placed WHERE place <= 100 ORDER BY place`,
    ...found.values,
  )
  for (const row of rows) {
    const values = names.map((name) => row[name] as string | null)
    const key = JSON.stringify(values)
    const group = groups.get(key) ?? { values, runs: row['n'] as number, runIds: [], metrics: {} }
    group.runIds.push(row['id'] as string)
    groups.set(key, group)
  }
  return groups
}

function addMetrics(
  store: Store,
  { found, names, groups }: { found: SqlText; names: readonly string[]; groups: Map<string, RunGroup> },
): void {
  const comma = names.map((name) => `, ${name}`).join('')
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
    const [n, mean] = [row['n'] as number, row['mean'] as number]
    const sd = n < 2 ? null : Math.sqrt((row['squares'] as number) / (n - 1))
    const interval95 = meanInterval({ n, mean, sd })
    Object.defineProperty(group.metrics, row['key'] as string, {
      value: { n, mean, sd, interval95, min: row['low'] as number, max: row['high'] as number },
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
}

/** By the means of metrics, groups without the metric last; then the larger ones first. */
function sortGroups(groups: RunGroup[], orderBy: readonly string[]): RunGroup[] {
  const terms = parseOrderBy(orderBy, runGrammar)
  const other = terms.find(({ type }) => type !== 'metric')
  if (other !== undefined) {
    throw new Problem('bad_request', `Groups cannot be ordered by "${other.key}", only by metrics`, {
      hint: 'Order them by the mean of a metric, e.g. "metrics.accuracy DESC".',
    })
  }
  return groups.sort((a, b) => {
    for (const { key, descending } of terms) {
      const [left, right] = [a.metrics[key]?.mean, b.metrics[key]?.mean]
      if (left === right) continue
      if (left === undefined || right === undefined) return left === undefined ? 1 : -1
      return descending ? right - left : left - right
    }
    return b.runs - a.runs
  })
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
          WHERE t.key NOT IN (SELECT value FROM json_each(?))) AS ${name}`,
        JSON.stringify(leftOut(store, by.keys)),
      )
  }
}

/** Numbers of the parameters that are left out. */
function leftOut(store: Store, names: readonly string[]): number[] {
  return [...store.each('SELECT id, name FROM key_name')]
    .filter(({ name }) => isNamedBy(String(name), names))
    .map(({ id }) => id as number)
}

/** Whether a parameter has one of these names, or one of them as the last part of its own. */
export function isNamedBy(parameter: string, names: readonly string[]): boolean {
  return names.includes(parameter) || names.includes(parameter.split(/__|\.|\//).at(-1) ?? '')
}
