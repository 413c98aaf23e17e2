import type { ColumnProfile } from '../api/data_methods.ts'
import { amount, percent } from '../base/wording.ts'

const signs = '▁▂▃▄▅▆▇█'

/** Bars of a column: how often values between edges are there, or its most frequent values. */
export interface Bars {
  kind: 'histogram' | 'values'
  bars: readonly { label: string; count: number }[]
  /** How many different values have no bar. */
  left: number
}

/** What is drawn of a column: amounts and times as a histogram, few or textual values by name. */
export function barsOf(column: ColumnProfile, most = 5): Bars {
  const { kind, numbers, distinct, top } = column
  if (kind === 'boolean' || numbers === null || distinct <= 12) {
    const bars = top
      .slice(0, most)
      .map(({ value, count }) => ({ label: value.trim() === '' ? '(blank)' : value, count }))
    return { kind: 'values', bars, left: Math.max(0, distinct - bars.length) }
  }
  const { edges, counts } = numbers.histogram
  const bars = counts.map((count, i) => ({
    label: `${showAmount(kind, edges[i] ?? NaN)} to ${showAmount(kind, edges[i + 1] ?? NaN)}`,
    count,
  }))
  return { kind: 'histogram', bars, left: 0 }
}

/** A column's bars in one line of text: `▁▃█▅▂`. Empty where there is nothing to draw. */
export function sparkText(column: ColumnProfile, most = 12): string {
  const { bars } = barsOf(column, most)
  const counts = joinTo(
    bars.map(({ count }) => count),
    most,
  )
  const highest = Math.max(...counts, 0)
  if (highest === 0 || counts.length < 2) return ''
  // The square root lets a bar be seen that is a hundredth of the highest one.
  const place = (count: number): number =>
    count === 0 ? 0 : Math.max(1, Math.round(Math.sqrt(count / highest) * (signs.length - 1)))
  return counts.map((count) => signs[place(count)]).join('')
}

/** `4 % missing · 15 different`, as it stands beside a column. */
export function columnFacts(column: ColumnProfile): string[] {
  const { rows, nulls, distinct, distinctError, numbers, texts, kind } = column
  const told = [
    nulls === 0 ? 'none missing' : `${percent(nulls / Math.max(1, rows))} missing`,
    `${distinctError > 0 ? 'about ' : ''}${amount(distinct)} different`,
  ]
  const isTime = kind === 'date' || kind === 'timestamp'
  if (numbers !== null && kind !== 'boolean' && !isTime && numbers.finite > 0)
    told.push(`mean ${short(numbers.mean)}`, `median ${short(numbers.quantiles[4] ?? NaN)}`)
  if (texts !== null && rows > nulls)
    told.push(`${amount(texts.shortest)} to ${amount(texts.longest)} characters`)
  return told
}

/** An amount of a column as people read it: of times the day. */
export function showAmount(kind: ColumnProfile['kind'], value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–'
  if (kind !== 'date' && kind !== 'timestamp') return short(value)
  const time = new Date(value)
  return Number.isNaN(time.getTime()) ? '–' : time.toISOString().slice(0, 10)
}

function short(value: number | null): string {
  // Over the wire what is not finite comes as null.
  return value === null ? '–' : amount(Number(value.toPrecision(5)))
}

/** Fewer bars: neighbours are added up. */
function joinTo(counts: readonly number[], most: number): number[] {
  if (counts.length <= most) return [...counts]
  const joined = new Array<number>(most).fill(0)
  counts.forEach((count, i) => {
    const at = Math.floor((i * most) / counts.length)
    joined[at] = (joined[at] ?? 0) + count
  })
  return joined
}
