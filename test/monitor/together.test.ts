import assert from 'node:assert/strict'
import { seedRandom } from '../../shared/base/random.ts'
import { makeTable, numberColumn, type Table } from '../../shared/data/column.ts'
import { compareTogether } from '../../shared/monitor/together.ts'
import { discrepancy } from '../../shared/stats/mmd.ts'

const random = seedRandom('together test')
const none = { block: null, leaveOut: [] }

/** Two columns that go together by this much; each alone is always the same. */
function pair(rows: number, together: number): Table {
  const a = Float64Array.from({ length: rows }, () => random.normal())
  const b = a.map((value) => together * value + Math.sqrt(1 - together * together) * random.normal())
  return makeTable([numberColumn('a', 'number', a), numberColumn('b', 'number', b)])
}

describe('compareTogether()', function () {
  this.timeout(30_000)

  it('sees that columns no longer go together where each alone has not changed', () => {
    const found = compareTogether(pair(2000, 0.8), pair(2000, -0.2), none)
    assert.ok((found?.auc ?? 0) > 0.7 && (found?.pValue ?? 1) < 0.001)
    assert.ok((found?.mmdPValue ?? 1) <= 0.01)
  })
  it('raises no alarm in 20 comparisons of the same beyond what chance does', () => {
    const [trees, mmd] = [0, 0].map(() => [] as number[]) as [number[], number[]]
    for (let i = 0; i < 20; i++) {
      const found = compareTogether(pair(300, 0.5), pair(200, 0.5), none)
      trees.push(found?.pValue ?? 0)
      mmd.push(found?.mmdPValue ?? 0)
    }
    // With 20 tries and a level of 5 %, 5 or more alarms come once in 400 times.
    for (const pValues of [trees, mmd]) assert.ok(pValues.filter((p) => p <= 0.05).length < 5)
  })
  it('does not take rows of one day for witnesses of their own', () => {
    const byDays = (rows: number): Table => {
      const days = Float64Array.from({ length: rows }, (_, row) => Math.floor(row / 25))
      const moods = Array.from({ length: rows / 25 }, () => 3 * random.normal())
      const value = days.map((day) => (moods[day] ?? 0) + random.normal())
      return makeTable([
        numberColumn('a', 'number', value),
        numberColumn(
          'day',
          'date',
          days.map((day) => day * 86_400_000),
        ),
      ])
    }
    let alarms = 0
    for (let i = 0; i < 10; i++) {
      const found = compareTogether(byDays(500), byDays(250), { block: 'day', leaveOut: [] })
      if ((found?.pValue ?? 1) <= 0.05 || (found?.mmdPValue ?? 1) <= 0.05) alarms++
    }
    assert.ok(alarms <= 3, `${alarms} of 10`)
  })
})

describe('discrepancy()', () => {
  it('is the sum of the definition, worked out for four points', () => {
    const points = [0, 1, 3, 4].map((x) => Float64Array.of(x))
    const found = discrepancy(points, { first: 2, blocks: [0, 1, 2, 3] }, random)
    // Squared distances 1 | 9, 16, 4, 9 | 1; those that the median is taken of are those with (i + j) % 7 = 0: none,
    // so that the width is 1.
    const k = (square: number): number => Math.exp(-square)
    const expected = k(1) + k(1) - (2 * (k(9) + k(16) + k(4) + k(9))) / 4
    assert.ok(Math.abs(found.value - expected) < 1e-12)
  })
})
