import assert from 'node:assert/strict'
import { seedRandom } from '../../shared/base/random.ts'
import { growForest } from '../../shared/tuning/forest.ts'

const random = seedRandom(3)
const place = (...numbers: number[]): Float64Array => Float64Array.from(numbers)

describe('a forest of extremely randomised trees', () => {
  it('gives what it saw where it saw it, almost surely, and something between elsewhere', () => {
    const places = Array.from({ length: 40 }, () => place(random.next(), random.next()))
    const values = places.map(([x = 0, y = 0]) => x + 2 * y)
    const at = growForest({ places, values, nominal: [false, false] }, seedRandom(1))
    const misses = places.map((own, index) => Math.abs(at(own).mean - (values[index] ?? NaN)))
    assert.ok(
      misses.reduce((sum, miss) => sum + miss, 0) / misses.length < 0.05,
      'two rows may stay in a leaf',
    )
    for (let look = 0; look < 100; look++) {
      const { mean, variance } = at(place(random.next(), random.next()))
      assert.ok(mean >= Math.min(...values) && mean <= Math.max(...values) && variance > 0)
    }
  })
  it('rises smoothly along a slope, and is less certain between what it saw than beside it', () => {
    const places = [0.1, 0.3, 0.7, 0.9].map((x) => place(x))
    const at = growForest({ places, values: [1, 3, 7, 9], nominal: [false] }, seedRandom(2))
    const means = [0.3, 0.4, 0.5, 0.6, 0.7].map((x) => at(place(x)).mean)
    assert.deepEqual(
      means,
      means.toSorted((a, b) => a - b),
    )
    assert.ok((means[2] ?? 0) > (means[0] ?? 0) && (means[2] ?? 0) < (means[4] ?? 0))
    assert.ok(at(place(0.5)).variance > at(place(0.1)).variance)
  })
  it('knows no order among choices, and takes what is not there for something of its own', () => {
    const places = [0, 1, 2, 0, 1, 2, NaN, NaN].map((kind) => place(kind))
    const values = [5, 1, 5, 5, 1, 5, 9, 9]
    const at = growForest({ places, values, nominal: [true] }, seedRandom(4))
    assert.ok(at(place(1)).mean < 2)
    assert.ok(at(place(0)).mean > 4)
    const ordered = growForest(
      { places: places.map(([x = 0]) => place(x, Number.isNaN(x) ? 0 : 1)), values, nominal: [true, false] },
      seedRandom(4),
    )
    assert.ok(ordered(place(NaN, 0)).mean > 7)
  })
})
