import type { Fix } from '../../base/finding.ts'
import { type Column, isNumeric } from '../column.ts'
import { hasClasses, isIdName, targetColumn } from '../column_role.ts'
import { contingency, labelsOf } from '../contingency.ts'
import { encode } from '../column.ts'
import { exampleRows, findRows } from '../example_rows.ts'
import type { Checked, Rule, Said } from '../rule.ts'
import { sortedNumbers } from '../sorted.ts'
import { amount, percent, plural, pythonNumber, pythonText } from '../wording.ts'

/** A value at the end of a column that many rows share: amounts above it were cut, or it stands for something else. */
export const caps: Rule = {
  id: 'cap',
  title: 'Amounts cut off at a limit',
  level: 'warn',
  why: 'What is written is a limit, not an amount: means, scales and linear models take it as one, and all rows above look alike.',
  source: 'own; top-coding is documented for census incomes (UCI Adult: capital-gain 99,999)',
  thresholds: { rows: 10, gap: 0.5, spike: 20 },
  check: (data, thresholds) =>
    data.sample.columns.filter(isNumeric).flatMap((column) => checkColumn(data, column, thresholds)),
}

function checkColumn(
  data: Checked,
  column: Column & { numbers: Float64Array },
  { rows: least = 10, gap: gapLeast = 0.5, spike = 20 }: Readonly<Record<string, number>>,
): Said[] {
  if (column.name === data.target && hasClasses(column)) return []
  const { values, counts } = sortedNumbers(column)
  if (values.length < 30 || isIdName(column.name)) return []
  const [second = NaN, most = NaN] = values.subarray(-2)
  const count = counts.at(-1) ?? 0
  if (count < least || most <= 0) return []
  const middle = values[values.length - 1 - Math.floor(values.length / 2)] ?? NaN
  // Far beyond the others, and more frequent than what comes before it.
  const isFar = most - second > gapLeast * (second - middle) && looksLikeLimit(most)
  const before = counts.slice(-11, -1).sort()
  const usual = before[Math.floor(before.length / 2)] ?? 0
  const isSpike = count >= Math.max(spike, spike * usual) && values.length >= 50
  if ((!isFar && !isSpike) || second * 10 < most) return []
  const outcome = sameOutcome(data, column, most)
  const total =
    data.profile.rows === data.sample.rows
      ? count
      : Math.round((count * data.profile.rows) / data.sample.rows)
  const about = total === count ? '' : 'about '
  return [
    {
      where: { kind: 'columns', columns: [column.name] },
      says: `${column.name} is ${amount(most)} in ${about}${plural(total, 'row')}${outcome}: a cap, not an amount`,
      evidence: { value: most, rows: total, next: second },
      example: exampleRows(
        data,
        findRows(data.sample.rows, (row) => column.numbers[row] === most),
        [column.name],
        {
          others: 4,
        },
      ),
      level: isFar ? 'warn' : 'info',
      weight: isFar ? 0.85 : 0.2,
      fixes: markCap(column.name, most),
    },
  ]
}

/** 999, 5000, 500001: what people write as a limit rather than measure. */
function looksLikeLimit(value: number): boolean {
  const digits = String(value).replace('.', '')
  return /^9+$|^[1-9]0+1?$|^[125]0*$/.test(digits)
}

/** `, all >50K`, if the rows with that value have one outcome that is not everybody's. */
function sameOutcome(data: Checked, column: Column & { numbers: Float64Array }, value: number): string {
  const target = targetColumn(data)
  if (target === null || target.name === column.name || !hasClasses(target)) return ''
  const is = Int32Array.from(column.numbers, (each) => (each === value ? 1 : 0))
  const { counts, first, second, rows } = contingency({ codes: is, size: 2 }, encode(target))
  const labels = labelsOf(target)
  for (const [label, count] of counts[1] ?? []) {
    if (count === (first[1] ?? 0) && (second[label] ?? 0) / rows < 0.9) return `, all ${labels[label] ?? ''}`
    if (count / (first[1] ?? 1) > 0.95 && (second[label] ?? 0) / rows < 0.8)
      return `, ${percent(count / (first[1] ?? 1))} ${labels[label] ?? ''}`
  }
  return ''
}

function markCap(name: string, value: number): Fix[] {
  const flag = pythonText(`${name}_capped`)
  const title = 'Say so in a column of its own'
  return [
    { title, language: 'pandas', code: `df[${flag}] = df[${pythonText(name)}].eq(${pythonNumber(value)})` },
    {
      title,
      language: 'polars',
      code: `df = df.with_columns((pl.col(${pythonText(name)}) == ${pythonNumber(value)}).alias(${flag}))`,
    },
  ]
}
