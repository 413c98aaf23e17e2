import { showNumber } from '../column.ts'
import { isNumeric } from '../column.ts'
import { targetColumn } from '../column_role.ts'
import { isSampled } from '../loaded.ts'
import type { Checked, Rule, Said } from '../rule.ts'
import { timesWithHours } from '../times.ts'
import { amount, percent, plural, pythonText } from '../wording.ts'

const dayMs = 86_400_000

/** Rows in the order of time: they must not be split at random. */
export const timeOrder: Rule = {
  id: 'time-order',
  title: 'Rows in the order of time',
  level: 'warn',
  why: 'With a random split the model is tested on hours between hours that it learnt from. In use it will only ever meet what comes after.',
  source: 'own; scikit-learn TimeSeriesSplit is made for it',
  thresholds: { days: 30, rows: 200 },
  check: (data, { days = 30, rows = 200 }) => {
    if (data.target === null || data.sample.rows < rows) return []
    const found = timeColumns(data).find(
      ({ sorted, span, distinct }) => sorted && span >= days * dayMs && distinct >= 30,
    )
    if (found === undefined) return []
    const { name, first, last } = found
    const cut = showNumber('date', Math.floor((first + (last - first) * 0.85) / dayMs) * dayMs)
    const trend = trendOf(data)
    return [
      {
        where: { kind: 'columns', columns: [name] },
        says: `Rows run from ${showNumber('date', dayOf(first))} to ${showNumber('date', dayOf(last))} (${name})${trend}: a random split tests on the past; test on the last weeks`,
        evidence: { days: Math.round((last - first) / dayMs) },
        weight: 0.85,
        fixes: [
          {
            title: 'Split by time',
            language: 'pandas',
            code: `when = pd.to_datetime(df[${pythonText(name)}])\ntrain, test = df[when < "${cut}"], df[when >= "${cut}"]`,
          },
          {
            title: 'Split by time',
            language: 'polars',
            code: `when = pl.col(${pythonText(name)}).cast(pl.String) < "${cut}"\ntrain, test = df.filter(when), df.filter(~when)`,
          },
        ],
      },
    ]
  },
}

/** Gaps, doubles and disorder in what is otherwise a regular series. */
export const timeGaps: Rule = {
  id: 'time-gaps',
  title: 'Gaps and doubles in time',
  level: 'info',
  why: 'Lags, rolling means and differences count rows, not hours: a gap shifts all that come after it.',
  source: 'own; regular where nine in ten steps are equal',
  thresholds: { regular: 0.9, rows: 100 },
  check: (data, { regular = 0.9, rows = 100 }) => {
    if (isSampled(data) || data.sample.rows < rows) return []
    return timeColumns(data).flatMap((column) => gapsOf(column, regular) ?? [])
  },
}

interface TimeColumn {
  name: string
  times: Float64Array
  sorted: boolean
  first: number
  last: number
  span: number
  distinct: number
}

function timeColumns(data: Checked): TimeColumn[] {
  return data.sample.columns.flatMap((column) => {
    const times = timesWithHours(column, data.sample.columns)
    if (times === null) return []
    let [backward, first, last, before] = [0, Infinity, -Infinity, -Infinity]
    const seen = new Set<number>()
    for (const time of times) {
      if (Number.isNaN(time)) continue
      if (time < before) backward++
      before = time
      first = Math.min(first, time)
      last = Math.max(last, time)
      seen.add(time)
    }
    if (seen.size < 3) return []
    return [
      {
        name: column.name,
        times,
        sorted: backward === 0,
        first,
        last,
        span: last - first,
        distinct: seen.size,
      },
    ]
  })
}

function gapsOf({ name, times, first, last, distinct }: TimeColumn, regular: number): Said | null {
  const sorted = times.filter((time) => !Number.isNaN(time)).sort()
  // Several series in one table repeat each time: that is no series to look for gaps in.
  if (distinct < 0.95 * sorted.length) return null
  const steps = new Map<number, number>()
  for (let i = 1; i < sorted.length; i++) {
    const step = (sorted[i] ?? 0) - (sorted[i - 1] ?? 0)
    if (step > 0) steps.set(step, (steps.get(step) ?? 0) + 1)
  }
  const [usual] = [...steps].sort((a, b) => b[1] - a[1])
  const [step, count] = usual ?? [0, 0]
  if (step === 0 || count < regular * (distinct - 1)) return null
  const expected = Math.round((last - first) / step) + 1
  const missing = expected - distinct
  const doubled = sorted.length - distinct
  if (missing === 0 && doubled === 0) return null
  const unit = unitOf(step)
  const parts = [
    missing > 0
      ? `${amount(missing)} of ${plural(expected, unit)} ${missing === 1 ? 'is' : 'are'} missing`
      : '',
    doubled > 0 ? `${plural(doubled, 'time')} ${doubled === 1 ? 'is' : 'are'} there twice` : '',
  ]
  return {
    where: { kind: 'columns', columns: [name] },
    says: `${name}: ${parts.filter((part) => part !== '').join(', ')}`,
    evidence: { missing, doubled, expected, stepMs: step },
    weight: 0.4,
  }
}

function unitOf(step: number): string {
  if (step === 60_000) return 'minute'
  if (step === 3_600_000) return 'hour'
  if (step === dayMs) return 'day'
  return step === 7 * dayMs ? 'week' : 'step'
}

function dayOf(time: number): number {
  return Math.floor(time / dayMs) * dayMs
}

/** How the amount to be predicted changes from the first to the second half of the rows, where it changes much. */
function trendOf(data: Checked): string {
  const target = targetColumn(data)
  if (target === null || !isNumeric(target)) return ''
  const half = Math.floor(data.sample.rows / 2)
  const mean = (values: Float64Array): number => {
    const some = values.filter((value) => Number.isFinite(value))
    return some.reduce((sum, value) => sum + value, 0) / some.length
  }
  const change = mean(target.numbers.subarray(half)) / mean(target.numbers.subarray(0, half)) - 1
  if (!Number.isFinite(change) || Math.abs(change) < 0.1) return ''
  return `, ${target.name} ${percent(Math.abs(change))} ${change > 0 ? 'higher' : 'lower'} in the second half`
}
