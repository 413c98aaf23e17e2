import type { Row, Store } from '../store/store.ts'
import { bindInt64, int64Column, readInt64, type Int64 } from './int64.ts'
import { findKey } from './key_name.ts'
import type { MetricPoint } from './logging.ts'
import { decodePageToken, encodePageToken } from './page_token.ts'
import { findRunSeq } from './run.ts'
import type { RunId } from './run_data.ts'

/** A value of a metric with the run it belongs to. */
export interface RunMetricPoint extends MetricPoint {
  runId: RunId
}

const columns = `${int64Column('step')}, ${int64Column('at_ms')}, value, is_nan`

/**
 * All values of one metric of one run by time, then step, then value; nothing for a run or metric that is not there.
 * @param page.limit rows of a page; all if left out
 * @throws Problem `bad_request` for a page token that is none
 */
export function metricHistory(
  store: Store,
  series: { runId: string; key: string },
  page: { limit?: number; pageToken?: string } = {},
): { points: MetricPoint[]; nextPageToken: string | null } {
  const { offset } = decodePageToken(page.pageToken)
  const at = findSeries(store, series.runId, series.key)
  if (at === undefined) return { points: [], nextPageToken: null }
  // SQLite refuses a limit that is no integer of 64 bits.
  const limit = Math.min(page.limit ?? -1, Number.MAX_SAFE_INTEGER - 1)
  const rows = store.all(
    `SELECT ${columns} FROM metric WHERE run = ? AND key = ? ORDER BY metric.at_ms, metric.step, value LIMIT ? OFFSET ?`,
    at.run,
    at.key,
    limit < 0 ? -1 : limit + 1,
    offset,
  )
  const more = limit >= 0 && rows.length > limit
  const points = (more ? rows.slice(0, limit) : rows).map((row) => readPoint(row, series.key))
  return { points, nextPageToken: more ? encodePageToken({ offset: offset + limit, after: null }) : null }
}

/** The values of one metric of one run behind a step, by step; NaN is left out, and of several at a step the last stays. */
export function valuesAfter(
  store: Store,
  series: { runId: string; key: string },
  step: number,
): { step: number; value: number }[] {
  const at = findSeries(store, series.runId, series.key)
  if (at === undefined) return []
  const after = Number.isFinite(step) ? bindInt64(step) : -(2n ** 63n)
  const found = new Map<number, number>()
  for (const row of store.all(
    `SELECT ${columns} FROM metric WHERE run = ? AND key = ? AND metric.step > ? AND is_nan = 0
     ORDER BY metric.step, metric.at_ms, value`,
    at.run,
    at.key,
    after,
  )) {
    const point = readPoint(row, series.key)
    found.set(Number(point.step), point.value)
  }
  return [...found].map(([at, value]) => ({ step: at, value }))
}

/** The values of one metric of several runs: runs by id, within a run as in `metricHistory`; at most `limit` in all. */
export function metricHistories(
  store: Store,
  runIds: readonly string[],
  { key, limit }: { key: string; limit: number },
): RunMetricPoint[] {
  const points: RunMetricPoint[] = []
  for (const runId of [...new Set(runIds)].sort()) {
    if (points.length >= limit) break
    const page = metricHistory(store, { runId, key }, { limit: limit - points.length })
    for (const point of page.points) points.push({ ...point, runId: runId as RunId })
  }
  return points
}

/** The last values of all metrics of a run, by name; NaN stays NaN. */
export function latestValues(store: Store, runId: string): Map<string, number> {
  const rows = store.all(
    `SELECT k.name, m.value, m.is_nan FROM latest_metric m JOIN key_name k ON k.id = m.key
     WHERE m.run = (SELECT seq FROM run WHERE id = ?)`,
    runId,
  )
  return new Map(
    rows.map((row) => [row['name'] as string, row['is_nan'] === 1 ? NaN : (row['value'] as number)]),
  )
}

/** Which part of a metric's history is wanted, and how much of it. */
export interface Sample {
  key: string
  /** First and last step; all if left out. */
  steps?: { from: Int64; to: Int64 }
  /** Most points of a run, at least 1. */
  limit: number
}

/**
 * A metric's history by step, thinned out to at most `limit` points: cut into equal parts of which each gives its
 * first point, and the last point of all is always there. With a limit of 1 it is the last.
 */
export function sampleHistory(store: Store, runId: string, sample: Sample): RunMetricPoint[] {
  const at = findSeries(store, runId, sample.key)
  if (at === undefined) return []
  const from = bindInt64(sample.steps?.from ?? -(2n ** 63n))
  const to = bindInt64(sample.steps?.to ?? 2n ** 63n - 1n)
  const range = [at.run, at.key, from, to] as const
  const where = 'run = ? AND key = ? AND metric.step BETWEEN ? AND ?'
  const counted = store.get(`SELECT count(*) AS n FROM metric WHERE ${where}`, ...range)
  const total = counted?.['n'] as number
  const wanted = total <= sample.limit ? null : partStarts(total, sample.limit)
  // The last part's first point gives way to the last of all: the curve must end where it ended.
  if (wanted !== null) wanted[wanted.length - 1] = total - 1
  const inOrder = `SELECT ${columns} FROM metric WHERE ${where} ORDER BY ${byStep}`
  const rows =
    wanted === null || total < 8 * sample.limit
      ? pick(store.lists(inOrder, ...range), wanted)
      : skipThrough(store, range, wanted)
  return rows.map((row) => ({ ...listedPoint(row, sample.key), runId: runId as RunId }))
}

type ListedRow = ReturnType<Store['lists']>[number]

function pick(rows: ListedRow[], wanted: readonly number[] | null): ListedRow[] {
  if (wanted === null) return rows
  return wanted.map((i) => rows[i]).filter((row) => row !== undefined)
}

/** Where few of many rows are wanted, the database steps over the others, which is faster than reading them. */
function skipThrough(
  store: Store,
  range: readonly [number, number, Int64, Int64],
  wanted: readonly number[],
): ListedRow[] {
  const [run, key, from, to] = range
  const next = `SELECT ${columns} FROM metric WHERE run = ? AND key = ? AND metric.step <= ?
    AND (metric.step, metric.at_ms, value, is_nan) > (?, ?, ?, ?) ORDER BY ${byStep} LIMIT 1 OFFSET ?`
  const rows: ListedRow[] = []
  // Before every row with that first step: times are not negative, but a smaller one cannot hurt.
  let after: readonly (Int64 | null)[] = [from, -(2n ** 63n), -Number.MAX_VALUE, -1]
  let at = -1
  for (const i of wanted) {
    const [row] = store.lists(next, run, key, to, ...after, i - at - 1)
    if (row === undefined) break
    rows.push(row)
    const [step, atMs, value, isNan] = row
    after = [bindInt64(readInt64(step)), bindInt64(readInt64(atMs)), value as number, isNan as number]
    at = i
  }
  return rows
}

function listedPoint([step, atMs, value, isNan]: ListedRow, key: string): MetricPoint {
  return { key, value: isNan === 1 ? NaN : (value as number), step: readInt64(step), atMs: readInt64(atMs) }
}

const byStep = 'metric.step, metric.at_ms, value, is_nan'

/** Indices at which equal parts of so many rows begin; the first parts are one longer where it does not come out even. */
function partStarts(rows: number, parts: number): number[] {
  const size = Math.floor(rows / parts)
  const longer = rows % parts
  return Array.from({ length: parts }, (_none, i) => i * size + Math.min(i, longer))
}

function findSeries(store: Store, runId: string, key: string): { run: number; key: number } | undefined {
  const run = findRunSeq(store, runId)
  const number = findKey(store, key)
  return run === undefined || number === undefined ? undefined : { run, key: number }
}

function readPoint(row: Row, key: string): MetricPoint {
  return {
    key,
    value: row['is_nan'] === 1 ? NaN : (row['value'] as number),
    step: readInt64(row['step']),
    atMs: readInt64(row['at_ms']),
  }
}
