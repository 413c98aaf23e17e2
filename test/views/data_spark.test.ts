import assert from 'node:assert/strict'
import type { ColumnProfile } from '../../shared/api/data_methods.ts'
import { profileTable } from '../../shared/data/summary.ts'
import { numberColumn } from '../../shared/data/column.ts'
import { describeMeaning } from '../../shared/base/meaning_text.ts'
import { barsOf, columnFacts, sparkText } from '../../shared/views/data_spark.ts'

function profile(values: readonly number[]): ColumnProfile {
  const column = numberColumn('a', 'integer', Float64Array.from(values))
  const [found] = profileTable({ columns: [column], rows: values.length }).columns
  assert.ok(found)
  return found
}

describe('a column in one line', () => {
  it('is a bar for each value of few, and a histogram of many', () => {
    const few = barsOf(profile([1, 1, 1, 2]))
    assert.deepEqual(
      [few.kind, few.bars.map(({ label, count }) => [label, count])],
      [
        'values',
        [
          ['1', 3],
          ['2', 1],
        ],
      ],
    )
    assert.equal(barsOf(profile(Array.from({ length: 100 }, (_, i) => i))).kind, 'histogram')
  })
  it('is the height of the bars by the root of their counts', () => {
    // √(1/100) of seven steps is less than one: it is drawn as one, so that it can be seen.
    const values = [...Array.from({ length: 100 }, () => 1), 2]
    assert.equal(sparkText(profile(values)), '█▂')
    assert.equal(sparkText(profile([1, 1])), '')
  })
  it('says what is missing and how many are different', () => {
    assert.deepEqual(columnFacts(profile([1, 2, 3, 4])), [
      ...['none missing', '4 different', 'mean 2.5', 'median 2.5'],
    ])
  })
  it('says what it means where that is fairly sure', () => {
    const of = (meaning: ColumnProfile['meaning']): string => describeMeaning(meaning)
    assert.equal(of({ class: 'categorical', probability: 0.9, tags: [] }), 'categorical')
    assert.equal(of({ class: 'categorical', probability: 0.4, tags: [] }), '')
    assert.equal(of({ class: 'not-generalizable', probability: 0.9, tags: ['key'] }), 'a key')
    assert.equal(of(null), '')
  })
})
