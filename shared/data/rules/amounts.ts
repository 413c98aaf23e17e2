import { type Column, isNumeric, isTime } from '../column.ts'
import { isIdName } from '../column_role.ts'
import { exampleRows, findRows } from '../example_rows.ts'
import { ofSample } from '../loaded.ts'
import type { NumberProfile } from '../profile.ts'
import { sortedNumbers } from '../sorted.ts'
import type { Rule, Said } from '../rule.ts'
import { amount, listed, plural, pythonNumber, pythonText } from '../wording.ts'

/** Infinite amounts. */
export const infinities: Rule = {
  id: 'infinite',
  title: 'Infinite amounts',
  level: 'warn',
  why: 'One infinity makes every mean infinite; scikit-learn refuses the column, other libraries learn from it.',
  source: 'ydata-profiling INFINITE, TFDV FLOAT_TYPE_HAS_INF',
  thresholds: {},
  check: (data) =>
    data.profile.columns.flatMap(({ name, numbers }) => {
      if (numbers === null || numbers.infinities === 0) return []
      const column = pythonText(name)
      return [
        {
          where: { kind: 'columns' as const, columns: [name] },
          says: `${name} is infinite in ${plural(numbers.infinities, 'row')}: mostly a division by zero`,
          evidence: { rows: numbers.infinities },
          weight: 0.75,
          fixes: [
            {
              title: 'Make them missing',
              language: 'pandas',
              code: `df[${column}] = df[${column}].replace([np.inf, -np.inf], np.nan)`,
            },
            {
              title: 'Make them missing',
              language: 'polars',
              code: `df = df.with_columns(pl.when(pl.col(${column}).is_finite()).then(pl.col(${column})))`,
            },
          ],
        },
      ]
    }),
}

interface Bounds {
  name: RegExp
  least: number
  most: number
  says: string
}

/** What cannot be, going by the name. */
const bounds: readonly Bounds[] = [
  { name: /^(age|alter|edad|age_?(in_?)?years)$/i, least: 0, most: 120, says: 'an age' },
  { name: /^(lat|latitude)$/i, least: -90, most: 90, says: 'a latitude' },
  { name: /^(lon|lng|long|longitude)$/i, least: -180, most: 360, says: 'a longitude' },
  { name: /^(hr|hour|hour_of_day)$/i, least: 0, most: 24, says: 'an hour' },
  { name: /^(mnth|month)$/i, least: 1, most: 12, says: 'a month' },
  { name: /^(prob|probability|p_value|pvalue|.*_proba)$/i, least: 0, most: 1, says: 'a probability' },
  { name: /(^|_)(pct|percent|percentage)$/i, least: -100, most: Infinity, says: 'a percentage' },
  {
    name: /^(price|cost|fare|amount_paid|weight|height|length|width|distance|duration|population|quantity)$/i,
    least: 0,
    most: Infinity,
    says: 'an amount',
  },
]

/** Amounts that cannot be. */
export const impossible: Rule = {
  id: 'impossible',
  title: 'Amounts that cannot be',
  level: 'warn',
  why: 'Such rows are slips of the pen, swapped columns, or codes for "missing".',
  source:
    'TFDV domains, Great Expectations between; the bounds are common knowledge, chosen by the column’s name',
  thresholds: {},
  check: (data) =>
    data.profile.columns.flatMap((column) => {
      const known = bounds.find(({ name }) => name.test(column.name))
      const { numbers } = column
      const lowest = numbers?.quantiles[0] ?? NaN
      const highest = numbers?.quantiles.at(-1) ?? NaN
      if (known === undefined || numbers === null || !(lowest < known.least || highest > known.most))
        return []
      // Scaled columns keep their names: then it is no such amount at all.
      if ((numbers.quantiles[4] ?? 0) < known.least || (lowest < 0 && numbers.negatives > numbers.finite / 4))
        return []
      const sample = data.sample.columns.find(({ name }) => name === column.name)
      const isOdd = (value: number): boolean => value < known.least || value > known.most
      const rows = sample?.numbers?.filter(isOdd).length ?? 0
      const odd = lowest < known.least ? lowest : highest
      const name = pythonText(column.name)
      const range = `${pythonNumber(known.least)}, ${pythonNumber(known.most)}`
      return [
        {
          where: { kind: 'columns' as const, columns: [column.name] },
          says: `${column.name} is ${amount(odd)}${rows > 1 ? ` or otherwise impossible in ${plural(rows, 'row')}${ofSample(data)}` : ' in a row'}: that cannot be ${known.says}`,
          evidence: { rows, least: lowest, most: highest },
          example: exampleRows(
            data,
            findRows(data.sample.rows, (row) => isOdd(sample?.numbers?.[row] ?? NaN)),
            [column.name],
            { others: 5 },
          ),
          weight: 0.75,
          fixes: [
            {
              title: 'Make them missing',
              language: 'pandas',
              code: `df[${name}] = df[${name}].where(df[${name}].between(${range}))`,
            },
            {
              title: 'Make them missing',
              language: 'polars',
              code: `df = df.with_columns(pl.when(pl.col(${name}).is_between(${range})).then(pl.col(${name})))`,
            },
          ],
        },
      ]
    }),
}

/** Dates after today, or at a system's zero. */
export const oddDates: Rule = {
  id: 'odd-date',
  title: 'Dates that stand for something else',
  level: 'warn',
  why: 'A date in the far future or at 1970-01-01 is a default of some program, and moves every age and interval.',
  source: 'own; TFDV and Great Expectations check it only with a rule written by hand',
  thresholds: { rows: 2 },
  check: (data, { rows: least = 2 }) =>
    data.sample.columns.filter(isTime).flatMap((column) => {
      const odd = [
        {
          says: 'before 1800 or after 2200',
          is: (ms: number) => ms < -5_364_662_400_000 || ms > 7_258_118_400_000,
        },
        { says: 'at 1970-01-01, the zero of computers', is: (ms: number) => ms === 0 },
        { says: 'at 1900-01-01, a usual default', is: (ms: number) => ms === -2_208_988_800_000 },
        { says: 'at 9999-12-31, a usual default', is: (ms: number) => ms >= 253_402_214_400_000 },
      ].flatMap(({ says, is }) => {
        const rows = column.numbers.filter(is).length
        return rows > 0 &&
          rows < column.length / 2 &&
          standsAlone(column.numbers, is) &&
          (rows >= least || says.startsWith('before'))
          ? [{ says, is, rows }]
          : []
      })
      const distinct = new Set(column.numbers.subarray(0, 10_000)).size
      if (odd.length === 0 || distinct < 10) return []
      const [first] = odd
      const isOdd = first?.is ?? (() => false)
      return [
        {
          where: { kind: 'columns' as const, columns: [column.name] },
          says: `${column.name} is ${listed(odd.map(({ says, rows }) => `${says} in ${plural(rows, 'row')}`))}${ofSample(data)}`,
          evidence: { rows: first?.rows ?? 0 },
          example: exampleRows(
            data,
            findRows(column.length, (row) => isOdd(column.numbers[row] ?? NaN)),
            [column.name],
            { others: 4 },
          ),
          weight: 0.6,
        },
      ]
    }),
}

/** Whether no other date is within five years of those: else they are what they say. */
function standsAlone(times: Float64Array, is: (ms: number) => boolean): boolean {
  const odd = times.find(is) ?? NaN
  return !times.some((ms) => !is(ms) && Math.abs(ms - odd) < 5 * 365 * 86_400_000)
}

/** Single amounts far from all others. */
export const outliers: Rule = {
  id: 'outlier',
  title: 'Single amounts far from all others',
  level: 'info',
  why: 'One such row moves means, scales and squared errors more than thousands of others.',
  source:
    'robust distance from the median in widths of the middle half; a value counts only if the next one is far below it',
  thresholds: { widths: 20, gap: 3, rows: 100 },
  check: (data, { widths = 20, gap = 3, rows = 100 }) => {
    const found = data.profile.columns.flatMap((column) => {
      const sample = data.sample.columns.find(({ name }) => name === column.name)
      if (sample === undefined || !isNumeric(sample) || column.rows < rows || isIdName(column.name)) return []
      return column.numbers === null ? [] : farOnes(sample, column.numbers, { widths, gap })
    })
    if (found.length === 0) return []
    const told = found.map(
      ({ name, value, count, next }) =>
        `${name} ${amount(value)}${count > 1 ? ` (${plural(count, 'row')})` : ''}, the next is ${amount(next)}`,
    )
    const [first] = found
    const names = found.map(({ name }) => name)
    const column = data.sample.columns.find(({ name }) => name === first?.name)
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `Far from all others: ${listed(told, 3)}`,
        evidence: { columns: found.length, value: first?.value ?? NaN, next: first?.next ?? NaN },
        example: exampleRows(
          data,
          findRows(data.sample.rows, (row) => column?.numbers?.[row] === first?.value),
          names.slice(0, 3),
          { others: 4 },
        ),
        weight: 0.28,
      },
    ]
  },
}

function farOnes(
  column: Column & { numbers: Float64Array },
  profile: NumberProfile,
  { widths, gap }: { widths: number; gap: number },
): { name: string; value: number; count: number; next: number }[] {
  const [, , , q1 = 0, middle = 0, q3 = 0] = profile.quantiles
  const width = Math.max(q3 - q1, Math.abs(middle) * 0.01)
  if (width === 0) return []
  const sorted = sortedNumbers(column).all
  const value = sorted.at(-1) ?? NaN
  let place = sorted.length - 1
  while (place >= 0 && sorted[place] === value) place--
  const next = sorted[place] ?? NaN
  const count = sorted.length - 1 - place
  const isFar = (value - middle) / width > widths && value - middle > gap * (next - middle) && count <= 5
  return isFar ? [{ name: column.name, value, count, next }] : []
}

/** Columns of amounts of which a few make up nearly everything. */
export const heavyTails: Rule = {
  id: 'heavy-tail',
  title: 'A few amounts make up nearly everything',
  level: 'info',
  why: 'Squared errors and linear models see little else than the few largest rows; a logarithm often helps.',
  source: 'ydata-profiling SKEWED (20); ours: the largest hundredth holds half of the sum',
  thresholds: { share: 0.5, rows: 500 },
  check: (data, { share = 0.5, rows = 500 }): Said[] => {
    const found = data.sample.columns.filter(isNumeric).flatMap((column) => {
      if (column.length < rows || isIdName(column.name)) return []
      const sorted = sortedNumbers(column).all
      if ((sorted[0] ?? -1) < 0 || new Set(sorted.subarray(-1000)).size < 20) return []
      const all = sorted.reduce((sum, value) => sum + value, 0)
      const top = sorted.subarray(Math.floor(sorted.length * 0.99)).reduce((sum, value) => sum + value, 0)
      return top / all >= share ? [{ name: column.name, share: top / all, most: sorted.at(-1) ?? 0 }] : []
    })
    if (found.length === 0) return []
    const told = found.map((each) => `${each.name} (${Math.round(each.share * 100)} % of the sum)`)
    return [
      {
        where: { kind: 'columns', columns: found.map(({ name }) => name) },
        says: `The largest hundredth of the rows makes up most of ${listed(told)}`,
        evidence: { columns: found.length, share: found[0]?.share ?? 0 },
        weight: 0.22,
      },
    ]
  },
}
