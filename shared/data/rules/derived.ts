import { type Column, isNumeric } from '../column.ts'
import { isIdName } from '../column_role.ts'
import { isSampled } from '../loaded.ts'
import type { Checked, Rule, Said } from '../rule.ts'
import { amount, listed, plural, pythonText } from '../wording.ts'

type Numbers = Column & { numbers: Float64Array }

/** Columns that are the sum of two others, or another one in other units. */
export const derivedColumns: Rule = {
  id: 'derived-column',
  title: 'Columns computed from others',
  level: 'info',
  why: 'What is computed from other columns adds nothing; if it is the answer, the answer is among the inputs and the score is worth nothing.',
  source:
    'own; a total beside its parts is the best known leak (UCI bike sharing: casual + registered = cnt)',
  thresholds: { distinct: 10 },
  check: (data, { distinct: least = 10 }) => {
    const able = data.sample.columns.filter(
      (column): column is Numbers =>
        isNumeric(column) &&
        !isIdName(column.name) &&
        differs(column.numbers, least) &&
        column.nulls < column.length / 2,
    )
    const columns = able.slice(0, 200)
    return [...sums(data, columns), ...conversions(data, columns)]
  },
}

function sums(data: Checked, columns: readonly Numbers[]): Said[] {
  const said: Said[] = []
  const means = columns.map(({ numbers }) => mean(numbers))
  columns.forEach((total, t) => {
    columns.forEach((a, i) => {
      for (let j = i + 1; j < columns.length; j++) {
        const b = columns[j]
        if (b === undefined || i === t || j === t) continue
        const gap = Math.abs((means[i] ?? 0) + (means[j] ?? 0) - (means[t] ?? 0))
        if (gap > 1e-9 * (Math.abs(means[i] ?? 0) + Math.abs(means[j] ?? 0) + Math.abs(means[t] ?? 0)))
          continue
        if (isSum(a.numbers, b.numbers, total.numbers)) said.push(saySum(data, [a.name, b.name], total.name))
      }
    })
  })
  return said
}

function saySum(data: Checked, parts: readonly string[], total: string): Said {
  const all = [...parts, total]
  const target = all.find((name) => name === data.target)
  const scope = isSampled(data)
    ? `the ${amount(data.sample.rows)} rows looked at`
    : `all ${plural(data.sample.rows, 'row')}`
  const drop = target === undefined ? [total] : all.filter((name) => name !== target)
  const title = target === undefined ? `Drop ${total}` : `Drop ${drop.length === 2 ? 'both' : listed(drop)}`
  const fixes: Said['fixes'] = [
    { title, language: 'pandas', code: `df = df.drop(columns=[${drop.map(pythonText).join(', ')}])` },
    { title, language: 'polars', code: `df = df.drop([${drop.map(pythonText).join(', ')}])` },
  ]
  return {
    where: { kind: 'columns', columns: all },
    says: `${parts.join(' + ')} = ${total} in ${scope}${target === undefined ? '' : ': the answer is among the inputs'}`,
    level: target === undefined ? 'info' : 'stop',
    evidence: { rows: data.sample.rows },
    weight: target === undefined ? 0.4 : 1,
    fixes,
  }
}

/** The same amount in other units: a straight line without any spread. */
function conversions(data: Checked, columns: readonly Numbers[]): Said[] {
  const said: Said[] = []
  const done = new Set<string>()
  columns.forEach((a, i) => {
    for (const b of columns.slice(i + 1)) {
      if (done.has(b.name) || a.nulls !== b.nulls) continue
      const line = straightLine(a.numbers, b.numbers)
      if (line === null) continue
      done.add(b.name)
      const isTarget = a.name === data.target || b.name === data.target
      const formula = `${b.name} = ${amount(line.slope)} × ${a.name}${line.offset === 0 ? '' : ` ${line.offset < 0 ? '-' : '+'} ${amount(Math.abs(line.offset))}`}`
      said.push({
        where: { kind: 'columns', columns: [a.name, b.name] },
        says: `${formula} in ${isSampled(data) ? 'the' : 'all'} ${plural(data.sample.rows, 'row')}${isTarget ? ': the answer is among the inputs' : ''}`,
        level: isTarget ? 'stop' : 'info',
        evidence: { slope: line.slope, offset: line.offset },
        weight: isTarget ? 0.97 : 0.35,
        fixes: [],
      })
    }
  })
  return said
}

function straightLine(x: Float64Array, y: Float64Array): { slope: number; offset: number } | null {
  const first = x.findIndex((value, i) => Number.isFinite(value) && Number.isFinite(y[i]))
  const x0 = x[first] ?? NaN
  const y0 = y[first] ?? NaN
  let far = first
  for (let i = 0; i < Math.min(x.length, 1000); i++)
    if (Math.abs((x[i] ?? NaN) - x0) > Math.abs((x[far] ?? NaN) - x0)) far = i
  const slope = ((y[far] ?? NaN) - y0) / ((x[far] ?? NaN) - x0)
  const offset = y0 - slope * x0
  if (!Number.isFinite(slope) || slope === 0 || (slope === 1 && offset === 0)) return null
  for (let i = 0; i < x.length; i++) {
    const [u, v] = [x[i] ?? NaN, y[i] ?? NaN]
    if (Number.isNaN(u) && Number.isNaN(v)) continue
    if (!(Math.abs(slope * u + offset - v) <= 1e-9 * (Math.abs(v) + Math.abs(slope * u) + Math.abs(offset))))
      return null
  }
  const round = (value: number): number => (Math.abs(value) < 1e-9 ? 0 : Number(value.toPrecision(9)))
  return { slope: round(slope), offset: round(offset) }
}

function isSum(a: Float64Array, b: Float64Array, total: Float64Array): boolean {
  let counted = 0
  for (let i = 0; i < total.length; i++) {
    const [x, y, z] = [a[i] ?? NaN, b[i] ?? NaN, total[i] ?? NaN]
    if (Number.isNaN(x) || Number.isNaN(y) || Number.isNaN(z)) continue
    if (!(Math.abs(x + y - z) <= 1e-9 * (Math.abs(x) + Math.abs(y) + Math.abs(z)))) return false
    counted++
  }
  return counted > total.length / 2
}

function mean(values: Float64Array): number {
  let sum = 0
  let count = 0
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    sum += value
    count++
  }
  return count === 0 ? NaN : sum / count
}

function differs(values: Float64Array, least: number): boolean {
  const seen = new Set<number>()
  for (const value of values) {
    if (Number.isFinite(value)) seen.add(value)
    if (seen.size >= least) return true
  }
  return false
}
