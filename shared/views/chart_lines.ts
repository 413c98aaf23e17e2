import type { Curve } from '../api/table_methods.ts'
import { smooth } from './smooth.ts'

/** What stands along the bottom of a chart. */
export type Along = 'step' | 'time' | 'relative'

/** How curves are drawn. */
export interface CurveStyle {
  along: Along
  log: boolean
  /** 0 to 0.99. */
  smoothing: number
}

/** A line of a chart. */
export interface ChartLine {
  id: string
  /** Ascending. */
  x: number[]
  y: (number | null)[]
  /** The values behind a smoothed line. */
  raw: (number | null)[] | null
}

/** Lines out of curves: their values by step, by wall time (seconds since 1970) or by seconds since the first one. */
export function linesOf(curves: readonly Curve[], style: CurveStyle): ChartLine[] {
  return curves
    .filter(({ steps }) => steps.length > 0)
    .map(({ id, steps, atMs, values }) => {
      // Steps may go back in time, where a run was continued: a chart needs them in order.
      const order =
        style.along === 'step'
          ? null
          : atMs.map((_at, i) => i).sort((a, b) => (atMs[a] ?? 0) - (atMs[b] ?? 0))
      const firstMs =
        style.along === 'relative' ? Math.min(...atMs.slice(0, 1), atMs[order?.[0] ?? 0] ?? 0) : 0
      const places = order ?? steps.map((_step, i) => i)
      const x = places.map((i) =>
        style.along === 'step' ? (steps[i] ?? 0) : ((atMs[i] ?? 0) - firstMs) / 1000,
      )
      const ordered = places.map((i) => values[i] ?? null)
      // A logarithm knows no values at or below zero.
      const kept = style.log ? ordered.map((value) => (value !== null && value > 0 ? value : null)) : ordered
      const isSmooth = style.smoothing > 0 && kept.length > 2
      return { id, x, y: isSmooth ? smooth(kept, style.smoothing) : kept, raw: isSmooth ? kept : null }
    })
}

/** What a line has at or just before some place; null before its first value. */
export function valueAt(line: ChartLine, x: number): number | null {
  let [low, high] = [0, line.x.length - 1]
  if (high < 0 || x < (line.x[0] ?? 0)) return null
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((line.x[middle] ?? Infinity) <= x) low = middle
    else high = middle - 1
  }
  return line.y[low] ?? null
}
