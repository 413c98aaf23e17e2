import { type Database, quoteName, type RelationColumn, valueExpression } from './database.ts'
import { type Column, showNumber, type Table } from './column.ts'
import type { ColumnProfile, NumberProfile, TextProfile } from './profile.ts'
import { profileColumn } from './summary.ts'

/** So many columns are asked for at a time: DuckDB needs many times as long for a hundred at once. */
const columnsAtOnce = 5
/** Columns with at most this many different values are counted value by value. */
const countedLimit = 20_000
/** DuckDB's sketch has 64 registers: a standard error of 1.04 / 8. */
const sketchError = 0.13

/**
 * The profile of a relation too large for memory, from aggregates inside DuckDB: counts, moments, extremes and
 * top values are exact; quantiles, patterns and histograms come from the sample.
 *
 * @param sample rows of the relation, the same columns
 */
export async function profileBySql(
  database: Database,
  from: string,
  columns: readonly RelationColumn[],
  sample: Table,
): Promise<ColumnProfile[]> {
  const profiles: ColumnProfile[] = []
  const ask = (at: number): Promise<Record<string, unknown>[]> => {
    const some = columns.slice(at, at + columnsAtOnce)
    if (some.length === 0) return Promise.resolve([])
    const told = some.flatMap((column, i) => aggregates(column, i, shiftOf(sample.columns[at + i])))
    return database.rows(`SELECT count(*)::DOUBLE AS n, ${told.join(', ')} FROM ${from}`)
  }
  let asked = ask(0)
  for (let at = 0; at < columns.length; at += columnsAtOnce) {
    const [row = {}] = await asked
    // DuckDB counts the next columns while these are looked at here.
    asked = ask(at + columnsAtOnce)
    asked.catch(() => undefined)
    for (const [i, column] of columns.slice(at, at + columnsAtOnce).entries()) {
      const drawn = sample.columns[at + i]
      if (drawn === undefined) continue
      const told = (key: string): number => toNumber(row[`${key}${i}`])
      const rows = Number(row['n'])
      profiles.push(await oneColumn({ database, from, column, rows }, told, profileColumn(drawn)))
    }
  }
  return profiles
}

/** DuckDB sums powers of the values as they are: near zero they keep their digits. Its third and fourth moment need it. */
function shiftOf(column: Column | undefined): number {
  const some = column?.numbers?.find((value) => Number.isFinite(value))
  return some ?? 0
}

function aggregates(column: RelationColumn, i: number, shift: number): string[] {
  const name = quoteName(column.name)
  const always = [`count(${name})::DOUBLE AS c${i}`, `approx_count_distinct(${name})::DOUBLE AS d${i}`]
  if (column.kind === 'empty') return always.slice(0, 1)
  if (column.kind === 'binary' || column.kind === 'nested') return always
  const value = valueExpression(column)
  if (column.kind === 'text') {
    return [
      ...always,
      `count(*) FILTER (trim(${value}) = '')::DOUBLE AS b${i}`,
      `min(length(${value}))::DOUBLE AS l${i}`,
      `max(length(${value}))::DOUBLE AS m${i}`,
      `avg(length(${value})) AS a${i}`,
    ]
  }
  const powers = (filter: string): string[] => [
    `avg(${value}) ${filter} AS a${i}`,
    `stddev_samp(${value}) ${filter} AS s${i}`,
    `skewness(${value} - ${shift}::DOUBLE) ${filter} AS k${i}`,
    `kurtosis(${value} - ${shift}::DOUBLE) ${filter} AS u${i}`,
  ]
  if (column.kind === 'integer' || column.kind === 'boolean') {
    // None of them is infinite or broken, and the least and greatest stand in the file's own statistics.
    const cast = (text: string): string => `(${text})::DOUBLE`
    const least =
      column.kind === 'boolean'
        ? [`min(${value})`, `max(${value})`]
        : [cast(`min(${name})`), cast(`max(${name})`)]
    return [
      ...always,
      `countif(${value} = 0)::DOUBLE AS z${i}`,
      `countif(${value} < 0)::DOUBLE AS g${i}`,
      `${least[0] ?? ''} AS l${i}`,
      `${least[1] ?? ''} AS m${i}`,
      ...powers(''),
    ]
  }
  const finite = `FILTER (isfinite(${value}))`
  return [
    ...always,
    `countif(isfinite(${value}))::DOUBLE AS f${i}`,
    `countif(isnan(${value}))::DOUBLE AS x${i}`,
    `countif(${value} = 0)::DOUBLE AS z${i}`,
    `countif(${value} < 0 AND isfinite(${value}))::DOUBLE AS g${i}`,
    `countif(isfinite(${value}) AND ${value} = trunc(${value}))::DOUBLE AS w${i}`,
    `min(${value}) ${finite} AS l${i}`,
    `max(${value}) ${finite} AS m${i}`,
    ...powers(finite),
  ]
}

interface Asked {
  database: Database
  from: string
  column: RelationColumn
  rows: number
}

async function oneColumn(
  asked: Asked,
  told: (key: string) => number,
  fromSample: ColumnProfile,
): Promise<ColumnProfile> {
  const { column, rows } = asked
  const values = zero(told('c'))
  const about = zero(told('d'))
  const countable = column.kind !== 'nested' && column.kind !== 'binary' && column.kind !== 'empty'
  const counted = countable && about * (1 - 3 * sketchError) <= countedLimit ? await countValues(asked) : null
  const key = counted === null && isKeyLike(column, about, values) ? await countDistinct(asked) : null
  const scale = fromSample.rows === 0 ? 0 : rows / fromSample.rows
  const { numbers, texts } = fromSample
  return {
    ...fromSample,
    rows,
    nulls: rows - values,
    distinct: counted?.distinct ?? key ?? Math.min(about, values),
    distinctError: counted !== null || key !== null ? 0 : sketchError,
    top:
      counted?.top ??
      fromSample.top.map(({ value, count }) => ({
        value,
        count: Math.round(count * scale),
        over: Math.round(count * scale),
      })),
    numbers:
      numbers === null
        ? null
        : numbersOf(numbers, told, { values, scale, kind: column.kind, isWhole: scale <= 1 }),
    texts: texts === null ? null : textsOf(texts, told, scale),
  }
}

async function countValues({
  database,
  from,
  column,
}: Asked): Promise<Pick<ColumnProfile, 'distinct' | 'top'>> {
  const value = valueExpression(column)
  const rows = await database.rows(
    `WITH counted AS (SELECT ${value} AS v, count(*)::DOUBLE AS n FROM ${from} WHERE ${quoteName(column.name)} IS NOT NULL GROUP BY 1)
     SELECT v, n, (SELECT count(*)::DOUBLE FROM counted) AS d FROM counted ORDER BY n DESC, v LIMIT 20`,
  )
  return {
    distinct: zero(Number(rows[0]?.['d'] ?? 0)),
    top: rows.map((row) => ({
      value: typeof row['v'] === 'number' ? showNumber(column.kind, row['v']) : String(row['v']),
      count: Number(row['n']),
      over: 0,
    })),
  }
}

async function countDistinct({ database, from, column }: Asked): Promise<number> {
  const [row] = await database.rows(
    `SELECT count(DISTINCT ${quoteName(column.name)})::DOUBLE AS d FROM ${from}`,
  )
  return zero(Number(row?.['d'] ?? 0))
}

/** Whether a column is unique matters where it may be a key: such are counted to the row. Amounts are no keys. */
function isKeyLike({ kind }: RelationColumn, about: number, values: number): boolean {
  if (kind !== 'integer' && kind !== 'text') return false
  return values <= 10_000_000 && about > values * (1 - 3 * sketchError)
}

function numbersOf(
  sample: NumberProfile,
  told: (key: string) => number,
  more: { values: number; scale: number; kind: RelationColumn['kind']; isWhole: boolean },
): NumberProfile {
  const { values, scale, kind } = more
  const isInteger = kind === 'integer' || kind === 'boolean'
  const finite = isInteger ? values : zero(told('f'))
  const last = sample.quantiles.length - 1
  return {
    finite,
    nans: isInteger ? 0 : zero(told('x')),
    infinities: isInteger ? 0 : values - finite - zero(told('x')),
    zeros: zero(told('z')),
    negatives: zero(told('g')),
    wholes: isInteger ? values : zero(told('w')),
    mean: told('a'),
    deviation: told('s'),
    skewness: told('k'),
    kurtosis: told('u'),
    quantiles: sample.quantiles.map((value, i) => (i === 0 ? told('l') : i === last ? told('m') : value)),
    rankError: more.isWhole ? sample.rankError : rankErrorOf(sample.finite),
    histogram: {
      edges: sample.histogram.edges,
      counts: sample.histogram.counts.map((count) => Math.round(count * scale)),
    },
  }
}

/**
 * By how much the rank of a quantile of so many rows drawn at random may be wrong, once in 1000 times.
 * @see Massart (1990), the constant of the Dvoretzky-Kiefer-Wolfowitz inequality
 */
function rankErrorOf(drawn: number): number {
  return Math.min(1, Math.sqrt(Math.log(2 / 0.001) / (2 * Math.max(1, drawn))))
}

function textsOf(sample: TextProfile, told: (key: string) => number, scale: number): TextProfile {
  return {
    blank: zero(told('b')),
    shortest: zero(told('l')),
    longest: zero(told('m')),
    meanLength: told('a'),
    patterns: sample.patterns.map(({ pattern, count }) => ({ pattern, count: Math.round(count * scale) })),
  }
}

function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : NaN
}

function zero(value: number): number {
  return Number.isNaN(value) ? 0 : value
}
