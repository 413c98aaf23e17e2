import assert from 'node:assert/strict'
import { proportionDifference } from '../../shared/stats/proportion_difference.ts'

describe('proportionDifference()', () => {
  it("equals Newcombe's own examples", () => {
    // Newcombe (1998), table II, method 10, to four digits, and statsmodels' confint_proportions_2indep: 56/70 - 48/80, 9/10 - 3/10, 6/7 - 2/7, 5/56 - 0/29.
    const examples = [
      [56, 70, 48, 80, 0.0524, 0.3339],
      [9, 10, 3, 10, 0.1705, 0.809],
      [6, 7, 2, 7, 0.0582, 0.8062],
      [5, 56, 0, 29, -0.0381, 0.1926],
      [10, 10, 0, 10, 0.6075, 1],
    ] as const
    for (const [x, m, y, n, low, high] of examples) {
      const found = proportionDifference({ share: x / m, total: m }, { share: y / n, total: n })
      assert.ok(found !== null && Math.abs(found.low - low) < 6e-5, `${x}/${m}: ${found?.low}`)
      assert.ok(Math.abs(found.high - high) < 6e-5, `${x}/${m}: ${found.high}`)
    }
  })
  it('knows nothing of no cases', () => {
    assert.equal(proportionDifference({ share: 0, total: 0 }, { share: 1, total: 9 }), null)
  })
})
