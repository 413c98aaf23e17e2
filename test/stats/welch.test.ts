import assert from 'node:assert/strict'
import { differenceInterval } from '../../shared/stats/welch.ts'

describe('differenceInterval()', () => {
  it("equals SciPy's interval of Welch's test", () => {
    // scipy 1.17.1: ttest_ind([0.871, 0.876, 0.869, 0.880], [0.856, 0.859, 0.851], equal_var=False)
    // .confidence_interval(0.95)
    const a = { n: 4, mean: 0.8739999999999999, sd: 0.004966554808583784 }
    const b = { n: 3, mean: 0.8553333333333333, sd: 0.004041451884327384 }
    const found = differenceInterval(a, b)
    assert.ok(found !== null)
    assert.ok(Math.abs(found.difference - 0.01866666666666661) < 1e-15)
    assert.ok(Math.abs(found.low - 0.009855019344578851) < 1e-12)
    assert.ok(Math.abs(found.high - 0.027478313988754367) < 1e-12)
  })
  it('knows nothing of single values, and no doubt where there is no spread', () => {
    assert.equal(differenceInterval({ n: 1, mean: 1, sd: null }, { n: 9, mean: 1, sd: 1 }), null)
    assert.deepEqual(differenceInterval({ n: 2, mean: 3, sd: 0 }, { n: 2, mean: 1, sd: 0 }), {
      difference: 2,
      low: 2,
      high: 2,
    })
  })
})
