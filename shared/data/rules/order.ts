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
    const { columns } = data.sample
    const times = columns.slice(0, 200).map((column) => ({ column, values: timesOf(column), isTime: true }))
    const amounts = columns
      .filter(isNumeric)
      .map((column) => ({ column, values: column.numbers, isTime: false }))
    return [...times, ...amounts].flatMap((first) =>
      [...times, ...amounts].flatMap((second) => {
        if (first.values === null || second.values === null || first.isTime !== second.isTime) return []
        if (first.column === second.column || !isPair(first.column.name, second.column.name)) return []
        return compare(
          data,
          { ...first, values: first.values },
          { ...second, values: second.values },
          { share, rows },
        )
      }),
    )
  },
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

/** Whether two names are the same but for a beginning and its end: jail_in and jail_out. */
function isPair(a: string, b: string): boolean {
  const [first, second] = [wordsOf(a), wordsOf(b)]
  if (first.length !== second.length) return false
  const differing = first.flatMap((word, i) => (word === second[i] ? [] : [[word, second[i] ?? ''] as const]))
  const [only] = differing
  return (
    differing.length === 1 &&
    only !== undefined &&
    pairs.some(([from, to]) => from === only[0] && to === only[1])
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
