import type { Rule } from '../rule.ts'
import { amount, listed, plural, pythonText, quoted } from '../wording.ts'

/** Columns in which all values are the same. */
export const constantColumns: Rule = {
  id: 'constant-column',
  title: 'Columns with one value only',
  level: 'warn',
  why: 'A column that never changes teaches nothing; often it is what is left of a filter, and the data is not what it seems.',
  source: 'deepchecks IsSingleValue, Evidently ConstantColumnsCount, ydata-profiling CONSTANT',
  thresholds: { rows: 10 },
  check: (data, { rows: least = 10 }) => {
    const constant = data.profile.columns.filter(
      (column) => column.distinct === 1 && column.rows - column.nulls >= least && column.nulls === 0,
    )
    if (constant.length === 0) return []
    const names = constant.map((column) => column.name)
    const told = constant.map((column) => `${column.name} (${quoted(column.top[0]?.value ?? '', 24)})`)
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `${listed(told)} ${names.length === 1 ? 'is' : 'are'} the same in all ${plural(data.profile.rows, 'row')}`,
        evidence: { columns: names.length, rows: data.profile.rows },
        weight: 0.45,
        fixes: [
          {
            title: names.length === 1 ? 'Drop the column' : 'Drop these columns',
            language: 'pandas',
            code: `df = df.drop(columns=[${names.map(pythonText).join(', ')}])`,
          },
          {
            title: names.length === 1 ? 'Drop the column' : 'Drop these columns',
            language: 'polars',
            code: `df = df.drop([${names.map(pythonText).join(', ')}])`,
          },
        ],
      },
    ]
  },
}

/** Columns in which nearly all values are the same. */
export const nearConstantColumns: Rule = {
  id: 'near-constant-column',
  title: 'Columns in which nearly all values are the same',
  level: 'info',
  why: 'A model sees the other value so rarely that what it learns of it is chance.',
  source: 'Evidently counts 95 % as almost constant; real rare flags made us ask for 99.9 %',
  thresholds: { share: 0.999, rows: 1000 },
  check: (data, { share = 0.999, rows: least = 1000 }) => {
    const near = data.profile.columns.filter(({ distinct, rows, nulls, top, name }) => {
      const values = rows - nulls
      return distinct > 1 && values >= least && name !== data.target && (top[0]?.count ?? 0) / values >= share
    })
    if (near.length === 0) return []
    const told = near.map(({ name, top, rows, nulls }) => {
      const others = rows - nulls - (top[0]?.count ?? 0)
      return `${name} (${quoted(top[0]?.value ?? '', 24)} but for ${amount(others)})`
    })
    return [
      {
        where: { kind: 'columns', columns: near.map(({ name }) => name) },
        says: `Nearly always the same: ${listed(told)}`,
        evidence: { columns: near.length },
        weight: 0.15,
      },
    ]
  },
}
