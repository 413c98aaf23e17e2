import { type Column, isNumeric } from '../column.ts'
import { exampleRows, findRows } from '../example_rows.ts'
import { isSampled } from '../loaded.ts'
import { timesOf } from '../times.ts'
import type { Checked, Rule, Said } from '../rule.ts'
import { amount, plural, pythonText } from '../wording.ts'

/** Ends that lie before their beginnings, and least amounts above the greatest. */
export const brokenOrder: Rule = {
  id: 'order-broken',
  title: 'Ends before their beginnings',
  level: 'warn',
  why: 'A negative duration is a slip or two columns swapped; what is computed from both is wrong in these rows.',
  source:
    'Great Expectations and pandera check pairs that somebody names; here pairs are found by names and by what nearly all rows do',
  thresholds: { share: 0.95, rows: 50 },
  check: (data, { share = 0.95, rows = 50 }) => {
    const byName = new Map(data.sample.columns.map((column) => [wordsOf(column.name).join(' '), column]))
    return data.sample.columns.flatMap((column) =>
      endsOf(column.name).flatMap((name) => {
        const other = byName.get(name)
        const [first, second] = [sideOf(column), other === undefined ? null : sideOf(other)]
        if (first === null || second === null || first.isTime !== second.isTime) return []
        return compare(data, first, second, { share, rows })
      }),
    )
  },
}

/** The amounts or times of a column; null if it has neither. */
function sideOf(column: Column): Side | null {
  if (isNumeric(column)) return { column, values: column.numbers, isTime: false }
  const values = timesOf(column)
  return values === null ? null : { column, values, isTime: true }
}

const pairs: readonly (readonly [string, string])[] = [
  ['start', 'end'],
  ['started', 'ended'],
  ['begin', 'end'],
  ['from', 'to'],
  ['min', 'max'],
  ['minimum', 'maximum'],
  ['low', 'high'],
  ['lower', 'upper'],
  ['first', 'last'],
  ['open', 'close'],
  ['opened', 'closed'],
  ['created', 'updated'],
  ['created', 'closed'],
  ['pickup', 'dropoff'],
  ['departure', 'arrival'],
  ['admission', 'discharge'],
  ['admitted', 'discharged'],
  ['in', 'out'],
  ['checkin', 'checkout'],
  ['birth', 'death'],
  ['order', 'ship'],
  ['ordered', 'shipped'],
  ['shipped', 'delivered'],
]

/** How the end of what a column begins would be called: jail_out for jail_in. */
function endsOf(name: string): string[] {
  const words = wordsOf(name)
  return words.flatMap((word, i) =>
    pairs.filter(([from]) => from === word).map(([, to]) => words.with(i, to).join(' ')),
  )
}

function wordsOf(name: string): string[] {
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[\W_]+/)
    .filter((word) => word !== '')
}

interface Side {
  column: Column
  values: Float64Array
  isTime: boolean
}

function compare(data: Checked, first: Side, second: Side, limits: { share: number; rows: number }): Said[] {
  let [both, broken] = [0, 0]
  for (let row = 0; row < data.sample.rows; row++) {
    const [from, to] = [first.values[row] ?? NaN, second.values[row] ?? NaN]
    if (Number.isNaN(from) || Number.isNaN(to)) continue
    both++
    if (from > to) broken++
  }
  if (both < limits.rows || broken === 0 || broken > (1 - limits.share) * both) return []
  const scope = isSampled(data) ? ` of ${amount(both)} looked at` : ''
  const [a, b] = [pythonText(first.column.name), pythonText(second.column.name)]
  const odd = findRows(data.sample.rows, (row) => (first.values[row] ?? NaN) > (second.values[row] ?? NaN))
  return [
    {
      where: { kind: 'columns', columns: [first.column.name, second.column.name] },
      says: `${second.column.name} is ${first.isTime ? 'before' : 'less than'} ${first.column.name} in ${plural(broken, 'row')}${scope}`,
      evidence: { rows: broken, of: both },
      example: exampleRows(data, odd, [first.column.name, second.column.name], { others: 4 }),
      weight: 0.6,
      fixes: [
        { title: 'Show them', language: 'pandas', code: `df[df[${a}] > df[${b}]]` },
        { title: 'Show them', language: 'polars', code: `df.filter(pl.col(${a}) > pl.col(${b}))` },
      ],
    },
  ]
}
