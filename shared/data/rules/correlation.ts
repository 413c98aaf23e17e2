import { normalTwoSided } from '../../stats/normal.ts'
import { type Column, isNumeric } from '../column.ts'
import { isIdName } from '../column_role.ts'
import type { Rule } from '../rule.ts'
import { sortedNumbers } from '../sorted.ts'
import { listed } from '../wording.ts'

type Numbers = Column & { numbers: Float64Array }

/** So much is looked at: each pair costs a pass over the rows. */
const most = { columns: 60, rows: 10_000 }

/** Amounts that went together in the other table and do not here, or the other way round. */
export const movedCorrelations: Rule = {
  id: 'correlation-moved',
  title: 'Amounts that go together otherwise than before',
  level: 'info',
  why: 'A model has learnt how amounts go together; where that is another, each may look as always and the answer is wrong.',
  source:
    'Evidently TestCorrelationChanges (0.25); ours by ranks, which no single amount can move, and only beyond chance (1 in 1000 over all pairs)',
  thresholds: { change: 0.25, large: 0.5, rows: 50 },
  check: ({ sample, against, target }, { change = 0.25, large = 0.5, rows = 50 }) => {
    const others = new Map(against?.sample.columns.map((column) => [column.name, column]))
    const pairs = sample.columns
      .flatMap((column) => {
        const other = others.get(column.name)
        if (!isNumeric(column) || other === undefined || !isNumeric(other)) return []
        return isIdName(column.name) ? [] : [{ name: column.name, here: ranks(column), there: ranks(other) }]
      })
      .slice(0, most.columns)
    const count = (pairs.length * (pairs.length - 1)) / 2
    const moved = pairs
      .flatMap((a, i) =>
        pairs.slice(i + 1).flatMap((b) => {
          const [now, then] = [correlation(a.here, b.here), correlation(a.there, b.there)]
          if (Math.min(now.rows, then.rows) < rows) return []
          const gap = Math.abs(now.r - then.r)
          if (!(gap >= change) || chanceOf(now, then) * count > 0.001) return []
          return [{ names: [a.name, b.name], now: now.r, then: then.r, gap }]
        }),
      )
      .sort((a, b) => b.gap - a.gap)
    const [first] = moved
    if (first === undefined || against === null) return []
    const told = moved.map(
      ({ names, now, then }) => `${names.join(' and ')} (${then.toFixed(2)} there, ${now.toFixed(2)} here)`,
    )
    const isGrave = first.gap >= large || moved.some(({ names }) => names.includes(target ?? ''))
    return [
      {
        where: { kind: 'columns', columns: [...new Set(moved.flatMap(({ names }) => names))] },
        says: `What goes together is not as in ${against.name} (correlation of ranks): ${listed(told, 3)}`,
        level: isGrave ? 'warn' : 'info',
        evidence: { pairs: moved.length, change: first.gap },
        weight: 0.4 + 0.4 * Math.min(1, first.gap),
      },
    ]
  },
}

/** The rank of each value among those of its column, equal ones at their middle; NaN where there is none. */
function ranks(column: Numbers): Float64Array {
  const { values, counts } = sortedNumbers(column)
  const middle = new Map<number, number>()
  let before = 0
  values.forEach((value, i) => {
    const own = counts[i] ?? 0
    middle.set(value, before + (own + 1) / 2)
    before += own
  })
  const step = Math.max(1, Math.ceil(column.length / most.rows))
  return Float64Array.from(
    { length: Math.ceil(column.length / step) },
    (_, i) => middle.get(column.numbers[i * step] ?? NaN) ?? NaN,
  )
}

/** Pearson's correlation of the rows that have both; NaN where one of them never changes. */
function correlation(a: Float64Array, b: Float64Array): { r: number; rows: number } {
  let [rows, meanA, meanB, squaresA, squaresB, products] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? NaN, b[i] ?? NaN]
    if (Number.isNaN(x) || Number.isNaN(y)) continue
    rows++
    const [fromA, fromB] = [x - meanA, y - meanB]
    meanA += fromA / rows
    meanB += fromB / rows
    squaresA += fromA * (x - meanA)
    squaresB += fromB * (y - meanB)
    products += fromA * (y - meanB)
  }
  return { r: products / Math.sqrt(squaresA * squaresB), rows }
}

type Correlation = ReturnType<typeof correlation>

/**
 * How likely two correlations of ranks differ so much by chance.
 * @see Fisher (1921), the transformation; Fieller, Hartley and Pearson (1957), 1.06 / (n - 3) for ranks
 */
function chanceOf(a: Correlation, b: Correlation): number {
  const transformed = ({ r }: Correlation): number => Math.atanh(Math.max(-0.9999, Math.min(0.9999, r)))
  const deviation = Math.sqrt(1.06 / (a.rows - 3) + 1.06 / (b.rows - 3))
  return normalTwoSided((transformed(a) - transformed(b)) / deviation)
}
