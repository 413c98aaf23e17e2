import { type Column, isNumeric, isText } from '../column.ts'
import { isIdName } from '../column_role.ts'
import { exampleRows, findRows } from '../example_rows.ts'
import { isSampled, ofSample } from '../loaded.ts'
import { placeholderKind } from '../placeholder.ts'
import type { Checked, Rule, Said } from '../rule.ts'
import { sortedNumbers } from '../sorted.ts'
import { parseNumber } from '../text_number.ts'
import { amount, listed, plural, pythonNumber, pythonText, quoted } from '../wording.ts'

/** Missing values that are written as a word or sign. */
export const writtenMissing: Rule = {
  id: 'written-missing',
  title: 'Missing values written as a word',
  level: 'warn',
  why: 'The word becomes a kind of its own, or keeps a column of numbers from being one; shares of missing values are wrong.',
  source:
    'deepchecks MixedNulls with a longer list; "none" and "unknown" may be real answers and are only told',
  thresholds: { rows: 1 },
  check: (data, { rows: least = 1 }) => {
    const found = data.sample.columns.filter(isText).flatMap((column) => wordsOf(column, least) ?? [])
    const groups = Map.groupBy(found, ({ words }) =>
      words.map(({ text }) => text.trim().toLowerCase()).join('\u0000'),
    )
    return [...groups.values()].map((group) => sayWords(data, group))
  },
}

interface Word {
  text: string
  count: number
}

interface Written {
  column: Column & { codes: Int32Array }
  words: Word[]
  rows: number
  /** Whether all other values are numbers. */
  numeric: boolean
}

function wordsOf(column: Column & { codes: Int32Array }, least: number): Written | null {
  const counts = countCodes(column)
  const found = column.dictionary.flatMap((text, code) => {
    const count = counts[code] ?? 0
    const kind = placeholderKind(text)
    return kind === null || count < least ? [] : [{ text, count, kind }]
  })
  const numeric = mostlyNumbers(column, counts)
  const words = found.filter(({ kind, text }) => numeric || kind === 'surely' || text.trim() === '')
  if (words.length === 0 || words.length === counts.length) return null
  return { column, words, numeric, rows: words.reduce((sum, { count }) => sum + count, 0) }
}

function sayWords(data: Checked, group: readonly Written[]): Said {
  const sorted = [...group].sort((a, b) => b.rows - a.rows)
  const [{ column, words, rows, numeric } = { column: null, words: [], rows: 0, numeric: false }] = sorted
  const names = sorted.map((each) => each.column.name)
  const shown = (word: Word): string => (word.text.trim() === '' ? 'blank' : quoted(word.text))
  const numbers = sorted.filter((each) => each.numeric).length
  const says =
    sorted.length === 1
      ? `${names.join('')} is ${listed(words.map((word) => `${shown(word)} in ${plural(word.count, 'row')}`))}${ofSample(data)}: that stands for a missing value${numeric ? ', all others are numbers' : ''}`
      : `${listed(words.map(shown))} stands for a missing value in ${plural(names.length, 'column')}: ${listed(sorted.map((each) => `${each.column.name} ${amount(each.rows)}`))}${isSampled(data) ? ` rows${ofSample(data)}` : ''}${numbers > 0 ? `; ${numbers === names.length ? 'all' : numbers} would be numbers without it` : ''}`
  const texts = new Set(sorted.flatMap((each) => each.words.map(({ text }) => text)))
  const values = `[${[...texts].map(pythonText).join(', ')}]`
  const list = `[${names.map(pythonText).join(', ')}]`
  const isOdd = (row: number): boolean =>
    column !== null && texts.has(column.dictionary[column.codes[row] ?? -1] ?? '')
  const numeral = `\nfor column in ${list}:\n    df[column] = pd.to_numeric(df[column])`
  return {
    where: { kind: 'columns', columns: names },
    says,
    evidence: { columns: names.length, rows, share: rows / data.sample.rows },
    example: exampleRows(data, findRows(data.sample.rows, isOdd), names.slice(0, 5), { others: 4 }),
    weight: 0.65 + 0.2 * Math.min(1, (5 * rows) / data.sample.rows),
    fixes: [
      {
        title: 'Make them missing',
        language: 'pandas',
        code: `df[${list}] = df[${list}].replace(${values}, np.nan)${numbers === names.length ? numeral : ''}`,
      },
      {
        title: 'Make them missing',
        language: 'polars',
        code: `df = df.with_columns(pl.col(${list}).replace(${values}, None)${numbers === names.length ? '.cast(pl.Float64)' : ''})`,
      },
    ],
  }
}

/** Missing values that are written as a number no other value is near to. */
export const numberMissing: Rule = {
  id: 'number-missing',
  title: 'Missing values written as a number',
  level: 'warn',
  why: 'A model takes such a number as an amount: means, scales and every split on the column are drawn towards it.',
  source:
    'Data Linter TailedDistribution, FAHES; ours asks for a number people write so, far from all others',
  thresholds: { rows: 2, gap: 1, zeroShare: 0.6 },
  check: (data, thresholds) =>
    data.sample.columns
      .filter(isNumeric)
      .filter(({ name }) => !isIdName(name) && name !== data.target)

      .flatMap((column) => [...sentinel(data, column, thresholds), ...zeros(data, column, thresholds)])
      .reduce<Said[]>(joinZeros, []),
}

type Numbers = Column & { numbers: Float64Array }

function sentinel(
  data: Checked,
  column: Numbers,
  { rows: least = 2, gap = 1 }: Readonly<Record<string, number>>,
): Said[] {
  const { values, counts } = sortedNumbers(column)
  if (values.length < 8) return []
  const [lowest = NaN, second = NaN] = values
  const [beforeHighest = NaN, highest = NaN] = values.subarray(-2)
  const rowsOf = (value: number): number => (value === lowest ? counts[0] : counts.at(-1)) ?? 0
  const found = [
    {
      value: lowest,
      next: second,
      range: highest - second,
      ok: lowest < 0 && second >= Math.min(0, lowest / 10),
    },
    { value: highest, next: beforeHighest, range: beforeHighest - lowest, ok: highest > beforeHighest * 10 },
  ].filter(({ value, next, range, ok }) => {
    // One less than nothing is an amount where amounts are differences, or degrees.
    const isCode = value === -1 && next >= 0 && range >= 8 && !signed.test(column.name)
    const isFar = Math.abs(value - next) > gap * range || isCode
    return ok && isFar && isSentinel(value) && rowsOf(value) >= least
  })
  return found.map(({ value, next }) => {
    const rows = rowsOf(value)
    return {
      where: { kind: 'columns', columns: [column.name] },
      says: `${column.name} is ${amount(value)} in ${plural(rows, 'row')}${ofSample(data)}, and nothing else is ${value < 0 ? 'below' : 'above'} ${amount(next)}: that stands for a missing value`,
      evidence: { value, rows, next },
      example: exampleRows(
        data,
        findRows(column.length, (row) => column.numbers[row] === value),
        [column.name],
        { others: 4 },
      ),
      weight: 0.85,
      fixes: maskFix(column.name, value),
    }
  })
}

const signed =
  /diff|delta|change|offset|lag|shift|from|drift|error|residual|profit|balance|temp|degree|celsius|latitude|longitude/i

function isSentinel(value: number): boolean {
  return (
    /^(9{2,}|8{3,}|-?9+|-1|-200|-100|-1000|-9999.*|-?(2147483648|2147483647|32768|32767)|1e\+?\d+|-?99999.*)$/.test(
      String(value),
    ) || value === -200
  )
}

const physical =
  /(glucose|blood.?pressure|(^|_)bp$|diastolic|systolic|insulin|bmi|body.?mass|skin.?(fold|thickness)|height|heart.?rate|pulse|humidity|^hum$|cholesterol|^chol$|body.?temp)/i

/** Zeros where nothing is near zero: not measured, more often than really nothing. */
function zeros(
  data: Checked,
  column: Numbers,
  { zeroShare = 0.6 }: Readonly<Record<string, number>>,
): Said[] {
  const { values, counts, all } = sortedNumbers(column)
  const zeroRows = counts[values.indexOf(0)] ?? 0
  if (zeroRows < 2) return []
  const others = all.filter((value) => value !== 0)
  const [least = NaN] = others
  const low = others[Math.floor(others.length * 0.01)] ?? NaN
  const middle = others[Math.floor(others.length / 2)] ?? NaN
  const high = others[Math.floor(others.length * 0.99)] ?? NaN
  if (
    zeroRows < 2 ||
    least < 0 ||
    new Set(others.slice(0, 5000)).size < 20 ||
    zeroRows / column.length > zeroShare
  )
    return []
  const named = physical.test(column.name)
  const isolated = low >= 0.25 * middle && high < 8 * middle && least > 0.1 * middle
  if (!named && !isolated) return []
  return [
    {
      where: { kind: 'columns', columns: [column.name] },
      says: `${column.name} is 0 in ${plural(zeroRows, 'row')}${ofSample(data)}, and nothing else is below ${amount(least)}: not measured, or really nothing?`,
      level: named ? 'warn' : 'info',
      evidence: { rows: zeroRows, next: least, share: zeroRows / column.length },
      example: exampleRows(
        data,
        findRows(column.length, (row) => column.numbers[row] === 0),
        [column.name],
        { others: 4 },
      ),
      weight: named ? 0.7 : 0.3,
      fixes: maskFix(column.name, 0),
    },
  ]
}

/** Zeros that may be real are told in one finding. */
function joinZeros(said: readonly Said[], next: Said): Said[] {
  const known = said.find(({ level }) => level === 'info')
  if (next.level !== 'info' || known === undefined) return [...said, next]
  const [column, rows] = [columnOf(next), next.evidence?.['rows'] ?? 0]
  const columns = [...(known.where.kind === 'columns' ? known.where.columns : []), column]
  const before =
    columns.length === 2
      ? `${columnOf(known)} (${plural(known.evidence?.['rows'] ?? 0, 'row')})`
      : known.says.slice(zerosSay.length)
  const merged = {
    ...known,
    where: { kind: 'columns' as const, columns },
    says: `${zerosSay}${before}, ${column} (${plural(rows, 'row')})`,
    fixes: [...(known.fixes ?? []), ...(next.fixes ?? [])],
  }
  return said.map((each) => (each === known ? merged : each))
}

const zerosSay = '0 stands alone, far below all other values: not measured, or really nothing? '

function columnOf(said: Said): string {
  return said.where.kind === 'columns' ? (said.where.columns[0] ?? '') : ''
}

function maskFix(name: string, value: number): Said['fixes'] & object {
  const title = 'Make them missing'
  const [column, number] = [pythonText(name), pythonNumber(value)]
  return [
    { title, language: 'pandas', code: `df[${column}] = df[${column}].mask(df[${column}].eq(${number}))` },
    {
      title,
      language: 'polars',
      code: `df = df.with_columns(pl.when(pl.col(${column}) != ${number}).then(pl.col(${column})))`,
    },
  ]
}

/** Rows by place in the dictionary. */
export function countCodes(column: Column & { codes: Int32Array }): Uint32Array {
  const counts = new Uint32Array(column.dictionary.length)
  for (const code of column.codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

function mostlyNumbers(column: Column & { codes: Int32Array }, counts: Uint32Array): boolean {
  let [numbers, others] = [0, 0]
  column.dictionary.forEach((text, code) => {
    const count = counts[code] ?? 0
    if (parseNumber(text) !== null) numbers += count
    else if (placeholderKind(text) === null) others += count
  })
  return numbers > 0 && others === 0
}
