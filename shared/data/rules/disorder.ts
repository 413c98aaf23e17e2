import { isNumeric, showNumber } from '../column.ts'
import { exampleRows } from '../example_rows.ts'
import { isSampled } from '../loaded.ts'
import { timesWithHours } from '../times.ts'
import type { Rule } from '../rule.ts'
import { amount, listed, plural, pythonText } from '../wording.ts'

/** Rows that step back in what is otherwise the order of time. */
export const timeDisorder: Rule = {
  id: 'time-disorder',
  title: 'Rows out of the order of time',
  level: 'info',
  why: 'Lags, rolling means and a split by row number take the row before for the time before.',
  source: 'Great Expectations increasing; ours asks that 95 % of the steps go forward',
  thresholds: { share: 0.05, rows: 100 },
  check: (data, { share = 0.05, rows = 100 }) => {
    if (isSampled(data)) return []
    return data.sample.columns.flatMap((column) => {
      const times = timesWithHours(column, data.sample.columns)
      if (times === null || times.length < rows) return []
      const back: number[] = []
      let [steps, before] = [0, NaN]
      times.forEach((time, row) => {
        if (Number.isNaN(time)) return
        if (!Number.isNaN(before) && time !== before) {
          steps++
          if (time < before) back.push(row)
        }
        before = time
      })
      if (back.length === 0 || steps < rows / 2 || back.length > share * steps) return []
      const [row = 0] = back
      const name = pythonText(column.name)
      return [
        {
          where: { kind: 'rows' as const, rows: back.slice(0, 1000), columns: [column.name] },
          says: `${column.name} steps back in ${plural(back.length, 'row')}, first at row ${row} (${showNumber('timestamp', times[row] ?? NaN)})`,
          evidence: { rows: back.length, steps },
          example: exampleRows(
            data,
            [row - 1, row, row + 1].filter((each) => each < times.length),
            [column.name],
          ),
          weight: 0.42,
          fixes: [
            {
              title: 'Put them in order',
              language: 'pandas' as const,
              code: `df = df.sort_values(${name}, kind="stable")`,
            },
            {
              title: 'Put them in order',
              language: 'polars' as const,
              code: `df = df.sort(${name}, maintain_order=True)`,
            },
          ],
        },
      ]
    })
  },
}

/** Amounts that stand still although they move otherwise: a sensor that hangs. */
export const stuckValues: Rule = {
  id: 'stuck-value',
  title: 'Amounts that stand still for long',
  level: 'info',
  why: 'A sensor or a feed that hangs repeats its last value: what is learnt from these rows is that nothing happens.',
  source: 'own: flat lines; at least 20 rows alike where nine in ten rows differ from the one before',
  thresholds: { rows: 20, moves: 0.9 },
  check: (data, { rows: least = 20, moves = 0.9 }) => {
    if (isSampled(data) || data.sample.rows < 10 * least) return []
    if (!data.sample.columns.some((column) => timesWithHours(column, []) !== null)) return []
    return data.sample.columns.flatMap((column) => {
      if (!isNumeric(column) || column.name === data.target) return []
      let [run, longest, end, same, pairs] = [1, 1, 0, 0, 0]
      for (let row = 1; row < column.length; row++) {
        const [value, before] = [column.numbers[row] ?? NaN, column.numbers[row - 1] ?? NaN]
        if (!Number.isFinite(value) || !Number.isFinite(before)) {
          run = 1
          continue
        }
        pairs++
        run = value === before ? run + 1 : 1
        if (value === before) same++
        if (run > longest && value !== 0) [longest, end] = [run, row]
      }
      // What stands at the edge is a cap, not a sensor.
      const value = column.numbers[end] ?? NaN
      if (column.numbers.every((each) => !(each > value)) || column.numbers.every((each) => !(each < value)))
        return []
      // The long run itself does not count against the moving of the rest.
      if (longest < least || pairs === 0 || (same - longest) / pairs > 1 - moves) return []
      const from = end - longest + 1
      return [
        {
          where: { kind: 'columns' as const, columns: [column.name] },
          says: `${column.name} stands at ${String(column.numbers[end] ?? '')} for ${longest} rows, from row ${from}, and moves nearly everywhere else`,
          evidence: { rows: longest, from },
          example: exampleRows(
            data,
            [from - 1, from, end, end + 1].filter((row) => row >= 0 && row < column.length),
            [column.name],
            { others: 3 },
          ),
          weight: 0.45,
        },
      ]
    })
  },
}

/** Columns that together single persons out, though none of them is a name. */
export const quasiIdentifiers: Rule = {
  id: 'quasi-identifier',
  title: 'Columns that together single persons out',
  level: 'warn',
  why: 'Who knows these of somebody finds the row: leaving the name out does not make it anonymous.',
  source:
    'k-anonymity, Sweeney (2002): birth date, sex and postal code; a person is singled out where no other row is equal',
  thresholds: { share: 0.2, rows: 100 },
  check: (data, { share = 0.2, rows: least = 100 }) => {
    const { sample } = data
    if (sample.rows < least) return []
    const strong = sample.columns.filter(({ name }) =>
      /(^|[\W_])(dob|birth.?(date|day)|date.?of.?birth|zip|zip.?code|post(al)?.?code|plz)($|[\W_])/i.test(
        name,
      ),
    )
    const weak = sample.columns.filter(({ name }) =>
      /^(sex|gender|race|ethnicity|marital.?status|occupation|nationality)$/i.test(name),
    )
    if (strong.length === 0 || strong.length + weak.length < 2 || weak.length === 0) return []
    const used = [...strong, ...weak].slice(0, 4)
    const groups = new Map<string, number>()
    for (let row = 0; row < sample.rows; row++) {
      const key = used.map((column) => column.codes?.[row] ?? column.numbers?.[row] ?? '').join('|')
      groups.set(key, (groups.get(key) ?? 0) + 1)
    }
    const single = [...groups.values()].filter((count) => count === 1).length
    // Of a sample one cannot tell: the equal row may be outside.
    if (isSampled(data) || single < share * sample.rows) return []
    const names = used.map(({ name }) => name)
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `${listed(names)} together single out ${amount(single)} of ${plural(sample.rows, 'row')}: no other row is equal in them`,
        evidence: { rows: single, share: single / sample.rows },
        weight: 0.52,
        fixes: [
          {
            title: 'Count how many stand alone',
            language: 'pandas',
            code: `size = df.groupby([${names.map(pythonText).join(', ')}], dropna=False)[${pythonText(names[0] ?? '')}].transform("size")\nprint((size < 5).mean(), "of the rows are in groups of fewer than 5")`,
          },
        ],
      },
    ]
  },
}
