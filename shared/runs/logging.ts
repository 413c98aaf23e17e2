import { Problem } from '../base/problem.ts'
import type { Store } from '../store/store.ts'
import { bindInt64, type Int64 } from './int64.ts'
import { findKey, internKey } from './key_name.ts'
import { parentTag, requireActiveRun, writeTags } from './run.ts'

/** One value of a metric. */
export interface MetricPoint {
  key: string
  /** NaN is kept; an infinity becomes the largest double of its sign, as in MLflow's database. */
  value: number
  step: Int64
  atMs: Int64
}

/** What is logged in one go. */
export interface Batch {
  metrics?: readonly MetricPoint[]
  params?: Readonly<Record<string, string>>
  tags?: Readonly<Record<string, string>>
}

/** A parameter was to be changed. A parameter is set once, so that a run stays what it was. */
export class ParamChangedError extends Problem {
  readonly runId: string
  readonly conflicts: readonly { key: string; old: string; new: string }[]
  constructor(runId: string, conflicts: readonly { key: string; old: string; new: string }[]) {
    const told = conflicts.map(({ key, old, new: now }) => `${key} is "${old}", not "${now}"`).join('; ')
    super('bad_request', `Cannot change parameters of run ${runId}: ${told}`, {
      details: { runId, conflicts },
      hint: 'Log the changed value under another name, or start a new (nested) run for it.',
    })
    this.runId = runId
    this.conflicts = conflicts
  }
}

/**
 * Logs all of it or nothing. May be told twice: a metric's point (name, step, time, value) is kept once, a
 * parameter may be given again with the same value, a tag is overwritten.
 * @throws RunNotFoundError, RunNotActiveError, ParamChangedError
 * @throws RangeError if a step or time is not a whole number
 */
export function logBatch(store: Store, runId: string, batch: Batch): void {
  store.transaction(() => {
    const seq = requireActiveRun(store, runId)
    if (batch.params !== undefined) writeParams(store, { seq, id: runId }, batch.params)
    if (batch.metrics !== undefined) writeMetrics(store, seq, batch.metrics)
    if (batch.tags !== undefined) writeTags(store, seq, batch.tags)
  })
}

/**
 * Takes a tag away. The name stays when its tag goes.
 * @throws RunNotFoundError, RunNotActiveError
 * @throws Problem `not_found` if the run has no such tag
 */
export function deleteTag(store: Store, runId: string, key: string): void {
  store.transaction(() => {
    const seq = requireActiveRun(store, runId)
    const gone = store.run('DELETE FROM tag WHERE run = ? AND key = ?', seq, findKey(store, key) ?? -1)
    if (gone === 0) throw new Problem('not_found', `No tag with name: ${key} in run with id ${runId}`)
    if (key === parentTag) store.run('UPDATE run SET parent_id = NULL WHERE seq = ?', seq)
  })
}

function writeParams(
  store: Store,
  run: { seq: number; id: string },
  params: Readonly<Record<string, string>>,
): void {
  const conflicts: { key: string; old: string; new: string }[] = []
  for (const [name, value] of Object.entries(params)) {
    const key = internKey(store, name)
    const fresh = store.run(
      'INSERT INTO param (run, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      run.seq,
      key,
      value,
    )
    if (fresh === 1) continue
    const old = store.get('SELECT value FROM param WHERE run = ? AND key = ?', run.seq, key)?.[
      'value'
    ] as string
    if (old !== value) conflicts.push({ key: name, old, new: value })
  }
  if (conflicts.length > 0) throw new ParamChangedError(run.id, conflicts)
}

/** What a batch says about one metric. */
interface Digest {
  key: number
  value: number
  isNan: number
  step: Int64
  atMs: Int64
  min: number | null
  max: number | null
}

function writeMetrics(store: Store, seq: number, points: readonly MetricPoint[]): void {
  const digests = new Map<string, Digest>()
  const rows: HistoryRow[] = []
  for (const point of points) {
    const isNan = Number.isNaN(point.value) ? 1 : 0
    const value = isNan === 1 ? 0 : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, point.value))
    const step = requireWhole(point.step)
    const atMs = requireWhole(point.atMs)
    let digest = digests.get(point.key)
    if (digest === undefined) {
      digest = { key: internKey(store, point.key), value, isNan, step, atMs, min: null, max: null }
      digests.set(point.key, digest)
    } else if (isLater({ step, atMs, value }, digest)) {
      Object.assign(digest, { value, isNan, step, atMs })
    }
    if (isNan === 0) {
      if (digest.min === null || value < digest.min) digest.min = value
      if (digest.max === null || value > digest.max) digest.max = value
    }
    rows.push([digest.key, step, atMs, value, isNan])
  }
  inPieces(rows, (piece, count) => store.run(insertHistory[count], seq, ...piece.flat()))
  const latest = [...digests.values()].map(({ key, value, isNan, step, atMs, min, max }) => {
    return [key, value, isNan, step, atMs, min, max]
  })
  inPieces(latest, (piece, count) => store.run(upsertLatest[count], seq, ...piece.flat()))
}

/** A row of a metric's history, in the order of its columns after the run. */
type HistoryRow = [key: number, step: Int64, atMs: Int64, value: number, isNan: number]

/** Rows that go into one statement: measured, 8 take two thirds of the time of one by one, 32 another tenth less. */
const pieces = [32, 8, 4, 2, 1] as const
type Count = (typeof pieces)[number]

/** Takes rows in the largest pieces for which there are statements. */
function inPieces<R>(rows: readonly R[], write: (piece: readonly R[], count: Count) => void): void {
  let at = 0
  for (const count of pieces) {
    for (; rows.length - at >= count; at += count) write(rows.slice(at, at + count), count)
  }
}

/** A statement for each number of rows; the run stands in all of them and is bound once. */
function statements(text: (values: (row: string) => string) => string): Record<Count, string> {
  const of = (count: Count): string => text((row) => Array.from({ length: count }, () => row).join(', '))
  return { 1: of(1), 2: of(2), 4: of(4), 8: of(8), 32: of(32) }
}

const insertHistory = statements(
  (values) =>
    `INSERT OR IGNORE INTO metric (run, key, step, at_ms, value, is_nan) VALUES ${values('(?1, ?, ?, ?, ?, ?)')}`,
)

const isNewer = '(excluded.step, excluded.at_ms, excluded.value) > (step, at_ms, value)'

const upsertLatest = statements(
  (values) =>
    `INSERT INTO latest_metric (run, key, value, is_nan, step, at_ms, min_value, max_value)
     VALUES ${values('(?1, ?, ?, ?, ?, ?, ?, ?)')}
     ON CONFLICT DO UPDATE SET
       value = iif(${isNewer}, excluded.value, value),
       is_nan = iif(${isNewer}, excluded.is_nan, is_nan),
       step = iif(${isNewer}, excluded.step, step),
       at_ms = iif(${isNewer}, excluded.at_ms, at_ms),
       min_value = coalesce(min(min_value, excluded.min_value), min_value, excluded.min_value),
       max_value = coalesce(max(max_value, excluded.max_value), max_value, excluded.max_value)
     WHERE ${isNewer}
       OR excluded.min_value < coalesce(min_value, 9e999) OR excluded.max_value > coalesce(max_value, -9e999)`,
)

type Moment = Pick<Digest, 'step' | 'atMs' | 'value'>

function isLater(a: Moment, b: Moment): boolean {
  if (a.step !== b.step) return a.step > b.step
  return a.atMs === b.atMs ? a.value > b.value : a.atMs > b.atMs
}

function requireWhole(value: Int64): Int64 {
  if (typeof value === 'number' && !Number.isInteger(value)) {
    throw new RangeError(`Cannot log a metric: step and time must be whole numbers: ${value}`)
  }
  return bindInt64(value)
}
