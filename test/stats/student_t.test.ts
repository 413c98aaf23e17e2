import assert from 'node:assert/strict'
import fc from 'fast-check'
import { meanInterval } from '../../shared/stats/mean_interval.ts'
import { studentTQuantile } from '../../shared/stats/student_t.ts'

const degrees = [1, 2, 3, 4, 9, 29, 99, 999, 1e6]

/** scipy.stats.t.ppf(p, df) of SciPy 1.17.1 for the degrees of freedom above. */
const scipy: readonly [number, readonly number[]][] = [
  [
    0.75,
    [
      1.0000000000000002, 0.8164965809277261, 0.7648923284043444, 0.7406970841126829, 0.7027221467513264,
      0.6830438608216131, 0.6769759855461531, 0.6747354103467192, 0.6744899955310875,
    ],
  ],
  [
    0.95,
    [
      6.313751514675037, 2.9199855803537242, 2.3533634348018233, 2.1318467863266495, 1.833112932656237,
      1.6991270265334972, 1.6603911560169906, 1.646380345427535, 1.6448551507220404,
    ],
  ],
  [
    0.975,
    [
      12.706204736174694, 4.302652729749462, 3.1824463052837078, 2.7764451051977934, 2.262157162798205,
      2.045229642132703, 1.9842169515864174, 1.9623414611334493, 1.959966356814107,
    ],
  ],
  [
    0.995,
    [
      63.656741162871526, 9.924843200918287, 5.840909309733355, 4.604094871349992, 3.249835541592126,
      2.756385903670605, 2.626405457280827, 2.5807596372676365, 2.5758342201053344,
    ],
  ],
]

describe('studentTQuantile()', () => {
  it('equals SciPy to eleven digits', () => {
    for (const [p, values] of scipy) {
      for (const [i, value] of values.entries()) {
        near(studentTQuantile(p, degrees[i] ?? NaN), value, 1e-11)
      }
    }
    near(studentTQuantile(0.025, 5), -2.5705818356363155, 1e-12)
    near(studentTQuantile(1e-12, 3), -10331.108244292487, 1e-10)
    near(studentTQuantile(0.975, 0.5), 164.55767348048818, 1e-10)
    assert.equal(studentTQuantile(0.5, 7), 0)
  })
  it('is odd around one half, and grows with p', () => {
    const shares = fc.double({ min: 1e-6, max: 0.5 - 1e-6, noNaN: true })
    fc.assert(
      fc.property(shares, fc.double({ min: 0.3, max: 1e5, noNaN: true }), (p, df) => {
        const below = studentTQuantile(p, df)
        near(studentTQuantile(1 - p, df), -below, 1e-8)
        assert.ok(studentTQuantile(p + 1e-6, df) > below)
      }),
    )
  })
  it('refuses what is no share, and what are no degrees of freedom', () => {
    for (const p of [0, 1, -1, NaN]) assert.throws(() => studentTQuantile(p, 3), RangeError)
    for (const df of [0, -1, NaN, Infinity]) assert.throws(() => studentTQuantile(0.9, df), RangeError)
  })
})

describe('meanInterval()', () => {
  it('equals scipy.stats.t.interval', () => {
    // scipy.stats.t.interval(0.95, 2, loc=2, scale=1 / sqrt(3)), of 1, 2, 3.
    const found = meanInterval({ n: 3, mean: 2, sd: 1 })
    near(found?.low ?? NaN, -0.48413771175032977, 1e-12)
    near(found?.high ?? NaN, 4.484137711750329, 1e-12)
  })
  it('has none for a single value', () => {
    assert.equal(meanInterval({ n: 1, mean: 2, sd: null }), null)
    assert.equal(meanInterval({ n: 0, mean: NaN, sd: null }), null)
  })
})

function near(found: number, expected: number, relative: number): void {
  assert.ok(
    Math.abs(found - expected) <= relative * Math.abs(expected),
    `${found} is not close to ${expected}`,
  )
}
