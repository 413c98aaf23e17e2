import { Problem } from '../base/problem.ts'
import type { Row, Store } from '../store/store.ts'
import { experimentNumber } from './experiment.ts'
import { parseFilter, type Filter } from './filter.ts'
import { attributeColumn, findDriver, runFilterSql } from './filter_sql.ts'
import { findKey } from './key_name.ts'
import { parseOrderBy, type OrderTerm } from './order_by.ts'
import { decodePageToken, encodePageToken, type PageStart } from './page_token.ts'
import { loadRuns, type Run } from './run_data.ts'
import { runGrammar } from './run_grammar.ts'
import { combine, joinSql, sql, type SqlText } from './sql_text.ts'

/** Which runs are wanted. */
export interface RunSearch {
  /** Experiments to look in; null for all, an empty list for none. */
  experimentIds: readonly string[] | null
  /** Default: all of them. */
  filter?: string
  /** Default: the newest first. Ties: the newest first, then by id. */
  orderBy?: readonly string[]
  /** Default 1000. */
  maxResults?: number
  /** `nextPageToken` of the page before. */
  pageToken?: string
  /** Default active. */
  view?: 'active' | 'deleted' | 'all'
  /** `top`: runs that are no other run's child; or the children of one run. Default: all. */
  within?: 'top' | { parentId: string }
}

/** A page of runs. */
export interface RunPage {
  runs: Run[]
  /** Null at the end. */
  nextPageToken: string | null
}

/**
 * Finds runs. The filter, the order and the page are worked out by the database; only the runs of the page are read.
 * @throws FilterError
 * @throws Problem `bad_request` for a page token that is none
 */
export function searchRuns(store: Store, search: RunSearch): RunPage {
  const plan = planSearch(store, search)
  const size = search.maxResults ?? 1000
  const start = decodePageToken(search.pageToken)
  if (start.after !== null && start.after.length !== plan.keys.length) {
    throw new Problem('bad_request', 'Invalid page token, it belongs to another order')
  }
  const rows = findRows(store, plan, { start, limit: size + 1 })
  const page = rows.slice(0, size)
  const last = page.at(-1)
  const more = rows.length > size && last !== undefined
  return {
    runs: loadRuns(
      store,
      page.map((row) => row['seq'] as number),
    ),
    nextPageToken: more
      ? encodePageToken({ offset: start.offset + size, after: valuesOf(last, plan) })
      : null,
  }
}

/** How many runs a search finds in all. */
export function countRuns(
  store: Store,
  search: Omit<RunSearch, 'orderBy' | 'pageToken' | 'maxResults'>,
): number {
  const where = runWhere(store, search)
  const [row] = store.each(`SELECT count(*) AS n FROM run r WHERE ${where.sql}`, ...where.values)
  return Number(row?.['n'] ?? 0)
}

/**
 * What a search asks for, as a condition on the table `run` under the name `r`.
 * @throws FilterError
 */
export function runWhere(
  store: Store,
  search: Omit<RunSearch, 'orderBy' | 'pageToken' | 'maxResults'>,
): SqlText {
  return planSearch(store, search).where
}

/** An expression to sort by. */
interface SortKey {
  sql: string
  descending: boolean
  /** Whether it can be NULL; never where the rank before it is 0. */
  nullable: boolean
}

interface Plan {
  where: SqlText
  /** One for each term of the order that is not an attribute, in order. */
  joins: readonly SqlText[]
  keys: readonly SortKey[]
  /** Number of the metric whose index gives the order; null if the rows found are sorted. */
  walk: number | null
}

function planSearch(store: Store, search: RunSearch): Plan {
  const filter = parseFilter(search.filter ?? '', runGrammar)
  const terms = parseOrderBy(search.orderBy ?? [], runGrammar)
  const driver = findDriver(store, filter)
  const where = whereSql(store, search, { filter, driver })
  const { joins, keys } = orderSql(store, terms)
  const first = terms[0]
  const walkable = first?.type === 'metric' && driver === null && spansManyRuns(store, search)
  const walk = walkable ? (findKey(store, first.key) ?? null) : null
  return { where, joins, keys, walk }
}

/** Sorting a few thousand runs is faster than walking a metric's index past the runs of other experiments. */
function spansManyRuns(store: Store, search: RunSearch): boolean {
  if (search.experimentIds === null) return true
  const scope = scopeSql(search.experimentIds, false)
  const row = store.get(
    `SELECT count(*) AS n FROM (SELECT 1 FROM run r WHERE ${scope.sql} LIMIT 2000)`,
    ...scope.values,
  )
  return row?.['n'] === 2000
}

function whereSql(
  store: Store,
  search: RunSearch,
  { filter, driver }: { filter: Filter; driver: ReturnType<typeof findDriver> },
): SqlText {
  const pieces: SqlText[] = []
  if (search.experimentIds !== null) pieces.push(scopeSql(search.experimentIds, driver !== null))
  const view = search.view ?? 'active'
  if (view === 'active') pieces.push(sql('r.deleted_ms IS NULL'))
  if (view === 'deleted') pieces.push(sql('r.deleted_ms IS NOT NULL'))
  if (search.within === 'top') {
    // A parent that was purged or never arrived does not hide its children.
    pieces.push(sql('(r.parent_id IS NULL OR NOT EXISTS (SELECT 1 FROM run p WHERE p.id = r.parent_id))'))
  } else if (search.within !== undefined) {
    pieces.push(sql('r.parent_id = ?', search.within.parentId))
  }
  pieces.push(runFilterSql(store, filter, driver))
  return combine(pieces, 'AND')
}

/** With a plus before it SQLite does not use the column's index, but starts from the rarer condition beside it. */
function scopeSql(experimentIds: readonly string[], driven: boolean): SqlText {
  const column = driven ? '+r.experiment_id' : 'r.experiment_id'
  const numbers = experimentIds.map(experimentNumber)
  if (numbers.length === 1) return sql(`${column} = ?`, numbers[0] ?? -1)
  return sql(`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify(numbers))
}

function orderSql(store: Store, terms: readonly OrderTerm[]): { joins: SqlText[]; keys: SortKey[] } {
  const joins: SqlText[] = []
  const keys: SortKey[] = []
  for (const [i, { type, key, descending }] of terms.entries()) {
    if (type === 'attribute') {
      const column = attributeColumn(key)
      if (key === 'end_time') keys.push({ sql: `(${column} IS NULL)`, descending: false, nullable: false })
      keys.push({ sql: column, descending, nullable: key === 'end_time' })
      continue
    }
    const table = type === 'metric' ? 'latest_metric' : type === 'param' ? 'param' : 'tag'
    // A name that nobody ever logged sorts nothing: -1 is no key's number.
    joins.push(
      sql(`LEFT JOIN ${table} o${i} ON o${i}.run = r.seq AND o${i}.key = ?`, findKey(store, key) ?? -1),
    )
    const rank =
      type === 'metric' ? `CASE o${i}.is_nan WHEN 0 THEN 0 WHEN 1 THEN 1 ELSE 2 END` : `(o${i}.value IS NULL)`
    keys.push({ sql: rank, descending: false, nullable: false })
    keys.push({ sql: `o${i}.value`, descending, nullable: true })
  }
  if (!terms.some((term) => term.type === 'attribute' && term.key === 'start_time')) {
    keys.push({ sql: 'r.started_ms', descending: true, nullable: false })
  }
  keys.push({ sql: 'r.id', descending: false, nullable: false })
  return { joins, keys }
}

interface Window {
  start: PageStart
  limit: number
}

function findRows(store: Store, plan: Plan, window: Window): Row[] {
  if (plan.walk === null) return selectSorted(store, plan, window)
  // An offset counts over both parts; only tokens of other tools have one without the values.
  if (window.start.after === null && window.start.offset > 0) return selectSorted(store, plan, window)
  const [rank] = window.start.after ?? [0]
  const walked = rank === 0 ? selectWalked(store, plan, plan.walk, window) : []
  if (walked.length === window.limit) return walked
  const rest = { ...plan, where: combine([plan.where, sql('o0.is_nan IS NOT 0')], 'AND') }
  const start = rank === 0 ? { offset: 0, after: null } : window.start
  return [...walked, ...selectSorted(store, rest, { start, limit: window.limit - walked.length })]
}

/** Reads the index over a metric's values in order and stops when the page is full. */
function selectWalked(store: Store, plan: Plan, key: number, window: Window): Row[] {
  const [, value] = plan.keys
  const after = window.start.after
  const pieces = [sql('o0.key = ? AND o0.is_nan = 0', key), plan.where]
  if (after !== null && value !== undefined) {
    pieces.push(
      sql(`o0.value ${value.descending ? '<=' : '>='} ?`, after[1] ?? null),
      afterSql(plan.keys, after),
    )
  }
  const where = combine(pieces, 'AND')
  // The first join is what is walked.
  const joins = joinSql(plan.joins.slice(1), ' ')
  const order = orderText(plan.keys.slice(1))
  return store.all(
    `SELECT r.seq, ${columns(plan.keys)} FROM latest_metric o0 INDEXED BY latest_metric_by_value
     CROSS JOIN run r ON r.seq = o0.run ${joins.sql} WHERE ${where.sql} ORDER BY ${order} LIMIT ?`,
    ...joins.values,
    ...where.values,
    window.limit,
  )
}

function selectSorted(store: Store, plan: Plan, { start, limit }: Window): Row[] {
  const joins = joinSql(plan.joins, ' ')
  const where =
    start.after === null ? plan.where : combine([plan.where, afterSql(plan.keys, start.after)], 'AND')
  return store.all(
    `SELECT r.seq, ${columns(plan.keys)} FROM run r ${joins.sql} WHERE ${where.sql}
     ORDER BY ${orderText(plan.keys)} LIMIT ? OFFSET ?`,
    ...joins.values,
    ...where.values,
    limit,
    start.after === null ? start.offset : 0,
  )
}

function columns(keys: readonly SortKey[]): string {
  return keys.map((key, i) => `${key.sql} AS k${i}`).join(', ')
}

function orderText(keys: readonly SortKey[]): string {
  return keys.map((key) => `${key.sql} ${key.descending ? 'DESC' : 'ASC'}`).join(', ')
}

/** Rows that come after the one with these values: equal in the first i keys and beyond it in the next, for any i. */
function afterSql(keys: readonly SortKey[], after: PageStart['after'] & object): SqlText {
  const ways: SqlText[] = []
  const equal: SqlText[] = []
  for (const [i, key] of keys.entries()) {
    const value = after[i] ?? null
    // Among those that lack a value nothing is beyond: they are alike here, and their rank stands before.
    if (value !== null)
      ways.push(combine([...equal, sql(`${key.sql} ${key.descending ? '<' : '>'} ?`, value)], 'AND'))
    equal.push(sql(`${key.sql} IS ?`, value))
  }
  return combine(ways, 'OR')
}

function valuesOf(row: Row, plan: Plan): (string | number | null)[] {
  return plan.keys.map((_key, i) => (row[`k${i}`] ?? null) as string | number | null)
}
