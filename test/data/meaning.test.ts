import assert from 'node:assert/strict'
import fc from 'fast-check'
import { columnFacts } from '../../shared/data/column_facts.ts'
import { columnMeaning, meaningOf } from '../../shared/data/meaning.ts'
import { meaningClasses } from '../../shared/data/meaning_class.ts'
import { packEnsemble, predictClasses, unpackEnsemble } from '../../shared/data/tree_ensemble.ts'
import { trainTrees, usualBoosting } from '../../bench/quality/boosting.ts'

const count = (rows: number, make: (row: number) => string): string[] =>
  Array.from({ length: rows }, (_, row) => make(row))

describe('column facts', () => {
  it('are counted as pandas and NumPy do', () => {
    const facts = columnFacts(['3', '1', null, '2', 'NA', '3', '3.0'], 'size')
    assert.deepEqual(facts, {
      name: 'size',
      total: 7,
      nulls: 2,
      distinct: 3,
      numbers: { mean: 2.4, deviation: 0.8, min: 1, max: 3 },
      samples: ['3', '1', '', '2', '3.0'],
    })
  })
  it('have no numbers where one value is none, and take truth values for 0 and 1', () => {
    assert.equal(columnFacts(['1', 'x'], 'a').numbers, undefined)
    assert.deepEqual(columnFacts(['True', 'False'], 'a').numbers, {
      mean: 0.5,
      deviation: 0.5,
      min: 0,
      max: 1,
    })
    assert.equal(columnFacts(['True', null], 'a').numbers, undefined)
    assert.deepEqual(columnFacts([], 'a'), { name: 'a', total: 0, nulls: 0, distinct: 0, samples: [] })
  })
})

describe('column meaning', () => {
  const rows = 400
  const columns: readonly [string, string, (row: number) => string][] = [
    ['numeric', 'body_height_cm', (row) => (150 + ((row * 7919) % 5003) / 100).toFixed(2)],
    ['categorical', 'gender', (row) => (row % 3 === 0 ? 'male' : 'female')],
    ['datetime', 'created_date', (row) => new Date(1.5e12 + row * 864e5).toISOString().slice(0, 10)],
    [
      'sentence',
      'review_text',
      (row) => `This is the ${row}th time that I have been to the shop, and it was as good as ever.`,
    ],
    ['url', 'website_url', (row) => `https://www.example.com/page/${row}`],
    ['embedded-number', 'price', (row) => `$${(10 + row * 1.7).toFixed(2)}`],
    ['not-generalizable', 'id', (row) => String(row + 1)],
  ]
  for (const [wanted, name, make] of columns) {
    it(`is ${wanted} for ${name}`, () => {
      const { class: found, probabilities } = meaningOf(count(rows, make), name)
      assert.equal(found, wanted, JSON.stringify(probabilities))
    })
  }

  it('is told without statistics too', () => {
    const facts = {
      name: 'created_date',
      total: NaN,
      nulls: NaN,
      distinct: NaN,
      samples: ['2020-01-02', '2020-01-03'],
    }
    assert.equal(columnMeaning(facts).class, 'datetime')
  })

  it('has tags by rule', () => {
    const tags = (name: string, make: (row: number) => string): string =>
      meaningOf(count(40, make), name).tags.join(' ')
    assert.equal(
      tags('mail', (row) => `a${row}@example.org`),
      'key e-mail',
    )
    assert.equal(
      tags('zip', (row) => String(10000 + (row % 9))),
      'postal code',
    )
    assert.equal(
      tags('flag', (row) => String(row % 2)),
      'boolean',
    )
    assert.equal(
      tags('x', () => '7'),
      'constant',
    )
  })

  it('is given for any column, with probabilities that sum to 1', () => {
    const values = fc.array(fc.oneof(fc.constant(null), fc.string(), fc.double().map(String)))
    fc.assert(
      fc.property(values, fc.string(), (cells, name) => {
        const { probabilities } = meaningOf(cells, name)
        assert.equal(probabilities.length, meaningClasses.length)
        assert.ok(Math.abs(probabilities.reduce((sum, one) => sum + one, 0) - 1) < 1e-9)
      }),
      { numRuns: 60 },
    )
  })
})

describe('boosted trees', () => {
  it('learn, and are the same after they were packed as text', () => {
    const random = fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), { numRuns: 600, seed: 5 })
    const a = Float64Array.from(random.slice(0, 300))
    const b = Float64Array.from(random.slice(300), (value) => (value < 0.1 ? NaN : value))
    const labels = Uint8Array.from(a, (value, row) => (value > 0.5 ? 1 : 0) + (Number.isNaN(b[row]!) ? 1 : 0))
    const trees = trainTrees({ rows: 300, columns: [a, b] }, labels, 3, {
      ...usualBoosting,
      rounds: 20,
      features: 1,
    })
    const again = unpackEnsemble(packEnsemble(trees))
    let right = 0
    labels.forEach((label, row) => {
      const given = predictClasses(trees, [a[row]!, b[row]!])
      assert.deepEqual(predictClasses(again, [a[row]!, b[row]!]), given)
      right += Number(given.indexOf(Math.max(...given)) === label)
    })
    assert.ok(right >= 297, String(right))
    assert.throws(() => unpackEnsemble('AAAA'), RangeError)
  })
})
