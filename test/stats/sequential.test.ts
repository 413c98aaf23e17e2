import assert from 'node:assert/strict'
import { seedRandom } from '../../shared/base/random.ts'
import { mcnemar } from '../../shared/stats/mcnemar.ts'
import { leastCount, meanAtAnyTime, winsEvidence, winsNeeded } from '../../shared/stats/sequential.ts'

const streams = 1000
const level = 0.05
/** At a rate of 5 % more than 74 of 1000 happen once in two thousand. */
const mostErrors = 74

describe('mcnemar()', () => {
  // scipy.stats.binomtest(k, n).pvalue
  const cases: [number, number, number][] = [
    [0, 0, 1],
    [3, 3, 1],
    [0, 5, 0.0625],
    [10, 20, 0.09873714670538902],
    [218, 483, 5.8587614879963195e-24],
  ]
  for (const [first, second, pValue] of cases) {
    it(`gives the exact probability for ${first} against ${second}`, () => {
      assert.ok(Math.abs(mcnemar(first, second).pValue - pValue) <= 1e-9 * pValue + 1e-15)
    })
  }
})

describe('winsEvidence()', () => {
  it('is one half, and evidence against nothing, after one comparison', () => {
    // The integral of Jeffreys' density times p is 1/2, divided by 1/2.
    assert.ok(Math.abs(winsEvidence(1, 0).evidence - 1) < 1e-12)
    assert.ok(Math.abs(winsEvidence(0, 0).evidence - 1) < 1e-12)
  })
  it('convinces wrongly in at most one stream of twenty, though one looks after every answer', () => {
    const random = seedRandom('wins')
    let errors = 0
    for (let stream = 0; stream < streams; stream++) {
      const wins = [0, 0]
      for (let i = 0; i < 2000; i++) {
        const side = random.below(2)
        wins[side] = (wins[side] ?? 0) + 1
        if (winsEvidence(wins[0] ?? 0, wins[1] ?? 0).evidence < 1 / level) continue
        errors++
        break
      }
    }
    assert.ok(errors <= mostErrors, String(errors))
  })
  it('finds a real difference in about as many comparisons as winsNeeded() said', () => {
    const random = seedRandom('needed')
    const stops: number[] = []
    for (let stream = 0; stream < 200; stream++) {
      let [wins, losses] = [0, 0]
      while (winsEvidence(wins, losses).evidence < 1 / level) {
        if (random.next() < 0.65) wins++
        else losses++
      }
      stops.push(wins + losses)
    }
    stops.sort((a, b) => a - b)
    const promised = winsNeeded(13, 7, level) + 20
    const median = stops[100] ?? 0
    assert.ok(median > promised / 2 && median < promised * 2, `${median} against ${promised}`)
  })
  it('needs nothing more once it is convinced, and for ever if both are equal', () => {
    assert.equal(winsNeeded(60, 10, level), 0)
    assert.equal(winsNeeded(50, 50, level), Infinity)
  })
})

describe('meanAtAnyTime()', () => {
  it('leaves the true mean out in at most one stream of twenty, though one looks after every value', function () {
    this.timeout(30_000)
    const random = seedRandom('mean')
    let errors = 0
    for (let stream = 0; stream < streams; stream++) {
      const sums = { count: 0, sum: 0, squares: 0 }
      for (let i = 0; i < 2000; i++) {
        // Skewed, as differences of errors are: an exponential value less its mean.
        const value = -Math.log(1 - random.next()) - 1
        sums.count++
        sums.sum += value
        sums.squares += value * value
        const interval = meanAtAnyTime(sums, level)
        if (interval === null || (interval.low <= 0 && interval.high >= 0)) continue
        errors++
        break
      }
    }
    assert.ok(errors <= mostErrors, String(errors))
  })
  it('says nothing of a few values', () => {
    assert.equal(meanAtAnyTime({ count: leastCount - 1, sum: 1, squares: 1 }, level), null)
  })
  it('narrows with the root of the number of values', () => {
    const width = (count: number): number => {
      const interval = meanAtAnyTime({ count, sum: 0, squares: count }, level)
      return (interval?.high ?? NaN) - (interval?.low ?? NaN)
    }
    assert.ok(width(4000) < 0.6 * width(1000))
  })
})
