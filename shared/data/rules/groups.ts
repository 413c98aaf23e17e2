import { type Column, encode, isNumeric, isText, type Table, textAt } from '../column.ts'
import { distinctOf } from '../contingency.ts'
import { isSampled } from '../loaded.ts'
import { timesWithHours } from '../times.ts'
import { showNumber } from '../column.ts'
import type { Rule } from '../rule.ts'
import { amount, percent, plural, pythonText } from '../wording.ts'

const entity =
  /(^|[\W_])(user|customer|client|patient|subject|person|member|account|device|household|player|student|employee|driver|session|visitor|store|shop|machine|sensor|station|hospital|brewery|company|author|speaker|provider|case|item|product|sku|vehicle|group|participant|donor|site)([\W_]?(id|uuid|no|nr|num|number|name|code|key))?$/i

/** Whether a column names a person or thing that may have several rows, going by its name. */
function isEntity(column: Column): boolean {
  if (!isText(column) && column.kind !== 'integer') return false
  const name = column.name.replace(/([a-z])(I[dD]|Number|Name|Code|Key)$/, '$1_$2')
  return entity.test(name)
}

/** The same person or thing in several rows: they must stay on one side of a split. */
export const repeatedGroups: Rule = {
  id: 'repeated-group',
  title: 'The same person or thing in several rows',
  level: 'info',
  why: 'A random split puts rows of the same one on both sides: the model is tested on whom it knows.',
  source: 'own: no anchor sees it by itself; scikit-learn GroupKFold is made for it',
  thresholds: { groups: 10, share: 0.8, rows: 100 },
  check: (data, { groups = 10, share = 0.8, rows = 100 }) => {
    const found = data.sample.columns
      .filter(
        (column) => column.name !== data.target && isEntity(column) && column.length - column.nulls >= rows,
      )
      .map((column) => ({ column, distinct: distinctOf(encode(column)) }))
      .filter(
        ({ column, distinct }) => distinct >= groups && distinct <= share * (column.length - column.nulls),
      )
      .sort((a, b) => b.distinct - a.distinct)
    const [first] = found
    if (first === undefined || isSampled(data)) return []
    const { column, distinct } = first
    const name = pythonText(column.name)
    return [
      {
        where: { kind: 'columns', columns: [column.name] },
        says: `${amount(distinct)} different ${column.name} in ${plural(column.length - column.nulls, 'row')}: keep the rows of each on one side of a split`,
        evidence: { groups: distinct, rows: column.length - column.nulls },
        weight: 0.37,
        fixes: [
          {
            title: 'Split by it',
            language: 'python',
            code: `from sklearn.model_selection import GroupShuffleSplit\ntrain, test = next(GroupShuffleSplit(1, test_size=0.2, random_state=0).split(df, groups=df[${name}]))\ntrain, test = df.iloc[train], df.iloc[test]`,
          },
        ],
      },
    ]
  },
}

/** Persons or things that are in both of two tables. */
export const groupsInBoth: Rule = {
  id: 'group-in-both',
  title: 'The same person or thing in both tables',
  level: 'warn',
  why: 'A model that is tested on persons it learnt from knows them: with strangers it does worse.',
  source:
    'deepchecks IndexTrainTestLeakage (ids by index); ours finds the columns by name. Group leakage: no anchor',
  thresholds: { share: 0.01 },
  check: ({ sample, against }, { share = 0.01 }) =>
    sample.columns.flatMap((column) => {
      const other = against?.sample.columns.find(({ name }) => name === column.name)
      if (against === null || other === undefined || !(isEntity(column) || isKeyName(column))) return []
      // Row numbers begin anew in each file.
      if (isNumeric(column) && countsFromStart(column) && isNumeric(other) && countsFromStart(other))
        return []
      const known = valuesOf(other)
      let [rows, filled] = [0, 0]
      const again = new Set<string>()
      for (let row = 0; row < column.length; row++) {
        const value = textAt(column, row)
        if (value === null) continue
        filled++
        if (!known.has(value)) continue
        rows++
        again.add(value)
      }
      if (known.size < 10 || rows === 0 || rows < share * filled) return []
      const name = pythonText(column.name)
      return [
        {
          where: { kind: 'columns' as const, columns: [column.name] },
          says: `${amount(again.size)} ${column.name} of ${plural(rows, 'row')} (${percent(rows / filled)}) are also in ${against.name}`,
          evidence: { groups: again.size, rows, share: rows / filled },
          weight: 0.82,
          fixes: [
            {
              title: 'Leave them out',
              language: 'pandas' as const,
              code: `df = df[~df[${name}].isin(train[${name}])]`,
            },
            {
              title: 'Leave them out',
              language: 'polars' as const,
              code: `df = df.filter(~pl.col(${name}).is_in(train[${name}]))`,
            },
          ],
        },
      ]
    }),
}

function isKeyName(column: Column): boolean {
  return /(^|[\W_])(id|uuid|guid)$|[a-z]I[dD]$/i.test(column.name)
}

function countsFromStart(column: Column & { numbers: Float64Array }): boolean {
  const first = column.numbers[0] ?? NaN
  return (first === 0 || first === 1) && column.numbers[column.length - 1] === first + column.length - 1
}

function valuesOf(column: Column): Set<string> {
  const values = new Set<string>()
  for (let row = 0; row < column.length; row++) {
    const value = textAt(column, row)
    if (value !== null) values.add(value)
  }
  return values
}

/** Test rows from times that the model was trained on. */
export const timesOverlap: Rule = {
  id: 'time-overlap',
  title: 'Rows from times that the other table has too',
  level: 'info',
  why: 'A model is used on times after its training; on times in between it is told more than it will know.',
  source: 'deepchecks DateTrainTestLeakageOverlap (none allowed)',
  thresholds: { share: 0.01 },
  check: ({ sample, against }, { share = 0.01 }) => {
    if (against === null) return []
    return sample.columns.flatMap((column) => {
      const other = against.sample.columns.find(({ name }) => name === column.name)
      if (other === undefined) return []
      const [here, there] = [times(column, sample), times(other, against.sample)]
      if (here === null || there === null) return []
      const last = there.reduce((most, time) => (time > most ? time : most), -Infinity)
      const first = there.reduce((least, time) => (time < least ? time : least), Infinity)
      const inside = here.filter((time) => time >= first && time <= last).length
      const rows = here.filter((time) => !Number.isNaN(time)).length
      if (rows < 20 || inside < share * rows) return []
      return [
        {
          where: { kind: 'columns' as const, columns: [column.name] },
          says: `${plural(inside, 'row')} (${percent(inside / rows)}) are from times of ${against.name}, which ends ${showNumber('timestamp', last)} (${column.name})`,
          evidence: { rows: inside, share: inside / rows },
          weight: 0.44,
        },
      ]
    })
  },
}

function times(column: Column, table: Table): Float64Array | null {
  return timesWithHours(column, table.columns)
}

/** A table that is small beside the other one. */
export const smallTest: Rule = {
  id: 'small-test',
  title: 'Too few rows beside the other table',
  level: 'info',
  why: 'A score on so few rows is known so badly that it tells nothing of a model that is a little better.',
  source: 'deepchecks DatasetsSizeComparison (a hundredth, 100 rows)',
  thresholds: { share: 0.01, rows: 100 },
  check: ({ profile, against }, { share = 0.01, rows = 100 }) => {
    if (against === null || against.profile.rows < 10 * rows) return []
    if (profile.rows >= rows && profile.rows >= share * against.profile.rows) return []
    return [
      {
        where: { kind: 'table' },
        says: `${plural(profile.rows, 'row')} beside ${amount(against.profile.rows)} in ${against.name}: too few for a verdict`,
        evidence: { rows: profile.rows, others: against.profile.rows },
        weight: 0.3,
      },
    ]
  },
}
