import type { Store } from '../store/store.ts'
import { findKey } from './key_name.ts'
import { findRunSeq } from './run.ts'

/** Which curves are wanted. */
export interface CurveQuestion {
  ids: readonly string[]
  key: string
  /** Most points of a curve, at least 4. */
  points: number
  /** First and last step; all if null. */
  steps: { from: number; to: number } | null
}

/** A metric of a run by step. The lists are of equal length. */
export interface Curve {
  id: string
  steps: number[]
  /** When each was logged. */
  atMs: number[]
  /** Null: not a number. */
  values: (number | null)[]
  /** Points before it was thinned out. */
  total: number
}

/** Curves, thinned out so that every peak and every dip of a thinned part is still there; empty where there is none. */
export function readCurves(store: Store, { ids, key, points, steps }: CurveQuestion): Curve[] {
  return ids.map((id) => {
    const at = { run: findRunSeq(store, id) ?? -1, key: findKey(store, key) ?? -1 }
    const where = 'run = ? AND key = ? AND step BETWEEN ? AND ?'
    const range = [
      at.run,
      at.key,
      steps?.from ?? -Number.MAX_SAFE_INTEGER,
      steps?.to ?? Number.MAX_SAFE_INTEGER,
    ] as const
    const total = Number(store.get(`SELECT count(*) AS n FROM metric WHERE ${where}`, ...range)?.['n'] ?? 0)
    const select = `SELECT step, at_ms, value, is_nan FROM metric WHERE ${where} ORDER BY step, at_ms, value`
    const rows = thin(store.lists(select, ...range) as Row[], points)
    return {
      id,
      steps: rows.map(([step]) => step),
      atMs: rows.map(([, atMs]) => atMs),
      values: rows.map(([, , value, isNan]) => (isNan === 1 ? null : value)),
      total,
    }
  })
}

/** Step, time, value, whether it is not a number. */
type Row = [number, number, number, number]

/** The first and last point, and of each of equal parts between them the lowest and the highest, in order. */
export function thin<T extends readonly [unknown, unknown, number, number]>(rows: T[], most: number): T[] {
  if (rows.length <= most) return rows
  const parts = Math.max(1, Math.floor((most - 2) / 2))
  const kept = new Set<number>([0, rows.length - 1])
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * rows.length) / parts)
    const to = Math.floor(((part + 1) * rows.length) / parts)
    let [low, high] = [-1, -1]
    for (let i = from; i < to; i++) {
      if (rows[i]?.[3] === 1) continue
      const value = rows[i]?.[2] ?? 0
      if (low < 0 || value < (rows[low]?.[2] ?? 0)) low = i
      if (high < 0 || value > (rows[high]?.[2] ?? 0)) high = i
    }
    // A part of nothing but NaN leaves its first point, so that the gap is seen.
    kept.add(low < 0 ? from : low).add(high < 0 ? from : high)
  }
  return [...kept].sort((a, b) => a - b).map((i) => rows[i] as T)
}
