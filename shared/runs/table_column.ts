import type { Store } from '../store/store.ts'
import { findKey } from './key_name.ts'
import { sql, type SqlText } from './sql_text.ts'

/** What all runs have in one column of the table, by the runs' numbers. */
export interface RunColumn {
  /** 0: no value. Else from 1 for the least; alike values have the same. */
  rank: Int32Array
  /** The highest rank of a value; a metric that is no number has one more. */
  ranks: number
  /** What stands behind each rank, from 1 on. */
  values: readonly (number | string)[]
}

/** Numbers of the names under which long texts were logged: the index over values holds short ones only. */
export type LongTexts = Record<'param' | 'tag', ReadonlySet<number>>

/** Finds them, by reading all texts once. */
export function findLongTexts(store: Store): LongTexts {
  const of = (table: string): Set<number> => {
    const rows = store.lists(`SELECT DISTINCT key FROM ${table} WHERE length(value) > 100`)
    return new Set(rows.map(([key]) => key as number))
  }
  return { param: of('param'), tag: of('tag') }
}

/**
 * Reads a column: numbers before texts, and 9 before 10 also among parameters, which are kept as text. The
 * database gives values in order out of an index; they cross over as one text of numbers, which takes a tenth
 * of the time of as many rows.
 * @throws RangeError for a column that no run can have
 */
export function readColumn(store: Store, name: string, long: LongTexts): RunColumn {
  const last = Number(store.get('SELECT max(seq) AS last FROM run')?.['last'] ?? 0)
  const [, type = '', key = ''] = /^(metrics|params|tags)\.(.*)$/s.exec(name) ?? []
  if (type === 'metrics') return metricColumn(store, key, last)
  if (type !== '') {
    const table = type === 'params' ? 'param' : 'tag'
    return textColumn(store, loggedSql(store, { table, name: key, long }), last)
  }
  if (name === 'started' || name === 'duration' || name === 'cost') {
    // One price for all: what costs more took longer.
    const value = name === 'started' ? 'started_ms' : 'ended_ms - started_ms'
    const found = sql(`SELECT seq, ${value} AS v FROM run WHERE v IS NOT NULL ORDER BY v`)
    return numberColumn(store, found, last)
  }
  const column = { name: 'r.name', status: 'r.status', user: 'r.user_id', experiment: 'e.name' }[name]
  if (column === undefined) throw new RangeError(`Cannot read a column of runs: there is no "${name}"`)
  const found = sql(`SELECT r.seq, ${column} AS v FROM run r JOIN experiment e ON e.id = r.experiment_id`)
  return textColumn(store, found, last)
}

/** The value of a run; null if it has none. */
export function valueIn(column: RunColumn, seq: number): number | string | null {
  const rank = column.rank[seq] ?? 0
  return rank === 0 ? null : (column.values[rank] ?? null)
}

function metricColumn(store: Store, name: string, last: number): RunColumn {
  const key = findKey(store, name) ?? -1
  const numbers = sql(
    'SELECT run AS seq, value AS v FROM latest_metric WHERE key = ? AND is_nan = 0 ORDER BY value',
    key,
  )
  const column = numberColumn(store, numbers, last)
  const row = store.get(
    'SELECT group_concat(run) AS seqs FROM latest_metric WHERE key = ? AND is_nan = 1',
    key,
  )
  for (const seq of readNumbers(row?.['seqs'])) column.rank[seq] = column.ranks + 1
  return column
}

function loggedSql(
  store: Store,
  { table, name, long }: { table: 'param' | 'tag'; name: string; long: LongTexts },
): SqlText {
  const key = findKey(store, name) ?? -1
  const short = `SELECT run AS seq, value AS v FROM ${table} WHERE key = ? AND length(value) <= 100`
  if (!long[table].has(key)) return sql(short, key)
  return sql(
    `${short} UNION ALL SELECT run, value FROM ${table} WHERE key = ? AND length(value) > 100`,
    key,
    key,
  )
}

function numberColumn(store: Store, found: SqlText, last: number): RunColumn {
  const row = store.get(
    `SELECT group_concat(seq) AS seqs, group_concat(v) AS texts FROM (${found.sql})`,
    ...found.values,
  )
  const seqs = readNumbers(row?.['seqs'])
  const texts = seqs.length === 0 ? [] : String(row?.['texts']).split(',')
  const rank = new Int32Array(last + 1)
  const values: number[] = [NaN]
  seqs.forEach((seq, i) => {
    if (i === 0 || texts[i] !== texts[i - 1]) values.push(Number(texts[i]))
    rank[seq] = values.length - 1
  })
  return { rank, ranks: values.length - 1, values }
}

function textColumn(store: Store, found: SqlText, last: number): RunColumn {
  const rows = store.lists(`SELECT v, group_concat(seq) FROM (${found.sql}) GROUP BY v`, ...found.values)
  const keyed = rows.map(([value, seqs]) => ({ text: value as string, number: toNumber(value), seqs }))
  keyed.sort((a, b) => {
    const [noA, noB] = [Number.isNaN(a.number), Number.isNaN(b.number)]
    if (noA !== noB) return noA ? 1 : -1
    if (!noA && a.number !== b.number) return a.number - b.number
    return a.text < b.text ? -1 : a.text > b.text ? 1 : 0
  })
  const rank = new Int32Array(last + 1)
  keyed.forEach(({ seqs }, i) => {
    for (const seq of readNumbers(seqs)) rank[seq] = i + 1
  })
  return { rank, ranks: keyed.length, values: ['', ...keyed.map(({ text }) => text)] }
}

function toNumber(value: unknown): number {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN
}

function readNumbers(text: unknown): number[] {
  return typeof text === 'string' && text !== '' ? text.split(',').map(Number) : []
}
