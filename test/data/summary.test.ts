import assert from 'node:assert/strict'
import fc from 'fast-check'
import { loadChunks } from '../../shared/data/chunks.ts'
import { type Column, makeTable, numberColumn, textColumn } from '../../shared/data/column.ts'
import { patternOf } from '../../shared/data/pattern.ts'
import { type ColumnProfile } from '../../shared/data/profile.ts'
import { ColumnSummary, profileColumn, profileTable } from '../../shared/data/summary.ts'

const cell = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.double({ min: -1e5, max: 1e5, noNaN: true }).map((x) => Math.round(x * 1e4) / 1e4 + 0),
  },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, null) },
)
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('a', 'b', '', ' ', null))

describe('ColumnSummary', () => {
  it('tells the same of merged parts of numbers as of the whole', () => {
    fc.assert(fc.property(fc.array(cell), fc.array(cell), (a, b) => sameMerged(a, b, numbersOf)))
  })
  it('tells the same of merged parts of texts as of the whole', () => {
    fc.assert(
      fc.property(fc.array(text), fc.array(text), (a, b) => sameMerged(a, b, (t) => textColumn('c', t))),
    )
  })
  it('counts nulls, NaN and infinities apart', () => {
    const { numbers, nulls } = profileColumn(numbersOf([1, null, NaN, Infinity, 0, -2.5]))
    assert.equal(nulls, 1)
    assert.ok(numbers !== null)
    const { finite, nans, infinities, zeros, negatives, wholes } = numbers
    assert.deepEqual(
      { finite, nans, infinities, zeros, negatives, wholes },
      {
        finite: 3,
        nans: 1,
        infinities: 1,
        zeros: 1,
        negatives: 1,
        wholes: 2,
      },
    )
    assert.equal(numbers.mean, -0.5)
  })
  it('is defined for no rows and for one', () => {
    const none = profileColumn(numbersOf([]))
    assert.equal(none.distinct, 0)
    assert.ok(Number.isNaN(none.numbers?.mean))
    const one = profileColumn(numbersOf([7]))
    assert.equal(one.numbers?.quantiles[4], 7)
    assert.ok(Number.isNaN(one.numbers.deviation))
    assert.deepEqual(profileTable(makeTable([])), { rows: 0, columns: [] })
  })
  it('puts every finite value into the histogram', () => {
    fc.assert(
      fc.property(fc.array(cell), (cells) => {
        const numbers = profileColumn(numbersOf(cells)).numbers
        const counted = numbers?.histogram.counts.reduce((sum, count) => sum + count, 0)
        assert.equal(counted, numbers?.finite)
        assert.ok((numbers?.histogram.counts.length ?? 0) <= 40)
      }),
    )
  })
  it('counts more values than it can keep within the stated error', () => {
    const many = Float64Array.from({ length: 300_000 }, (_, i) => i % 200_000)
    const { distinct, distinctError } = profileColumn(numberColumn('n', 'integer', many))
    assert.ok(distinctError > 0 && Math.abs(distinct / 200_000 - 1) < 4 * distinctError)
  })
})

describe('loadChunks()', () => {
  it('makes one table of many, with the same profile', () => {
    const parts = [numbersOf([1, 2, null]), numbersOf([4]), numbersOf([])].map((column) =>
      makeTable([column]),
    )
    const data = loadChunks({ name: 't', rows: 4, chunks: parts, notes: [] }, 10)
    assert.equal(data.profile.columns.length, 1)
    sameProfile(data.profile.columns[0]!, profileColumn(numbersOf([1, 2, null, 4])))
    assert.equal(data.rowNumbers, null)
    assert.deepEqual(data.sample.columns[0]?.numbers, Float64Array.of(1, 2, NaN, 4))
  })
  it('keeps rows at even distances of what is too much', () => {
    const chunks = [makeTable([numbersOf([0, 1, 2, 3])]), makeTable([numbersOf([4, 5, 6, 7])])]
    const data = loadChunks({ name: 't', rows: 8, chunks, notes: [] }, 3)
    assert.deepEqual([...(data.rowNumbers ?? [])], [0, 3, 6])
    assert.deepEqual([...(data.sample.columns[0]?.numbers ?? [])], [0, 3, 6])
    assert.equal(data.profile.rows, 8)
  })
})

describe('patternOf()', () => {
  for (const [given, pattern] of [
    ['12-04-2021', '99-99-9+'],
    ['Ab 1', 'Aa 9'],
    ['', ''],
    ['Ünal', 'Aaaa'],
    ['?', '?'],
  ] as const) {
    it(`of ${given} is ${pattern}`, () => assert.equal(patternOf(given), pattern))
  }
})

function numbersOf(cells: readonly (number | null)[]): Column {
  return numberColumn(
    'c',
    'number',
    Float64Array.from(cells, (value) => value ?? NaN),
    {
      missing: Uint8Array.from(cells, (value) => (value === null ? 1 : 0)),
    },
  )
}

function sameMerged<T>(a: readonly T[], b: readonly T[], make: (cells: readonly T[]) => Column): void {
  const whole = profileColumn(make([...a, ...b]))
  const [left, right] = [a, b].map((part, i) => {
    const column = make(part)
    const summary = new ColumnSummary('c', column.kind, column.type)
    summary.add(column, i === 0 ? 0 : a.length)
    return summary
  })
  right!.merge(left!)
  sameProfile(right!.profile(), whole)
}

/** The same, but for the last digits of sums, which differ by the order of adding. */
function sameProfile(one: ColumnProfile, other: ColumnProfile): void {
  assert.deepEqual(withoutSums(one), withoutSums(other))
  if (one.texts !== null && other.texts !== null) near(one.texts.meanLength, other.texts.meanLength, 1e-9)
  if (one.numbers === null || other.numbers === null) return
  const scale = Math.max(1, ...other.numbers.quantiles.filter(Number.isFinite).map(Math.abs))
  near(one.numbers.mean, other.numbers.mean, scale * 1e-8)
  near(one.numbers.deviation, other.numbers.deviation, scale * 1e-8)
  if (other.numbers.deviation < scale * 1e-6) return
  near(one.numbers.skewness, other.numbers.skewness, 1e-5)
  near(one.numbers.kurtosis, other.numbers.kurtosis, 1e-4)
}

function near(one: number, other: number, within: number): void {
  if (Object.is(one, other)) return
  assert.ok(Math.abs(one - other) <= within, `${one} is not ${other}`)
}

function withoutSums({ numbers, texts, ...rest }: ColumnProfile): unknown {
  const sums = { mean: 0, deviation: 0, skewness: 0, kurtosis: 0 }
  return {
    ...rest,
    numbers: numbers === null ? null : { ...numbers, ...sums },
    texts: texts === null ? null : { ...texts, meanLength: 0 },
  }
}
