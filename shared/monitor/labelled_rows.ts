import type { Background } from './watch.ts'
import { answerKind, type Answered } from './answered.ts'
import { dayOf, rowTime, timeColumn } from './watch_rows.ts'

/** The newest labelled rows of a log, as candidates are judged on them. Plain data: it crosses to another process. */
export interface LabelledRows {
  kind: 'class' | 'number'
  columns: readonly string[]
  data: readonly (readonly (string | number | boolean | null)[])[]
  /** What the champion answered. */
  champion: readonly (string | number | null)[]
  labels: readonly (string | number)[]
  days: readonly number[]
  fromMs: number
  /** End of the last day. */
  toMs: number
  modelUri: string
}

const dayMs = 86_400_000

/** Rows beyond this number are left out, the newest stay. */
const mostRows = 100_000

/**
 * The labelled rows of the last days, or of a span of days; null if there are none.
 * @param span either how many days before the newest label, or from when until when
 */
export function labelledRows(
  rows: readonly Answered[],
  training: Background['training'],
  span: { days: number } | { fromMs: number; toMs: number },
): LabelledRows | null {
  const time = training === null ? null : (timeColumn(training)?.name ?? null)
  const known = rows
    .filter(({ slot, label, value }) => slot === 'champion' && label !== null && value !== null)
    .map((row) => ({ row, at: rowTime(row, time) }))
    .sort((a, b) => a.at - b.at)
  const last = known.at(-1)
  if (last === undefined) return null
  const toMs = 'days' in span ? dayOf(last.at) + dayMs : span.toMs
  const fromMs = 'days' in span ? toMs - span.days * dayMs : span.fromMs
  const chosen = known.filter(({ at }) => at >= fromMs && at < toMs).slice(-mostRows)
  if (chosen.length === 0) return null
  const columns = [...new Set(chosen.flatMap(({ row }) => Object.keys(row.inputs)))]
  return {
    kind: answerKind(rows),
    columns,
    data: chosen.map(({ row }) => columns.map((name) => row.inputs[name] ?? null)),
    champion: chosen.map(({ row }) => row.value),
    labels: chosen.map(({ row }) => row.label ?? ''),
    days: chosen.map(({ at }) => dayOf(at)),
    fromMs,
    toMs,
    modelUri: chosen.at(-1)?.row.modelUri ?? '',
  }
}
