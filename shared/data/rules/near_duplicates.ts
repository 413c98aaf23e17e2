import { type Column, isText } from '../column.ts'
import { exampleRows } from '../example_rows.ts'
import { nearRows } from '../near_rows.ts'
import { nearTexts } from '../near_texts.ts'
import type { Rule, Said } from '../rule.ts'
import { amount, listed, plural, pythonText } from '../wording.ts'

/** Rows that are nearly the same as another one. */
export const nearDuplicates: Rule = {
  id: 'near-duplicate-rows',
  title: 'Rows that are nearly the same as another',
  level: 'warn',
  why: 'The same thing entered twice, once with a slip: it weighs twice, and a split puts one of the two on each side.',
  source:
    'Cleanlab near_duplicate (neighbours nearer than 0.13 of the median); ours by equal rest and a slip in one column, and by MinHash for long texts',
  thresholds: { rows: 2 },
  check: (data, { rows: least = 2 }) => {
    const { sample } = data
    const pairs = nearRows(sample)
    const said: Said[] = []
    const rows = [...new Set(pairs.map(({ second }) => second))]
    if (rows.length >= least) {
      const columns = [...new Set(pairs.map(({ column }) => sample.columns[column]?.name ?? ''))]
      const [pair] = pairs
      const shown = [pair?.first ?? 0, pair?.second ?? 0]
      const names = sample.columns.map(({ name }) => name)
      const others = names.filter((name) => !columns.includes(name)).map(pythonText)
      said.push({
        where: {
          kind: 'rows',
          rows: rows.slice(0, 1000).map((row) => data.rowNumbers?.[row] ?? row),
          columns,
        },
        says: `${plural(rows.length, 'row')}${scopeOf(data.profile.rows, Math.min(sample.rows, 20_000))} ${rows.length === 1 ? 'is' : 'are'} nearly the same as another: only ${listed(columns)} ${columns.length === 1 ? 'differs' : 'differ'}, by a slip`,
        evidence: { rows: rows.length, pairs: pairs.length },
        example: exampleRows(data, shown, columns, { others: 6 }),
        weight: 0.5,
        fixes: [
          {
            title: 'Show them side by side',
            language: 'pandas',
            code: `rest = [${others.slice(0, 60).join(', ')}]\ndf[df.duplicated(rest, keep=False) & ~df.duplicated(keep=False)].sort_values(rest)`,
          },
        ],
      })
    }
    return [...said, ...sample.columns.filter(isLong).flatMap((column) => longTexts(data, column, least))]
  },
}

function scopeOf(all: number, looked: number): string {
  return looked < all ? ` of ${amount(looked)} looked at` : ''
}

/** Mostly different texts of some length. */
function isLong(column: Column): boolean {
  if (!isText(column) || column.dictionary.length < 20) return false
  const some = column.dictionary.slice(0, 200)
  return some.reduce((sum, text) => sum + text.length, 0) / some.length >= 60
}

function longTexts(data: Parameters<Rule['check']>[0], column: Column, least: number): Said[] {
  const pairs = nearTexts(column.dictionary)
  if (pairs.length < least) return []
  const rowOf = (code: number): number => column.codes?.indexOf(code) ?? 0
  const [pair] = pairs
  const name = pythonText(column.name)
  return [
    {
      where: { kind: 'columns', columns: [column.name] },
      says: `${plural(pairs.length, 'text')} of ${column.name}${scopeOf(column.dictionary.length, 20_000)} have four fifths of their words in common with another`,
      evidence: { texts: pairs.length },
      example: exampleRows(data, [rowOf(pair?.first ?? 0), rowOf(pair?.second ?? 0)], [column.name], {
        others: 3,
      }),
      weight: 0.46,
      fixes: [
        {
          title: 'Look at the likeliest',
          language: 'pandas',
          code: `df.assign(begin=df[${name}].str.lower().str.replace(r"\\W+", " ", regex=True).str[:60]).pipe(lambda d: d[d.duplicated("begin", keep=False)]).sort_values("begin")`,
        },
      ],
    },
  ]
}
