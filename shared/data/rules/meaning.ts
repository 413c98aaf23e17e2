import { type Column, isNumeric, textAt } from '../column.ts'
import { meaningOfColumn } from '../column_meaning.ts'
import { isIdName } from '../column_role.ts'
import { exampleRows } from '../example_rows.ts'
import type { ColumnProfile } from '../profile.ts'
import type { Rule, Said } from '../rule.ts'
import { amount, listed, plural, pythonText } from '../wording.ts'
import { isPersonal } from './personal.ts'

/** Postal codes, phone numbers and the like that are kept as numbers. */
export const codesAsNumbers: Rule = {
  id: 'code-as-number',
  title: 'Codes that are stored as numbers',
  level: 'warn',
  why: 'A code is a name: its mean says nothing, a model takes 10115 and 10117 for near, and a 0 in front is lost.',
  source: 'Data Linter (zip codes by name); here by the meaning of the column and the form of its values',
  thresholds: { rows: 20 },
  check: (data, { rows = 20 }) =>
    data.profile.columns.flatMap((profile) => {
      const column = data.sample.columns.find(({ name }) => name === profile.name)
      if (column === undefined || !isNumeric(column) || profile.rows - profile.nulls < rows) return []
      const tags = meaningOfColumn(data, profile.name)?.tags ?? []
      const tag = tags.find((each) => each === 'postal code' || each === 'phone')
      if (tag === undefined || profile.name === data.target || !isWhole(profile)) return []
      return [sayCode(column, profile, tag)]
    }),
}

function sayCode(column: Column, profile: ColumnProfile, tag: 'postal code' | 'phone'): Said {
  const lengths = lengthsOf(column)
  const [usual = 0] = [...lengths].sort((a, b) => b[1] - a[1])[0] ?? []
  const short = [...lengths].reduce((sum, [length, rows]) => sum + (length === usual - 1 ? rows : 0), 0)
  const isCut =
    tag === 'postal code' && short > 0 && short + (lengths.get(usual) ?? 0) >= 0.95 * column.length
  const name = pythonText(profile.name)
  const fill = isCut ? `.str.zfill(${usual})` : ''
  const polars = isCut ? `.str.zfill(${usual})` : ''
  const title = 'Keep it as text'
  const what = tag === 'phone' ? 'phone numbers' : 'postal codes'
  return {
    where: { kind: 'columns', columns: [profile.name] },
    says: `${profile.name} holds ${what} as numbers${isCut ? `: ${plural(short, 'row')} lost the 0 in front` : ''}`,
    level: isCut ? 'warn' : 'info',
    evidence: { rows: profile.rows - profile.nulls, short: isCut ? short : 0 },
    weight: isCut ? 0.62 : 0.3,
    fixes: [
      {
        title,
        language: 'pandas',
        code: `df[${name}] = df[${name}].astype("Int64").astype("string")${fill}`,
      },
      {
        title,
        language: 'polars',
        code: `df = df.with_columns(pl.col(${name}).cast(pl.Int64).cast(pl.String)${polars})`,
      },
    ],
  }
}

function lengthsOf(column: Column): Map<number, number> {
  const lengths = new Map<number, number>()
  for (let row = 0; row < column.length; row++) {
    const length = textAt(column, row)?.replace(/\.0+$/, '').length
    if (length !== undefined) lengths.set(length, (lengths.get(length) ?? 0) + 1)
  }
  return lengths
}

function isWhole({ numbers }: ColumnProfile): boolean {
  return numbers !== null && numbers.wholes === numbers.finite && numbers.negatives === 0
}

/** Numbers that stand for kinds. */
export const kindsAsNumbers: Rule = {
  id: 'kinds-as-numbers',
  title: 'Numbers that stand for kinds',
  level: 'info',
  why: 'A model takes kind 3 for more than kind 1 and for the mean of 2 and 4; trees bear it, straight lines and distances do not.',
  source:
    'Data Linter EnumDetector (fewer than 20 different numbers); ours asks the model of meanings, trained on SortingHat',
  thresholds: { probability: 0.9, distinct: 20, rows: 50 },
  check: (data, { probability = 0.9, distinct: most = 20, rows = 50 }) => {
    const found = data.profile.columns.filter((profile) => {
      const { name, kind, distinct, rows: all, nulls, numbers } = profile
      // Counts begin at 0, codes at 1.
      if ((numbers?.quantiles[0] ?? 0) < 1) return false
      if (kind !== 'integer' || distinct < 3 || distinct > most || all - nulls < rows) return false
      if (name === data.target || isIdName(name) || isCircular(profile) !== null) return false
      const meaning = meaningOfColumn(data, name)
      return (
        meaning?.class === 'categorical' &&
        meaning.probability >= probability &&
        !meaning.tags.includes('year')
      )
    })
    if (found.length === 0) return []
    const names = found.map(({ name }) => name)
    const list = names.map(pythonText).join(', ')
    const title = 'Say that they are kinds'
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `${listed(found.map(({ name, distinct }) => `${name} (${distinct} kinds)`))} ${found.length === 1 ? 'looks like kinds' : 'look like kinds'} written as numbers, not like amounts`,
        evidence: { columns: names.length },
        weight: 0.18,
        fixes: [
          { title, language: 'pandas', code: `df[[${list}]] = df[[${list}]].astype("category")` },
          {
            title,
            language: 'polars',
            code: `df = df.with_columns(pl.col([${list}]).cast(pl.String).cast(pl.Categorical))`,
          },
        ],
      },
    ]
  },
}

/** Hours, months, weekdays and angles, whose last value is beside the first. */
export const circularColumns: Rule = {
  id: 'circular',
  title: 'Amounts that go round',
  level: 'info',
  why: 'Hour 23 is beside hour 0, and December beside January; as plain numbers they are farthest apart.',
  source: 'Data Linter CircularDomain (names); ours asks that the values fit as well',
  thresholds: { rows: 50 },
  check: (data, { rows = 50 }) => {
    const found = data.profile.columns.flatMap((profile) => {
      const period =
        profile.rows - profile.nulls < rows || profile.name === data.target ? null : isCircular(profile)
      return period === null ? [] : [{ name: profile.name, period }]
    })
    if (found.length === 0) return []
    const names = found.map(({ name }) => name)
    const code = found
      .map(
        ({ name, period }) =>
          `df[${pythonText(`${name}_sin`)}] = np.sin(2 * np.pi * df[${pythonText(name)}] / ${period})\ndf[${pythonText(`${name}_cos`)}] = np.cos(2 * np.pi * df[${pythonText(name)}] / ${period})`,
      )
      .join('\n')
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `${listed(found.map(({ name, period }) => `${name} (of ${period})`))} ${found.length === 1 ? 'goes' : 'go'} round: the last value is beside the first`,
        evidence: { columns: names.length },
        weight: 0.16,
        fixes: [{ title: 'Add its sine and cosine', language: 'pandas', code }],
      },
    ]
  },
}

const circles: readonly { called: RegExp; period: number; from: number; to: number }[] = [
  { called: /(^|[\W_])(hr|hour|hours|hour_of_day|hod)$/i, period: 24, from: 0, to: 24 },
  { called: /(^|[\W_])(weekday|dow|day_?of_?week|week_?day)$/i, period: 7, from: 0, to: 7 },
  { called: /(^|[\W_])(month|mnth|mon|month_?of_?year)$/i, period: 12, from: 0, to: 12 },
  { called: /(^|[\W_])(day_?of_?year|doy|yday)$/i, period: 366, from: 0, to: 366 },
  {
    called: /(^|[\W_])(azimuth|bearing|heading|aspect|wind_?dir(ection)?|hue)$/i,
    period: 360,
    from: -180,
    to: 360,
  },
]

/** The period of a column that goes round, by its name and values; it must be seen nearly whole. */
function isCircular({ name, numbers, distinct, kind }: ColumnProfile): number | null {
  if (numbers === null || (kind !== 'integer' && kind !== 'number')) return null
  const [least = NaN, most = NaN] = [numbers.quantiles[0], numbers.quantiles.at(-1)]
  const circle = circles.find(({ called }) => called.test(name))
  if (circle === undefined || least < circle.from || most > circle.to) return null
  return distinct >= 0.7 * Math.min(circle.period, 30) && most - least >= 0.7 * circle.period
    ? circle.period
    : null
}

/** Sentences, which need more than a category's encoder, and lists in cells. */
export const freeText: Rule = {
  id: 'free-text',
  title: 'Sentences and lists in cells',
  level: 'info',
  why: 'To an encoder of kinds each of them is a kind of its own; words must be counted or embedded, lists taken apart.',
  source:
    'Data Linter TokenizableString (30 letters, 20 different), ListLength; ours asks the model of meanings',
  thresholds: { probability: 0.9, distinct: 20 },
  check: (data, { probability = 0.9, distinct: least = 20 }) => {
    const found = data.profile.columns.flatMap((profile) => {
      if (profile.kind !== 'text' || profile.distinct < least || isIdName(profile.name)) return []
      const meaning = meaningOfColumn(data, profile.name)
      if (meaning === null || meaning.probability < probability) return []
      return meaning.class === 'sentence' || meaning.class === 'list' ? [{ profile, is: meaning.class }] : []
    })
    if (found.length === 0) return []
    const names = found.map(({ profile }) => profile.name)
    const told = found.map(
      ({ profile, is }) =>
        `${profile.name} (${is === 'list' ? 'lists' : 'text'}, ${amount(Math.round(profile.texts?.meanLength ?? 0))} characters on average)`,
    )
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `${listed(told)}: ${found.length === 1 ? 'no kind' : 'no kinds'} to encode`,
        evidence: { columns: names.length },
        example: exampleRows(data, [0, 1, 2], names.slice(0, 3)),
        weight: 0.14,
        fixes: found.slice(0, 3).map(({ profile, is }) => ({
          title: is === 'list' ? `Take ${profile.name} apart` : `Count the words of ${profile.name}`,
          language: 'python' as const,
          code:
            is === 'list'
              ? `parts = df[${pythonText(profile.name)}].str.get_dummies(sep=",")`
              : `from sklearn.feature_extraction.text import TfidfVectorizer\nwords = TfidfVectorizer(min_df=5).fit_transform(df[${pythonText(profile.name)}].fillna(""))`,
        })),
      },
    ]
  },
}

/** Columns of kinds with more kinds than an encoder should make columns. */
export const manyKinds: Rule = {
  id: 'many-kinds',
  title: 'Columns with very many kinds',
  level: 'info',
  why: 'One-hot encoding makes a column of each kind; most of them are seen so rarely that nothing can be learnt of them.',
  source: 'ydata-profiling HIGH_CARDINALITY (50); ours asks for 100 kinds and that they come again',
  thresholds: { kinds: 100, share: 0.5 },
  check: (data, { kinds = 100, share = 0.5 }) => {
    const personal = new Set(data.sample.columns.filter(isPersonal).map(({ name }) => name))
    const found = data.profile.columns.filter(({ name, kind, distinct, rows, nulls }) => {
      if (
        kind !== 'text' ||
        personal.has(name) ||
        distinct <= kinds ||
        distinct > share * (rows - nulls) ||
        isIdName(name)
      )
        return false
      return name !== data.target && meaningOfColumn(data, name)?.class === 'categorical'
    })
    if (found.length === 0) return []
    const names = found.map(({ name }) => name)
    const [first = ''] = names
    const column = pythonText(first)
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `${listed(found.map(({ name, distinct, distinctError }) => `${name} has ${distinctError > 0 ? 'about ' : ''}${amount(distinct)} kinds`))}: too many to make a column of each`,
        evidence: { columns: names.length, kinds: found[0]?.distinct ?? 0 },
        weight: 0.15,
        fixes: [
          {
            title: `Put the rare kinds of ${first} together`,
            language: 'pandas',
            code: `often = df[${column}].map(df[${column}].value_counts()) >= 20\ndf[${column}] = df[${column}].where(often | df[${column}].isna(), "other")`,
          },
        ],
      },
    ]
  },
}
