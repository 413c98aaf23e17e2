import { type Database, quoteName, type RelationColumn, valueExpression } from './database.ts'
import { type Column, showNumber, type Table } from './column.ts'
import { type ColumnProfile, type NumberProfile, quantileShares, type TextProfile } from './profile.ts'
import { profileColumn } from './summary.ts'

/** So many columns are asked for at a time: DuckDB needs many times as long for a hundred at once. */
const columnsAtOnce = 5
/** Columns with at most this many different values are counted value by value. */
const countedLimit = 20_000
/** DuckDB's sketch has 64 registers: a standard error of 1.04 / 8. */
const sketchError = 0.13

/**
 * The profile of a relation too large for memory, from aggregates inside DuckDB: counts, moments, extremes and
 * top values are exact; quantiles come from a t-digest, patterns and histograms from the sample.
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
  for (let at = 0; at < columns.length; at += columnsAtOnce) {
    const some = columns.slice(at, at + columnsAtOnce)
    const [row = {}] = await database.rows(
      `SELECT count(*)::DOUBLE AS n, ${some.flatMap((column, i) => aggregates(column, i, shiftOf(sample.columns[at + i]))).join(', ')} FROM ${from}`,
    )
    for (const [i, column] of some.entries()) {
      const drawn = sample.columns[at + i]
      if (drawn === undefined) continue
      const told = (key: string): number => toNumber(row[`${key}${i}`])
      profiles.push(
        await oneColumn({ database, from, column, rows: Number(row['n']) }, told, {
          fromSample: profileColumn(drawn),
          quantiles: row[`q${i}`],
        }),
      )
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
  const finite = `FILTER (isfinite(${value}))`
  return [
    ...always,
    `count(*) ${finite}::DOUBLE AS f${i}`,
    `count(*) FILTER (isnan(${value}))::DOUBLE AS x${i}`,
    `count(*) FILTER (${value} = 0)::DOUBLE AS z${i}`,
    `count(*) FILTER (${value} < 0 AND isfinite(${value}))::DOUBLE AS g${i}`,
    `count(*) FILTER (isfinite(${value}) AND ${value} = trunc(${value}))::DOUBLE AS w${i}`,
    `min(${value}) ${finite} AS l${i}`,
    `max(${value}) ${finite} AS m${i}`,
    `avg(${value}) ${finite} AS a${i}`,
    `stddev_samp(${value}) ${finite} AS s${i}`,
    `skewness(${value} - ${shift}::DOUBLE) ${finite} AS k${i}`,
    `kurtosis(${value} - ${shift}::DOUBLE) ${finite} AS u${i}`,
    `approx_quantile(${value}, [${quantileShares.join(', ')}]) ${finite} AS q${i}`,
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
  more: { fromSample: ColumnProfile; quantiles: unknown },
): Promise<ColumnProfile> {
  const { column, rows } = asked
  const { fromSample } = more
  const values = zero(told('c'))
  const about = zero(told('d'))
  const countable = column.kind !== 'nested' && column.kind !== 'binary' && column.kind !== 'empty'
  const counted = countable && about * (1 - 3 * sketchError) <= countedLimit ? await countValues(asked) : null
  const scale = fromSample.rows === 0 ? 0 : rows / fromSample.rows
  return {
    ...fromSample,
    rows,
    nulls: rows - values,
    distinct: counted?.distinct ?? (await distinctOfKey(asked, about, values)) ?? about,
    distinctError: counted !== null || isKeyLike(about, values) ? 0 : sketchError,
    top:
      counted?.top ??
      fromSample.top.map(({ value, count }) => ({
        value,
        count: Math.round(count * scale),
        over: Math.round(count * scale),
      })),
    numbers:
      fromSample.numbers === null ? null : numbersOf(fromSample.numbers, told, { values, ...more, scale }),
    texts: fromSample.texts === null ? null : textsOf(fromSample.texts, told, scale),
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

/** Whether a column is unique matters: columns that may be are counted to the row. */
async function distinctOfKey(asked: Asked, about: number, values: number): Promise<number | null> {
  if (!isKeyLike(about, values)) return null
  const name = quoteName(asked.column.name)
  const [row] = await asked.database.rows(`SELECT count(DISTINCT ${name})::DOUBLE AS d FROM ${asked.from}`)
  return zero(Number(row?.['d'] ?? 0))
}

function isKeyLike(about: number, values: number): boolean {
  return values <= 10_000_000 && about > values * (1 - 3 * sketchError)
}

function numbersOf(
  sample: NumberProfile,
  told: (key: string) => number,
  more: { values: number; quantiles: unknown; scale: number },
): NumberProfile {
  const finite = zero(told('f'))
  const quantiles = Array.isArray(more.quantiles)
    ? more.quantiles.map(toNumber)
    : quantileShares.map(() => NaN)
  return {
    finite,
    nans: zero(told('x')),
    infinities: more.values - finite - zero(told('x')),
    zeros: zero(told('z')),
    negatives: zero(told('g')),
    wholes: zero(told('w')),
    mean: told('a'),
    deviation: told('s'),
    skewness: told('k'),
    kurtosis: told('u'),
    quantiles: quantiles.map((value, i) =>
      i === 0 ? told('l') : i === quantiles.length - 1 ? told('m') : value,
    ),
    rankError: 0.01,
    histogram: {
      edges: sample.histogram.edges,
      counts: sample.histogram.counts.map((count) => Math.round(count * more.scale)),
    },
  }
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
