import assert from 'node:assert/strict'
import fc from 'fast-check'
import { seedRandom } from '../../shared/base/random.ts'
import { makeTable, numberColumn, textColumn, type Column } from '../../shared/data/column.ts'
import { compareTables, type DriftOptions } from '../../shared/monitor/drift.ts'
import { drawDriftPage } from '../../shared/monitor/drift_page.ts'
import type { ColumnDrift, DriftReport } from '../../shared/monitor/drift_report.ts'

const random = seedRandom('drift')

describe('compareTables()', () => {
  it('finds nothing where nothing changed, and says so', () => {
    const side = (): Column[] => [numbers('x', 800, () => random.normal()), texts('c', 800, ['a', 'b', 'c'])]
    const report = compare(side(), side())
    assert.equal(report.drifted, 0)
    assert.equal(report.says, 'None of the 2 columns has changed.')
  })
  it('puts what changed most first, with both means in the sentence', () => {
    const side = (by: number): Column[] => [
      numbers('still', 800, () => random.normal()),
      numbers('little', 800, () => random.normal() + by / 4),
      numbers('much', 800, () => random.normal() + by),
    ]
    const report = compare(side(0), side(2))
    assert.deepEqual(
      report.columns.map(({ name, answer }) => [name, answer]),
      [
        ['much', 'drift'],
        ['little', 'drift'],
        ['still', 'no'],
      ],
    )
    assert.match(report.columns[0]?.says ?? '', /^Much higher: the mean goes from -?0\.\d+ to [12]\.\d+/)
  })
  it('names categories that are new, that are gone, and values that are missing', () => {
    const before = [texts('job', 600, ['clerk', 'farmer']), numbers('age', 600, () => random.normal())]
    const now = [
      texts('job', 600, ['clerk', 'pilot']),
      numbers('age', 600, (i) => (i % 4 === 0 ? NaN : random.normal())),
    ]
    const report = compare(before, now)
    const job = columnOf(report, 'job')
    assert.deepEqual(
      job.breaks.map(({ kind }) => kind),
      ['new-categories', 'gone-categories'],
    )
    assert.match(
      job.says,
      /^'pilot' is new: \d\d % of the rows; 'farmer' no longer occurs, before in \d\d % of the rows\.$/,
    )
    assert.match(columnOf(report, 'age').says, /[Mm]issing in 25 % of the rows, before in 0 %/)
  })
  it('tells columns that are gone, new or of another kind', () => {
    const report = compare(
      [numbers('a', 50, () => random.normal()), texts('b', 50, ['x', 'y']), texts('d', 50, ['x'])],
      [texts('a', 50, ['u', 'v']), numbers('c', 50, () => random.normal()), texts('d', 50, ['x'])],
    )
    assert.deepEqual(
      report.schema.map(({ column, kind }) => [column, kind]),
      [
        ['a', 'other-kind'],
        ['b', 'gone'],
        ['c', 'new'],
      ],
    )
    assert.equal(columnOf(report, 'a').answer, 'untested')
  })
  it('does not take rows of one day for witnesses of their own', () => {
    // 40 days on each side, 50 rows a day; only the day's level is random, so that there is no drift.
    const side = (first: number): Column[] => {
      const levels = Array.from({ length: 40 }, () => random.normal())
      const day = Float64Array.from({ length: 2000 }, (_, i) => (first + Math.floor(i / 50)) * 86_400_000 + i)
      return [
        numbers('x', 2000, (i) => (levels[Math.floor(i / 50)] ?? 0) + 0.1 * random.normal()),
        numberColumn('day', 'timestamp', day),
      ]
    }
    let [withRows, withDays] = [0, 0]
    for (let i = 0; i < 20; i++) {
      const [before, now] = [side(0), side(100)]
      if (columnOf(compare(before, now), 'x').answer === 'drift') withRows++
      if (columnOf(compare(before, now, { block: 'day' }), 'x').answer === 'drift') withDays++
    }
    assert.ok(withRows >= 15, `rows: ${withRows} of 20`)
    assert.ok(withDays <= 3, `days: ${withDays} of 20`)
  })
  it('finds with blocks what really changed', () => {
    const side = (by: number): Column[] => [
      numbers('x', 2000, (i) => random.normal() + by + Math.sin(i / 50)),
      numberColumn(
        'day',
        'date',
        Float64Array.from({ length: 2000 }, (_, i) => Math.floor(i / 50) * 86_400_000),
      ),
    ]
    assert.equal(columnOf(compare(side(0), side(0.5), { block: 'day' }), 'x').answer, 'drift')
  })
  it('corrects for the number of columns', () => {
    const side = (): Column[] =>
      Array.from({ length: 60 }, (_, i) => numbers(`x${i}`, 300, () => random.normal()))
    assert.equal(compare(side(), side()).drifted, 0)
  })
  it('gives an answer for any two columns, empty ones too, and a page without a hole', () => {
    const value = fc.oneof(fc.constant(null), fc.double(), fc.string(), fc.integer({ min: 0, max: 3 }))
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), fc.array(value, { maxLength: 40 }), (before, now) => {
        for (const profile of ['daybook', 'evidently', 'nannyml'] as const) {
          const report = compare(anyColumns(before), anyColumns(now), { profile })
          assert.equal(report.columns.length, 2)
          assert.doesNotMatch(drawDriftPage(report), /NaN|undefined/)
        }
      }),
      { numRuns: 60 },
    )
  })
  it('shows names and values as text, whatever they hold', () => {
    const evil = '<img src=x onerror=alert(1)>'
    const page = drawDriftPage(compare([texts(evil, 80, ['a', evil])], [texts(evil, 80, ['b', evil])]))
    assert.ok(!page.includes('<img'))
  })
})

function compare(before: Column[], now: Column[], options: DriftOptions = {}): DriftReport {
  return compareTables(
    { name: 'before', table: makeTable(before) },
    { name: 'now', table: makeTable(now) },
    options,
  )
}

function numbers(name: string, rows: number, of: (row: number) => number): Column {
  const values = Float64Array.from({ length: rows }, (_, row) => of(row))
  return numberColumn(name, 'number', values, {
    missing: Uint8Array.from(values, (v) => (Number.isNaN(v) ? 1 : 0)),
  })
}

function texts(name: string, rows: number, of: readonly string[]): Column {
  return textColumn(
    name,
    Array.from({ length: rows }, () => of[random.below(of.length)] ?? null),
  )
}

function anyColumns(values: readonly (string | number | null)[]): Column[] {
  const asNumbers = values.map((value) => (typeof value === 'number' ? value : NaN))
  return [
    numbers('n', values.length, (row) => asNumbers[row] ?? NaN),
    textColumn(
      't',
      // A text may say NaN, and the page then does: only our own numbers must not.
      values.map((value) => (value === null ? null : `text ${Number.isNaN(value) ? 0 : value}`)),
    ),
  ]
}

function columnOf(report: DriftReport, name: string): ColumnDrift {
  const column = report.columns.find((one) => one.name === name)
  assert.ok(column !== undefined)
  return column
}
