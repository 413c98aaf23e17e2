import { encode, isText, textAt } from '../column.ts'
import { hasClasses, targetColumn } from '../column_role.ts'
import { exampleRows } from '../example_rows.ts'
import { isSampled, ofSample } from '../loaded.ts'
import type { Rule } from '../rule.ts'
import { listed, plural, pythonText, quoted } from '../wording.ts'

/** Names of columns that programs stumble over. */
export const columnNames: Rule = {
  id: 'column-names',
  title: 'Names of columns that programs stumble over',
  level: 'info',
  why: 'A blank at the end is not seen and not found; names that differ in case only are one in SQL and two in Python.',
  source: 'Frictionless blank-label and duplicate-label; pandas writes Unnamed and .1 for them',
  thresholds: {},
  check: ({ profile }) => {
    const names = profile.columns.map(({ name }) => name)
    const padded = names.filter((name) => name !== name.trim() && name.trim() !== '')
    const blank = names.filter((name) => name.trim() === '' || /^Unnamed: \d+$/.test(name))
    const groups = [
      ...Map.groupBy(names, (name) =>
        name
          .trim()
          .toLowerCase()
          .replace(/[\s_-]+/g, '_'),
      ).values(),
    ]
    const alike = groups.filter((group) => group.length > 1).flat()
    const again = names.filter((name) => /\.\d$/.test(name) && names.includes(name.replace(/\.\d$/, '')))
    const parts = [
      padded.length > 0
        ? `${listed(padded.map((name) => quoted(name)))} ${padded.length === 1 ? 'has' : 'have'} blanks around`
        : '',
      blank.length > 0 ? `${plural(blank.length, 'column')} without a name` : '',
      alike.length > 0 ? `${listed(alike)} differ in case and blanks only` : '',
      again.length > 0 ? `${listed(again)}: a name that was there twice` : '',
    ].filter((part) => part !== '')
    if (parts.length === 0) return []
    return [
      {
        where: { kind: 'columns', columns: [...new Set([...padded, ...blank, ...alike, ...again])] },
        says: `Names of columns: ${parts.join('; ')}`,
        level: alike.length + again.length > 0 ? 'warn' : 'info',
        evidence: { padded: padded.length, blank: blank.length, alike: alike.length, again: again.length },
        weight: 0.3,
        fixes:
          padded.length === 0
            ? []
            : [
                {
                  title: 'Take the blanks away',
                  language: 'pandas',
                  code: 'df.columns = df.columns.str.strip()',
                },
                { title: 'Take the blanks away', language: 'polars', code: 'df = df.rename(str.strip)' },
              ],
      },
    ]
  },
}

/** Rows in which nothing stands. */
export const emptyRows: Rule = {
  id: 'empty-rows',
  title: 'Rows without any value',
  level: 'warn',
  why: 'Nothing can be learnt from them; they come from blank lines, or from a join that found nothing.',
  source: 'Data Linter, Evidently, Frictionless blank-row',
  thresholds: {},
  check: (data) => {
    const { columns, rows } = data.sample
    if (columns.length < 2) return []
    const filled = new Uint8Array(rows)
    for (const column of columns) {
      if (column.missing === null) return []
      for (let row = 0; row < rows; row++) if (column.missing[row] !== 1) filled[row] = 1
    }
    const empty = rows - filled.reduce((sum, mark) => sum + mark, 0)
    if (empty === 0 || empty === rows) return []
    return [
      {
        where: { kind: 'table' },
        says: `${plural(empty, 'row')}${ofSample(data)} ${empty === 1 ? 'has' : 'have'} no value at all`,
        evidence: { rows: empty },
        weight: 0.5,
        fixes: [
          { title: 'Drop them', language: 'pandas', code: 'df = df.dropna(how="all")' },
          {
            title: 'Drop them',
            language: 'polars',
            code: 'df = df.filter(~pl.all_horizontal(pl.all().is_null()))',
          },
        ],
      },
    ]
  },
}

/** A last row that sums up the others. */
export const totalRow: Rule = {
  id: 'total-row',
  title: 'A last row that sums up the others',
  level: 'warn',
  why: 'It is no row like the others: sums double, means and maxima are wrong, and a model learns from it as from any.',
  source: 'Pollock: files with footers; spreadsheets end with it',
  thresholds: { rows: 5 },
  check: (data, { rows: least = 5 }) => {
    const { columns, rows } = data.sample
    if (rows < least || isSampled(data)) return []
    const last = rows - 1
    const named = columns.find(
      (column) =>
        isText(column) &&
        /^(grand |sub)?total(s)?:?$|^(sum|summe|gesamt|insgesamt|somme|suma|totale):?$/i.test(
          (textAt(column, last) ?? '').trim(),
        ),
    )
    const summed = columns.filter(({ numbers }) => {
      if (numbers === null || rows < 5) return false
      const sum = numbers
        .subarray(0, last)
        .reduce((all, value) => all + (Number.isFinite(value) ? value : 0), 0)
      const end = numbers[last] ?? NaN
      return (
        sum !== 0 &&
        Math.abs(end - sum) <= 1e-9 * Math.abs(sum) &&
        numbers.subarray(0, last).some((value) => value > 0 && value < end)
      )
    })
    if (named === undefined && summed.length < 2) return []
    const names = summed.map(({ name }) => name)
    const says =
      named === undefined
        ? `The last row has the sums of ${listed(names)}: it is no row of its own`
        : `The last row is called ${quoted(textAt(named, last) ?? '')} in ${named.name}${names.length > 0 ? ` and has the sums of ${listed(names)}` : ''}: it is no row of its own`
    return [
      {
        where: {
          kind: 'rows',
          rows: [last],
          columns: [...(named === undefined ? [] : [named.name]), ...names],
        },
        says,
        evidence: { row: last, columns: names.length },
        example: exampleRows(
          data,
          [last - 1, last],
          columns.slice(0, 8).map(({ name }) => name),
        ),
        weight: 0.7,
        fixes: [
          { title: 'Drop it', language: 'pandas', code: 'df = df.iloc[:-1]' },
          { title: 'Drop it', language: 'polars', code: 'df = df.head(-1)' },
        ],
      },
    ]
  },
}

/** Rows in the order of the answer. */
export const sortedByAnswer: Rule = {
  id: 'sorted-by-answer',
  title: 'Rows in the order of the answer',
  level: 'info',
  why: 'A split without shuffling trains on some answers and tests on others; a batch sees one answer only.',
  source: 'Cleanlab non_iid asks nearest neighbours; the order of the answer itself is counted here',
  thresholds: { rows: 50, share: 0.02 },
  check: (data, { rows: least = 50, share = 0.02 }) => {
    const target = targetColumn(data)
    if (target === null || data.sample.rows < least || !hasClasses(target)) return []
    const { codes } = encode(target)
    const counts = new Map<number, number>()
    let [changes, before, rows] = [0, -2, 0]
    for (const code of codes) {
      if (code < 0) continue
      rows++
      counts.set(code, (counts.get(code) ?? 0) + 1)
      if (before !== -2 && code !== before) changes++
      before = code
    }
    const same = [...counts.values()].reduce((sum, count) => sum + (count / rows) ** 2, 0)
    const expected = rows * (1 - same)
    if (counts.size < 2 || expected < 20 || changes > share * expected + counts.size) return []
    const name = pythonText(target.name)
    return [
      {
        where: { kind: 'columns', columns: [target.name] },
        says: `Rows are in the order of ${target.name}: it changes ${plural(changes, 'time')} in ${plural(rows, 'row')}; shuffle before a split`,
        evidence: { changes, rows },
        weight: 0.36,
        fixes: [
          {
            title: 'Split so that each part has its share',
            language: 'python',
            code: `train, test = train_test_split(df, stratify=df[${name}], shuffle=True, random_state=0)`,
          },
        ],
      },
    ]
  },
}
