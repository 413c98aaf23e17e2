import type { Random } from '../base/random.ts'
import { meanByBlocks, type Interval } from '../stats/block_bootstrap.ts'
import type { Performance } from './watch_report.ts'

/** One answer with the truth. */
export interface Judged {
  /** What rows of one day have in common. */
  day: number
  value: string | number
  label: string | number
}

/** Worse by less than this share is not called worse, however sure it is. */
const leastChange = 0.1

/** The loss of one answer: how far it is off, or whether it is wrong. */
export function lossOf({ value, label }: Pick<Judged, 'value' | 'label'>, kind: 'class' | 'number'): number {
  if (kind === 'class') return String(value) === String(label) ? 0 : 1
  return Math.abs(Number(value) - Number(label))
}

/** Sums and counts of the losses of each day. */
export function lossesByDay(
  rows: readonly Judged[],
  kind: 'class' | 'number',
): { sum: number; count: number }[] {
  const days = new Map<number, { sum: number; count: number }>()
  for (const row of rows) {
    const day = days.get(row.day) ?? { sum: 0, count: 0 }
    day.sum += lossOf(row, kind)
    day.count++
    days.set(row.day, day)
  }
  return [...days.values()]
}

/** How good the answers of a window were, beside those the model was judged on before. */
export function measure(
  window: { rows: number; judged: readonly Judged[] },
  before: readonly Judged[],
  kind: 'class' | 'number',
  random: Random,
): Performance | null {
  const { judged } = window
  if (judged.length === 0) return null
  const now = meanLoss(judged, kind, random)
  const then = before.length === 0 ? null : meanLoss(before, kind, random)
  const bias = kind === 'class' ? null : mean(judged.map(({ value, label }) => Number(value) - Number(label)))
  const days = kind === 'class' ? [] : biasByDay(judged)
  const worse =
    then !== null &&
    now.value > then.value * (1 + leastChange) &&
    (now.interval === null || now.interval.low > (then.interval?.high ?? then.value))
  const shown = (loss: { value: number; interval: Interval | null }): typeof loss =>
    kind === 'number'
      ? loss
      : {
          value: 1 - loss.value,
          interval: loss.interval && { low: 1 - loss.interval.high, high: 1 - loss.interval.low },
        }
  return {
    metric: kind === 'class' ? 'accuracy' : 'error',
    ...shown(now),
    labelled: judged.length,
    coverage: window.rows === 0 ? 0 : judged.length / window.rows,
    reference: then === null ? null : { ...shown(then), rows: before.length },
    bias,
    daysTooLow: days.filter((off) => off < 0).length,
    days: kind === 'class' ? new Set(judged.map(({ day }) => day)).size : days.length,
    worse,
  }
}

function meanLoss(
  rows: readonly Judged[],
  kind: 'class' | 'number',
  random: Random,
): { value: number; interval: Interval | null } {
  const days = lossesByDay(rows, kind)
  const sum = days.reduce((all, day) => all + day.sum, 0)
  return { value: sum / rows.length, interval: meanByBlocks(days, random) }
}

function biasByDay(rows: readonly Judged[]): number[] {
  const days = new Map<number, { sum: number; count: number }>()
  for (const { day, value, label } of rows) {
    const known = days.get(day) ?? { sum: 0, count: 0 }
    known.sum += Number(value) - Number(label)
    known.count++
    days.set(day, known)
  }
  return [...days.values()].map(({ sum, count }) => sum / count)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
