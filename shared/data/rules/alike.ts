import { type Column, isNumeric } from '../column.ts'
import { isIdName } from '../column_role.ts'
import type { Rule } from '../rule.ts'
import { listed, pythonText } from '../wording.ts'

type Numbers = Column & { numbers: Float64Array }

/** Amounts that go up and down together. */
export const alikeColumns: Rule = {
  id: 'alike-columns',
  title: 'Amounts that say nearly the same',
  level: 'info',
  why: 'Linear models cannot tell their effects apart, and importances are shared out between them by chance.',
  source:
    'correlation as in deepchecks FeatureFeatureCorrelation (0.9) and ydata-profiling (0.5, its main noise): ours asks for 0.98',
  thresholds: { correlation: 0.98, rows: 30 },
  check: (data, { correlation: least = 0.98, rows = 30 }) => {
    const columns = data.sample.columns
      .filter(
        (column): column is Numbers =>
          isNumeric(column) && !isIdName(column.name) && column.name !== data.target,
      )
      .filter((column) => column.length - column.nulls >= rows)
      .slice(0, 150)
    const scaled = columns.map(({ numbers }) => standardized(numbers))
    const found: { names: string[]; r: number }[] = []
    for (let i = 0; i < columns.length; i++) {
      for (let j = i + 1; j < columns.length; j++) {
        const [a, b] = [scaled[i], scaled[j]]
        if (a == null || b == null) continue
        const r = Math.abs(product(a, b))
        // Exact ones are told by the rule "derived-column".
        if (r >= least && r < 1 - 1e-9)
          found.push({ names: [columns[i]?.name ?? '', columns[j]?.name ?? ''], r })
      }
    }
    if (found.length === 0) return []
    found.sort((a, b) => b.r - a.r)
    const told = found.map(({ names, r }) => `${names.join(' and ')} (correlation ${r.toFixed(3)})`)
    const names = [...new Set(found.flatMap((each) => each.names))]
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `Nearly the same: ${listed(told, 3)}`,
        evidence: { pairs: found.length, correlation: found[0]?.r ?? 0 },
        weight: 0.24,
        fixes: [
          { title: 'Show all', language: 'pandas', code: `df[[${names.map(pythonText).join(', ')}]].corr()` },
        ],
      },
    ]
  },
}

/** Mean 0 and length 1, missing values at the mean; null where all are equal or half are missing. */
function standardized(numbers: Float64Array): Float64Array | null {
  let [sum, count] = [0, 0]
  for (const value of numbers) {
    if (!Number.isFinite(value)) continue
    sum += value
    count++
  }
  if (count < numbers.length / 2) return null
  const mean = sum / count
  const centred = numbers.map((value) => (Number.isFinite(value) ? value - mean : 0))
  const length = Math.sqrt(product(centred, centred))
  return length === 0 ? null : centred.map((value) => value / length)
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
