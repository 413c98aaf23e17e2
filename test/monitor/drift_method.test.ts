import assert from 'node:assert/strict'
import { driftMethods, scoreByMethod, type DriftMethod } from '../../shared/monitor/drift_method.ts'
import type { Pair } from '../../shared/monitor/sample.ts'
import { seedRandom } from '../../shared/base/random.ts'
import { andersonDarling } from '../../shared/stats/anderson_darling.ts'
import { cramerVonMises } from '../../shared/stats/cramer_von_mises.ts'

type Compared = Exclude<Pair, { kind: 'other' }>

describe('a drift method chosen by name', () => {
  const random = seedRandom('drift methods')
  const draw = (count: number, by: number): Float64Array =>
    Float64Array.from({ length: count }, () => random.normal() + by).sort()
  const numbers = (by: number): Compared => {
    const side = (sorted: Float64Array) => ({ sorted, rows: sorted.length, missing: 0 })
    return { kind: 'numeric', name: 'x', reference: side(draw(800, 0)), current: side(draw(600, by)) }
  }
  const counts = (reference: number[], current: number[]): Compared => {
    const side = (list: number[]) => ({
      counts: Float64Array.from(list),
      rows: list.reduce((sum, count) => sum + count, 0),
      missing: 0,
    })
    const labels = reference.map((_, i) => `label ${i}`)
    return { kind: 'categorical', name: 'c', labels, reference: side(reference), current: side(current) }
  }
  const score = (name: DriftMethod, pair: Compared, threshold: number | null = null) =>
    scoreByMethod({ name, threshold }, pair)

  const onNumbers = driftMethods.filter((name) => name !== 'z' && name !== 'chisquare')

  it('finds a shift of half a standard deviation, and none where there is none', () => {
    const [same, moved] = [numbers(0), numbers(0.5)]
    for (const name of onNumbers) {
      // Distances over thirty bins of 600 values are noisy: their usual thresholds are for larger samples.
      const threshold = name === 'total_variation' || name === 'kl_div' || name === 'psi' ? 0.12 : null
      assert.equal(score(name, moved, threshold)?.answer, 'drift', name)
      assert.equal(score(name, same, threshold)?.answer, 'no', name)
    }
  })

  it('gives the values of the tests it names', () => {
    const pair = numbers(0.1) as Extract<Compared, { kind: 'numeric' }>
    const [a, b] = [pair.reference.sorted, pair.current.sorted]
    assert.equal(score('anderson', pair)?.value, andersonDarling(a, b).pValue)
    assert.equal(score('cramer_von_mises', pair)?.value, cramerVonMises(a, b).pValue)
  })

  it('takes categories where it can', () => {
    const pair = counts([50, 50], [80, 20])
    assert.equal(score('total_variation', pair)?.value.toFixed(12), '0.300000000000')
    // 2x2 without Yates: (50*20 - 50*80)^2 * 200 / (130 * 70 * 100 * 100); z is its root.
    assert.equal(score('chisquare', pair)?.value.toPrecision(8), score('z', pair)?.value.toPrecision(8))
    assert.ok((score('chisquare', pair)?.value ?? 1) < 1e-4)
    assert.equal(score('z', counts([50, 30, 20], [20, 30, 50])), null)
    assert.equal(score('anderson', pair), null)
    assert.equal(score('chisquare', numbers(0)), null)
  })

  it('answers by the threshold that was asked for', () => {
    const pair = counts([50, 50], [80, 20])
    assert.equal(score('total_variation', pair, 0.31)?.answer, 'no')
    assert.equal(score('total_variation', pair, 0.29)?.answer, 'drift')
  })

  it('does not fall over a column of one value', () => {
    const side = (rows: number) => ({ sorted: new Float64Array(rows).fill(3), rows, missing: 0 })
    const pair: Compared = { kind: 'numeric', name: 'x', reference: side(30), current: side(20) }
    for (const name of onNumbers) assert.equal(score(name, pair)?.answer, 'no', name)
  })
})
