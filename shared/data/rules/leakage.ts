import { type Column, encode, type Encoding, isNumeric } from '../column.ts'
import { hasClasses, isIdName, targetColumn } from '../column_role.ts'
import { binned, contingency, distinctOf, labelsOf } from '../contingency.ts'
import type { Rule, Said } from '../rule.ts'
import { amount, listed, percent, plural, pythonText } from '../wording.ts'

/** Inputs that give the answer away by themselves. */
export const leakage: Rule = {
  id: 'target-leak',
  title: 'Inputs that give the answer away',
  level: 'warn',
  why: 'An input that alone is nearly as good as the answer is mostly made after it, or from it: when the model is used, it will not be there.',
  source:
    'deepchecks FeatureLabelCorrelation (predictive power 0.8); ours is measured on the other half of the rows',
  thresholds: { gain: 0.9, rows: 100 },
  check: (data, { gain: least = 0.9, rows = 100 }) => {
    const target = targetColumn(data)
    if (target === null || data.sample.rows - target.nulls < rows) return []
    const inputs = data.sample.columns.filter(
      (column) => column !== target && !saysTheSame(column, target) && !isIdName(column.name),
    )
    return [
      ...inputs.flatMap((column) => byValue(column, target, least) ?? []),
      ...byMissing(inputs, target, least),
    ]
  },
}

function byValue(column: Column, target: Column, least: number): Said | null {
  const parts = binned(column)
  // A value for nearly every row says nothing about the next row.
  if (distinctOf(parts) > column.length / 5) return null
  const gain = hasClasses(target) ? classGain(parts, encode(target)) : amountGain(parts, target)
  if (gain < least) return null
  const share = hasClasses(target)
    ? `${percent(gain)} of what there is to get right`
    : `${percent(gain)} of its variance`
  return {
    where: { kind: 'columns', columns: [column.name, target.name] },
    says: `${column.name} alone tells ${target.name} (${share}): is it known before the answer?`,
    level: gain > 0.98 ? 'stop' : 'warn',
    evidence: { gain },
    weight: 0.6 + 0.3 * gain,
    fixes: [
      {
        title: `Drop ${column.name}`,
        language: 'pandas',
        code: `df = df.drop(columns=[${pythonText(column.name)}])`,
      },
      { title: `Drop ${column.name}`, language: 'polars', code: `df = df.drop(${pythonText(column.name)})` },
    ],
  }
}

/** That a value is there, or is not, may already be the answer: a body number is only given to the dead. */
function byMissing(inputs: readonly Column[], target: Column, least: number): Said[] {
  const found = inputs.flatMap((column) => missingTells(column, target, least) ?? [])
  const groups = Map.groupBy(found, ({ missing, label }) => `${missing}\u0000${label}`)
  return [...groups.values()].map((group) => {
    const [first] = group.sort((a, b) => b.share - a.share || b.rows - a.rows)
    const { missing = 1, label = '', rows = 0, same = 0 } = first ?? {}
    const names = group.map(({ name }) => name)
    const some = same === rows ? `always ${label}` : `${label} in ${amount(same)} of ${plural(rows, 'row')}`
    const them = names.length === 1 ? 'it was' : 'they were'
    return {
      where: { kind: 'columns', columns: [...names, target.name] },
      says: `Where ${listed(names).replace(/ and ([^,]+)$/, ' or $1')} is ${missing === 1 ? 'missing' : 'there'}, ${target.name} is ${some}: ${them} filled in after the answer was known`,
      evidence: { rows, same, share: same / rows, columns: names.length },
      weight: 0.92,
      fixes: [
        {
          title: `Drop ${listed(names)}`,
          language: 'pandas',
          code: `df = df.drop(columns=[${names.map(pythonText).join(', ')}])`,
        },
        {
          title: `Drop ${listed(names)}`,
          language: 'polars',
          code: `df = df.drop([${names.map(pythonText).join(', ')}])`,
        },
      ],
    }
  })
}

interface MissingTells {
  name: string
  missing: number
  label: string
  rows: number
  same: number
  share: number
}

function missingTells(column: Column, target: Column, least: number): MissingTells | null {
  if (
    !hasClasses(target) ||
    column.nulls < 30 ||
    column.length - column.nulls < 30 ||
    column.missing === null
  )
    return null
  const there: Encoding = { codes: Int32Array.from(column.missing), size: 2 }
  const table = contingency(there, encode(target))
  const labels = labelsOf(target)
  const gain = classGain(there, encode(target))
  for (const missing of [0, 1]) {
    const rows = table.first[missing] ?? 0
    for (const [label, same] of table.counts[missing] ?? []) {
      const usual = (table.second[label] ?? 0) / table.rows
      if (rows < 30 || same / rows < 0.97 || usual > 0.8 || (gain < least && same < rows)) continue
      return { name: column.name, missing, label: labels[label] ?? '', rows, same, share: same / rows }
    }
  }
  return null
}

/** How much of what the most frequent class gets wrong a rule of one column gets right, learnt on the other half. */
function classGain(parts: Encoding, target: Encoding): number {
  let right = 0
  let rows = 0
  const totals = new Map<number, number>()
  for (const half of [0, 1]) {
    const counts = Array.from({ length: parts.size }, () => new Map<number, number>())
    eachRow(parts, target, (row, part, label) => {
      if (row % 2 === half) counts[part]?.set(label, (counts[part].get(label) ?? 0) + 1)
    })
    const best = counts.map((labels) => [...labels].sort((a, b) => b[1] - a[1])[0]?.[0] ?? -1)
    eachRow(parts, target, (row, part, label) => {
      if (row % 2 === half) return
      rows++
      if (best[part] === label) right++
      totals.set(label, (totals.get(label) ?? 0) + 1)
    })
  }
  const usual = Math.max(0, ...totals.values())
  // Too few rows beside the most frequent class for a verdict.
  return rows - usual < 20 ? 0 : (right - usual) / (rows - usual)
}

/** The share of the variance that the means of the parts explain, learnt on the other half. */
function amountGain(parts: Encoding, target: Column): number {
  if (!isNumeric(target)) return 0
  const { numbers } = target
  let error = 0
  let total = 0
  for (const half of [0, 1]) {
    const sums = new Float64Array(parts.size)
    const counts = new Float64Array(parts.size)
    let sum = 0
    let count = 0
    const rows = { codes: parts.codes, size: parts.size }
    eachNumber(rows, numbers, (row, part, value) => {
      if (row % 2 !== half) return
      sums[part] = (sums[part] ?? 0) + value
      counts[part] = (counts[part] ?? 0) + 1
      sum += value
      count++
    })
    const mean = sum / count
    eachNumber(rows, numbers, (row, part, value) => {
      if (row % 2 === half) return
      const told = (counts[part] ?? 0) === 0 ? mean : (sums[part] ?? 0) / (counts[part] ?? 1)
      error += (value - told) ** 2
      total += (value - mean) ** 2
    })
  }
  return total === 0 ? 0 : 1 - error / total
}

function eachRow(a: Encoding, b: Encoding, visit: (row: number, a: number, b: number) => void): void {
  for (let i = 0; i < a.codes.length; i++) {
    const [x, y] = [a.codes[i] ?? -1, b.codes[i] ?? -1]
    if (x >= 0 && y >= 0) visit(i, x, y)
  }
}

function eachNumber(
  a: Encoding,
  numbers: Float64Array,
  visit: (row: number, a: number, value: number) => void,
): void {
  for (let i = 0; i < a.codes.length; i++) {
    const [x, value] = [a.codes[i] ?? -1, numbers[i] ?? NaN]
    if (x >= 0 && Number.isFinite(value)) visit(i, x, value)
  }
}

/** One-to-one columns are told by the rule "same-columns". */
function saysTheSame(column: Column, target: Column): boolean {
  const [x, y] = [encode(column), encode(target)]
  if (distinctOf(x) !== distinctOf(y) || column.nulls !== target.nulls) return false
  return contingency(x, y).counts.every((row) => row.size <= 1)
}

/** Columns that name the rows and stand among the inputs. */
export const identifiers: Rule = {
  id: 'identifier',
  title: 'Columns that only name the rows',
  level: 'info',
  why: 'The number of a row means nothing for the next one; but if rows were numbered in the order of time or of the answer, a model will use it.',
  source:
    'Cleanlab identifier_column (consecutive integers), ydata-profiling UNIQUE, deepchecks IdentifierLabelCorrelation',
  thresholds: { rows: 50 },
  check: (data, { rows: least = 50 }) => {
    const found = data.profile.columns.filter((column) => {
      const { distinct, rows, nulls, kind, name, numbers } = column
      if (rows < least || nulls > 0 || distinct < rows || name === data.target) return false
      const span = (numbers?.quantiles.at(-1) ?? NaN) - (numbers?.quantiles[0] ?? NaN) + 1
      return (kind === 'integer' && (span === rows || isIdName(name))) || (kind === 'text' && isIdName(name))
    })
    if (found.length === 0) return []
    const names = found.map(({ name }) => name)
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `${listed(names)} ${names.length === 1 ? 'numbers' : 'number'} the rows: keep ${names.length === 1 ? 'it' : 'them'} out of the inputs`,
        evidence: { columns: names.length },
        weight: 0.38,
        fixes: [
          {
            title: 'Make it the index',
            language: 'pandas',
            code: `df = df.set_index([${names.map(pythonText).join(', ')}])`,
          },
          {
            title: 'Drop it',
            language: 'polars',
            code: `df = df.drop([${names.map(pythonText).join(', ')}])`,
          },
        ],
      },
    ]
  },
}

/** Columns that should name the rows and do not. */
export const brokenKeys: Rule = {
  id: 'key-not-unique',
  title: 'Keys that are there more than once',
  level: 'warn',
  why: 'Joining on such a key multiplies rows; and the same person in the training and in the test part makes the score too good.',
  source:
    'Frictionless primary-key, Great Expectations unique; here the key is found by its name and its values',
  thresholds: { unique: 0.9, rows: 50 },
  check: (data, { unique = 0.9, rows: least = 50 }) =>
    data.profile.columns.flatMap((column) => {
      const values = column.rows - column.nulls
      const { distinct, name, distinctError } = column
      if (
        !isIdName(name) ||
        values < least ||
        distinctError > 0 ||
        distinct === values ||
        distinct / values < unique
      )
        return []
      const again = values - distinct
      return [
        {
          where: { kind: 'columns' as const, columns: [name] },
          says: `${name} looks like a key, but ${plural(again, 'row')} ${again === 1 ? 'repeats' : 'repeat'} one: ${amount(distinct)} different in ${plural(values, 'row')}`,
          evidence: { repeated: again, distinct, rows: values },
          weight: 0.55,
          fixes: [
            {
              title: 'Show them',
              language: 'pandas',
              code: `df[df.duplicated(${pythonText(name)}, keep=False)].sort_values(${pythonText(name)})`,
            },
          ],
        },
      ]
    }),
}
