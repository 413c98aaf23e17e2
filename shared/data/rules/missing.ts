import type { Fix } from '../../base/finding.ts'
import { type Column, isMissing, isText } from '../column.ts'
import { exampleRows, findRows } from '../example_rows.ts'
import { ofSample } from '../loaded.ts'
import type { Checked, Rule, Said } from '../rule.ts'
import { amount, listed, percent, plural, pythonText } from '../wording.ts'

/** Columns in which every value is missing. */
export const emptyColumns: Rule = {
  id: 'empty-column',
  title: 'Columns without any value',
  level: 'warn',
  why: 'A column without values teaches nothing, and many libraries fail on it or drop it silently.',
  source: 'TFDV, Great Expectations, ydata-profiling: all check it',
  thresholds: {},
  check: (data) => {
    const empty = data.profile.columns.filter((column) => column.rows > 0 && column.nulls === column.rows)
    if (empty.length === 0) return []
    const names = empty.map((column) => column.name)
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `${listed(names)} ${names.length === 1 ? 'has' : 'have'} no value in any of the ${plural(data.profile.rows, 'row')}`,
        evidence: { columns: names.length, rows: data.profile.rows },
        weight: 0.6,
        fixes: dropColumns(names),
      },
    ]
  },
}

/** Columns that miss values, told in one finding as long as they miss few. */
export const missingValues: Rule = {
  id: 'missing',
  title: 'Missing values',
  level: 'info',
  why: 'Most models cannot take missing values: something will fill or drop them, and which it is changes the result.',
  source: 'shares as in deepchecks PercentOfNulls (5 %) and practice (half)',
  thresholds: { mostly: 0.5, least: 0.0001 },
  check: (data, { mostly = 0.5, least = 0 }) => {
    const { rows } = data.profile
    const told = new Set(togetherGroups(data, 0.9, 20).flatMap((group) => group.map(({ name }) => name)))
    const some = data.profile.columns.filter(
      ({ name, nulls }) => nulls > 0 && nulls < rows && nulls / rows >= least && !told.has(name),
    )
    const most = some.filter(({ nulls }) => nulls / rows >= mostly)
    const rest = some.filter(({ nulls }) => nulls / rows < mostly).sort((a, b) => b.nulls - a.nulls)
    const said = most.length === 0 ? [] : [sayMostly(rows, most)]
    const listing = rest.map(({ name, nulls }) => `${name} ${amount(nulls)} (${percent(nulls / rows)})`)
    if (rest.length === 0) return said
    return [
      ...said,
      {
        where: { kind: 'columns', columns: rest.map(({ name }) => name) },
        says: `Values are missing in ${listed(listing)}`,
        evidence: { columns: rest.length, most: rest[0]?.nulls ?? 0, share: (rest[0]?.nulls ?? 0) / rows },
        weight: 0.2,
        fixes: [],
      },
    ]
  },
}

function sayMostly(rows: number, columns: readonly { name: string; nulls: number }[]): Said {
  const sorted = [...columns].sort((a, b) => b.nulls - a.nulls)
  const names = sorted.map(({ name }) => name)
  const [first] = sorted
  const share = (first?.nulls ?? 0) / rows
  const says =
    sorted.length === 1
      ? `${names.join('')} is missing in ${amount(first?.nulls ?? 0)} of ${plural(rows, 'row')} (${percent(share)}): that it is there may say more than what it is`
      : `Mostly missing: ${listed(sorted.map(({ name, nulls }) => `${name} (${percent(nulls / rows)})`))}: that they are there may say more than what they are`
  return {
    where: { kind: 'columns', columns: names },
    level: 'warn',
    says,
    evidence: { columns: names.length, missing: first?.nulls ?? 0, rows, share },
    weight: 0.35 + 0.2 * share,
    fixes: [indicator(names)],
  }
}

/** Columns that are missing in the same rows. */
export const missingTogether: Rule = {
  id: 'missing-together',
  title: 'Columns that are missing in the same rows',
  level: 'warn',
  why: 'Values that are missing together have one cause (a question not asked, a join that found nothing). Filling each column by itself makes up combinations that nobody ever saw.',
  source: 'missingness correlation as in ydata-profiling, with a rule: Jaccard index of the missing rows',
  thresholds: { overlap: 0.9, rows: 20 },
  check: (data, { overlap = 0.9, rows: least = 20 }) => {
    const groups = togetherGroups(data, overlap, least).sort((a, b) => b.length - a.length)
    return groups.map((group, i) => ({ ...saidTogether(data, group), weight: Math.max(0.3, 0.9 - 0.2 * i) }))
  },
}

function togetherGroups(data: Checked, overlap: number, least: number): Column[][] {
  const gaps = data.sample.columns.filter(
    (column) => column.missing !== null && column.nulls >= least && column.nulls < column.length,
  )
  return groupByOverlap(gaps, overlap)
}

function saidTogether(data: Checked, group: readonly Column[]): Said {
  const byCount = [...group].sort((a, b) => b.nulls - a.nulls)
  const names = byCount.map((column) => column.name)
  const inAll = (row: number): boolean => group.every((column) => isMissing(column, row))
  let together = 0
  for (let row = 0; row < data.sample.rows; row++) if (inAll(row)) together++
  const alone = Math.max(...group.map((column) => column.nulls)) - together
  const scope = ofSample(data)
  const texts = byCount.filter(isText).map((column) => column.name)
  const fixes = texts.length > 0 ? markMissing(texts) : [indicator(names)]
  const marks = texts.length > 0 ? `: mark them 'not stated'` : ': add a column that says so'
  return {
    where: { kind: 'columns', columns: names },
    says: `${listed(names)} are missing together in ${plural(together, 'row')}${scope}${marks}`,
    evidence: { together, alone, columns: names.length, share: together / data.sample.rows },
    example: exampleRows(data, findRows(data.sample.rows, inAll), names, { others: 4 }),
    fixes,
  }
}

/** Groups of columns each of which overlaps with the group's first by at least the given Jaccard index. */
function groupByOverlap(columns: readonly Column[], overlap: number): Column[][] {
  const left = [...columns]
  const groups: Column[][] = []
  for (let first = left.shift(); first !== undefined; first = left.shift()) {
    const { missing, nulls } = first
    const alike = left.filter((other) => jaccard(missing, other.missing, nulls + other.nulls) >= overlap)
    for (const column of alike) left.splice(left.indexOf(column), 1)
    if (alike.length > 0) groups.push([first, ...alike])
  }
  return groups
}

function jaccard(a: Uint8Array | null, b: Uint8Array | null, sum: number): number {
  if (a === null || b === null) return 0
  let both = 0
  for (let row = 0; row < a.length; row++) both += (a[row] ?? 0) & (b[row] ?? 0)
  return both / (sum - both)
}

function markMissing(columns: readonly string[]): Fix[] {
  const title = `Mark them 'not stated'`
  const names = `[${columns.map(pythonText).join(', ')}]`
  return [
    {
      title,
      language: 'pandas',
      code: `for column in ${names}:\n    df[column] = df[column].astype("object").where(df[column].notna(), "not stated")`,
    },
    {
      title,
      language: 'polars',
      code: `df = df.with_columns(pl.col(${names}).cast(pl.String).fill_null("not stated"))`,
    },
  ]
}

function indicator(columns: readonly string[]): Fix {
  const lines = columns.map((name) => `df[${pythonText(`${name}_missing`)}] = df[${pythonText(name)}].isna()`)
  return { title: 'Add a column that says so', language: 'pandas', code: lines.join('\n') }
}

function dropColumns(columns: readonly string[]): Fix[] {
  const names = `[${columns.map(pythonText).join(', ')}]`
  const title = columns.length === 1 ? 'Drop the column' : 'Drop these columns'
  return [
    { title, language: 'pandas', code: `df = df.drop(columns=${names})` },
    { title, language: 'polars', code: `df = df.drop(${names})` },
  ]
}
