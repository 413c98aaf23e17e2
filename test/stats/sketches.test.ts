import assert from 'node:assert/strict'
import fc from 'fast-check'
import { DistinctSketch } from '../../shared/stats/distinct_sketch.ts'
import { hashNumber, hashText } from '../../shared/stats/hash.ts'
import { HeavyHitters } from '../../shared/stats/heavy_hitters.ts'
import {
  mergeMoments,
  momentsOf,
  sampleDeviation,
  sampleKurtosis,
  sampleSkewness,
} from '../../shared/stats/moments.ts'
import { QuantileSketch } from '../../shared/stats/quantile_sketch.ts'

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 200 })

describe('momentsOf()', () => {
  it('equals pandas on a worked example', () => {
    // pandas.Series([1, 2, 3, 4, 10]): std 3.535533905932738, skew 1.6970562748477143, kurt 3.152
    const moments = momentsOf(Float64Array.of(1, 2, 3, 4, 10))
    assert.equal(moments.mean, 4)
    near(sampleDeviation(moments), 3.5355339059327378)
    near(sampleSkewness(moments), 1.6970562748477143)
    near(sampleKurtosis(moments), 3.152)
  })
  it('is the same for parts merged as for the whole', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const merged = mergeMoments(momentsOf(Float64Array.from(a)), momentsOf(Float64Array.from(b)))
        const whole = momentsOf(Float64Array.from([...a, ...b]))
        assert.equal(merged.count, whole.count)
        for (const key of ['mean', 'm2', 'm3', 'm4'] as const) {
          const power = { mean: 1, m2: 2, m3: 3, m4: 4 }[key]
          const scale = Math.max(1, ...[...a, ...b].map(Math.abs)) ** power * Math.max(1, whole.count)
          assert.ok(Math.abs(merged[key] - whole[key]) <= 1e-9 * scale, `${key} ${merged[key]} ${whole[key]}`)
        }
      }),
    )
  })
  it('keeps its digits far from zero', () => {
    // The variance of 4, 7, 13, 16 is 30, wherever they stand.
    near(sampleDeviation(momentsOf(Float64Array.of(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16))) ** 2, 30)
  })
})

describe('QuantileSketch', () => {
  it('has NumPy’s quantiles while it is exact, whatever the order and parts', () => {
    fc.assert(
      fc.property(numbers, numbers, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, share) => {
        const whole = new QuantileSketch()
        whole.add(Float64Array.from([...b, ...a]))
        const merged = new QuantileSketch()
        const other = new QuantileSketch()
        merged.add(Float64Array.from(a))
        other.add(Float64Array.from(b))
        merged.merge(other)
        assert.equal(merged.quantile(share), whole.quantile(share))
      }),
    )
    const sketch = new QuantileSketch()
    sketch.add(Float64Array.of(4, 1, 3, 2))
    // numpy.quantile([1, 2, 3, 4], [.25, .5, .9]) is [1.75, 2.5, 3.7]
    near(sketch.quantile(0.25), 1.75)
    near(sketch.quantile(0.5), 2.5)
    near(sketch.quantile(0.9), 3.7)
  })
  it('stays within its stated error on a million values', () => {
    const n = 1_000_000
    const values = Float64Array.from({ length: n }, (_, i) => (i * 7919) % n)
    const parts = [new QuantileSketch(), new QuantileSketch()]
    parts[0]!.add(values, 0, n / 3)
    parts[1]!.add(values, n / 3)
    parts[0]!.merge(parts[1]!)
    const sketch = parts[0]!
    assert.ok(sketch.rankError > 0 && sketch.rankError < 0.001)
    for (const share of [0.001, 0.01, 0.25, 0.5, 0.75, 0.99]) {
      assert.ok(Math.abs(sketch.quantile(share) / n - share) <= sketch.rankError + 1 / n, String(share))
    }
    assert.ok(Math.abs(sketch.countBelow(n / 2) / n - 0.5) <= sketch.rankError + 1 / n)
  })
  it('is empty without values', () => assert.ok(Number.isNaN(new QuantileSketch().quantile(0.5))))
})

describe('DistinctSketch', () => {
  it('stays within four standard errors, for numbers and texts, also merged', () => {
    for (const n of [10, 1000, 50_000, 400_000]) {
      const [a, b] = [new DistinctSketch(), new DistinctSketch()]
      for (let i = 0; i < n; i++) {
        const into = i % 2 === 0 ? a : b
        if (n > 1000) into.add(hashNumber(i / 3, 1), hashNumber(i / 3, 2))
        else into.add(hashText(`v${i}`, 1), hashText(`v${i}`, 2))
        if (i % 5 === 0) b.add(hashNumber(0, 1), hashNumber(0, 2))
      }
      a.merge(b)
      assert.ok(Math.abs(a.estimate() - n) <= 1 + 4 * DistinctSketch.error * n, `${n}: ${a.estimate()}`)
    }
  })
})

describe('HeavyHitters', () => {
  it('never counts a value too low, and says by how much it may be too high', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(30), { maxLength: 400 }),
        fc.array(fc.nat(30), { maxLength: 400 }),
        (a, b) => {
          const [left, right] = [new HeavyHitters<number>(8), new HeavyHitters<number>(8)]
          for (const value of a) left.add(value)
          for (const value of b) right.add(value)
          left.merge(right)
          const all = [...a, ...b]
          for (const { value, count, over } of left.top(100)) {
            const real = all.filter((each) => each === value).length
            assert.ok(count >= real && count - over <= real, `${value}: ${count} - ${over}, really ${real}`)
          }
          const kept = new Set(left.top(100).map(({ value }) => value))
          for (const value of new Set(all))
            if (all.filter((each) => each === value).length > all.length / 4) assert.ok(kept.has(value))
        },
      ),
    )
  })
})

function near(actual: number, expected: number): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${actual}, not ${expected}`,
  )
}
