import { encode, type Table } from '../column.ts'
import { hasClasses, isIdName, targetColumn } from '../column_role.ts'
import { distinctOf, labelsOf } from '../contingency.ts'
import { exampleRows } from '../example_rows.ts'
import { isSampled } from '../loaded.ts'
import type { Rule } from '../rule.ts'
import { amount, listed, percent, plural, pythonText } from '../wording.ts'

/** Rows that are there more than once. */
export const duplicateRows: Rule = {
  id: 'duplicate-rows',
  title: 'Rows that are there more than once',
  level: 'info',
  why: 'A row that is in the training and in the test part makes the score better than it is; if it was counted twice by mistake, it weighs twice.',
  source: 'deepchecks (5 %), Evidently, Data Linter: exact equality, missing equals missing',
  thresholds: { share: 0.05 },
  check: (data, { share = 0.05 }) => {
    const table = data.sample
    if (table.rows < 2 || table.columns.length < 2) return []
    const groups = groupRows(table)
    const again = groups.filter((rows) => rows.length > 1)
    const extra = again.reduce((sum, rows) => sum + rows.length - 1, 0)
    if (extra === 0) return []
    const scope = isSampled(data) ? ` among the ${amount(table.rows)} looked at` : ''
    const part = extra / table.rows >= 0.01 ? ` (${percent(extra / table.rows)})` : ''
    const longest = again.reduce((a, b) => (b.length > a.length ? b : a))
    const names = table.columns.map((column) => column.name)
    return [
      {
        where: { kind: 'rows', rows: again.flatMap((rows) => rows.slice(1)).slice(0, 1000), columns: [] },
        says: `${amount(extra)} exact ${extra === 1 ? 'duplicate' : 'duplicates'} of other rows${scope}${part}`,
        level: extra / table.rows >= share ? 'warn' : 'info',
        evidence: { duplicates: extra, groups: again.length, share: extra / table.rows },
        example: exampleRows(data, longest, names.slice(0, 8)),
        weight: 0.45,
        fixes: [
          {
            title: 'Keep one of each',
            language: 'pandas',
            code: `before = len(df)\ndf = df.drop_duplicates()\nprint(before - len(df), "rows dropped")`,
          },
          {
            title: 'Keep one of each',
            language: 'polars',
            code: `before = df.height\ndf = df.unique(maintain_order=True)\nprint(before - df.height, "rows dropped")`,
          },
        ],
      },
    ]
  },
}

/** Rows that are equal in everything but the answer. */
export const labelConflicts: Rule = {
  id: 'label-conflict',
  title: 'Equal rows with different answers',
  level: 'info',
  why: 'No model can get both right: either an input is missing that tells them apart, or a label is wrong.',
  source: 'deepchecks ConflictingLabels, Evidently TestConflictTarget',
  thresholds: { share: 0.01 },
  check: (data, { share = 0.01 }) => {
    const target = targetColumn(data)
    if (target === null || !hasClasses(target)) return []
    const inputs = data.sample.columns.filter((column) => column !== target && !isIdName(column.name))
    // Two columns agree by chance.
    if (inputs.length < 3) return []
    const { codes } = encode(target)
    const conflicts = groupRows({ columns: inputs, rows: data.sample.rows }).filter(
      (rows) => rows.length > 1 && rows.some((row) => codes[row] !== codes[rows[0] ?? 0]),
    )
    if (conflicts.length === 0) return []
    const rows = conflicts.flat()
    const people = /^(age|sex|gender)$/i
    const who = inputs.filter(({ name }) => people.test(name)).length >= 2 ? 'same person' : 'same inputs'
    return [
      {
        where: { kind: 'rows', rows: rows.slice(0, 1000), columns: [target.name] },
        says: `${plural(conflicts.length, 'group')} (${plural(rows.length, 'row')}): ${who}, different ${target.name}`,
        level: rows.length / data.sample.rows >= share ? 'warn' : 'info',
        evidence: { groups: conflicts.length, rows: rows.length, share: rows.length / data.sample.rows },
        example: exampleRows(data, rows, [target.name], { others: 9 }),
        weight: 0.42,
        fixes: [
          {
            title: 'Show them',
            language: 'pandas',
            code: `inputs = [column for column in df.columns if column != ${pythonText(target.name)}]\ndf[df.duplicated(inputs, keep=False) & ~df.duplicated(keep=False)].sort_values(inputs)`,
          },
        ],
      },
    ]
  },
}

/** Classes that are rare. */
export const rareClasses: Rule = {
  id: 'class-imbalance',
  title: 'Classes with few rows',
  level: 'warn',
  why: 'A model that never names a rare class is nearly always right: accuracy says nothing then, and a split may leave a part without it.',
  source: 'Cleanlab: rarest share below 0.1 / K; fewer than 10 rows cannot be cross-validated in ten parts',
  thresholds: { fraction: 0.1, rows: 10 },
  check: (data, { fraction = 0.1, rows: least = 10 }) => {
    const target = targetColumn(data)
    if (target === null || !hasClasses(target) || target.kind === 'number') return []
    const { codes, size } = encode(target)
    const counts = new Uint32Array(size)
    for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
    const labels = labelsOf(target)
    const rows = data.sample.rows - target.nulls
    const classes = distinctOf(encode(target))
    const rare = labels
      .map((label, code) => ({ label, count: counts[code] ?? 0 }))
      .filter(({ count }) => count > 0 && (count / rows < fraction / classes || count < least))
      .sort((a, b) => a.count - b.count)
    if (rare.length === 0 || rows < 50) return []
    const told = rare.map(({ label, count }) => `${label} (${amount(count)}, ${percent(count / rows)})`)
    return [
      {
        where: { kind: 'columns', columns: [target.name] },
        says: `${rare.length === 1 ? 'A class of' : 'Classes of'} ${target.name} with few rows: ${listed(told)}`,
        evidence: { classes: rare.length, least: rare[0]?.count ?? 0, share: (rare[0]?.count ?? 0) / rows },
        weight: 0.5,
        fixes: [
          {
            title: 'Split so that each part has its share',
            language: 'python',
            code: `train, test = train_test_split(df, stratify=df[${pythonText(target.name)}], random_state=0)`,
          },
        ],
      },
    ]
  },
}

/** Rows without an answer. */
export const missingTarget: Rule = {
  id: 'missing-label',
  title: 'Rows without an answer',
  level: 'warn',
  why: 'Nothing can be learnt from a row without its answer; filling it in makes up the truth.',
  source: 'every anchor checks it',
  thresholds: {},
  check: (data) => {
    const target = data.profile.columns.find(({ name }) => name === data.target)
    if (target === undefined || target.nulls === 0) return []
    return [
      {
        where: { kind: 'columns', columns: [target.name] },
        says: `${target.name} is missing in ${plural(target.nulls, 'row')} (${percent(target.nulls / target.rows)}): there is nothing to learn from them`,
        evidence: { missing: target.nulls, share: target.nulls / target.rows },
        weight: 0.75,
        fixes: [
          {
            title: 'Set them aside',
            language: 'pandas',
            code: `unlabelled = df[df[${pythonText(target.name)}].isna()]\ndf = df.drop(unlabelled.index)`,
          },
        ],
      },
    ]
  },
}

/** Row numbers, put together where all values are equal; missing equals missing. */
export function groupRows(table: Pick<Table, 'columns' | 'rows'>): number[][] {
  const hashes = new Float64Array(table.rows)
  const encodings = table.columns.map(encode)
  for (const { codes } of encodings)
    for (let i = 0; i < table.rows; i++)
      hashes[i] = (((hashes[i] ?? 0) * 1_000_003) % 4_503_599_627_370_449) + (codes[i] ?? -1) + 2
  const buckets = new Map<number, number[]>()
  for (let i = 0; i < table.rows; i++) {
    const bucket = buckets.get(hashes[i] ?? 0)
    if (bucket === undefined) buckets.set(hashes[i] ?? 0, [i])
    else bucket.push(i)
  }
  const same = (a: number, b: number): boolean => encodings.every(({ codes }) => codes[a] === codes[b])
  return [...buckets.values()].flatMap((bucket) => {
    const groups: number[][] = []
    for (const row of bucket) {
      const group = groups.find(([first = -1]) => same(first, row))
      if (group === undefined) groups.push([row])
      else group.push(row)
    }
    return groups
  })
}
