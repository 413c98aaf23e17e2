import assert from 'node:assert/strict'
import { answerOf, weighEvidence } from '../../shared/monitor/drift_calibrated.ts'
import { cellRandom, drawPair, driftlessKinds, sampleSizes, type DriftlessKind } from './false_alarm.ts'

const repetitions = 400
/** At a rate of 5 %, 33 or more of 400 happen in one cell of a thousand; measured with 8,000 it is 2.8 to 4.6 %. */
const mostAlarms = 32

describe('weighEvidence()', () => {
  for (const kind of driftlessKinds) {
    it(`calls at most one in twenty columns of "${kind}" drift where nothing has changed`, function () {
      this.timeout(60_000)
      for (const sizes of sampleSizes.slice(0, 4)) {
        const alarms = countDrift(kind, sizes, 0)
        assert.ok(alarms <= mostAlarms, `${sizes.join('/')}: ${alarms} of ${repetitions}`)
      }
    })
  }
  it('finds a shift of a fifth of a standard deviation where a test can', function () {
    this.timeout(60_000)
    // The z-test, which knows all but the shift, has a power of 0.99 at these sizes.
    assert.ok(countDrift('normal', [1001, 1001], 0.2) >= 0.95 * repetitions)
  })
  it('has nothing to say of an empty side', () => {
    const none = { sorted: new Float64Array(0), rows: 3, missing: 3 }
    const some = { sorted: Float64Array.of(1, 2), rows: 2, missing: 0 }
    assert.equal(weighEvidence({ kind: 'numeric', name: 'x', reference: none, current: some }), null)
  })
  it('finds no change in a constant', () => {
    const same = { sorted: new Float64Array(50).fill(3), rows: 50, missing: 0 }
    const evidence = weighEvidence({ kind: 'numeric', name: 'x', reference: same, current: same })
    assert.equal(evidence?.effect, 0)
    assert.equal(answerOf(evidence), 'no')
  })
  it('is sure of a category that took over', () => {
    const side = (a: number, b: number) => ({ counts: Float64Array.of(a, b), rows: a + b, missing: 0 })
    const evidence = weighEvidence({
      kind: 'categorical',
      name: 'x',
      labels: ['a', 'b'],
      reference: side(90, 10),
      current: side(10, 90),
    })
    assert.ok(evidence !== null && evidence.pValue < 1e-20)
    assert.equal(answerOf(evidence), 'drift')
  })
})

function countDrift(kind: DriftlessKind, sizes: readonly [number, number], shift: number): number {
  const random = cellRandom(kind, sizes)
  let drifted = 0
  for (let i = 0; i < repetitions; i++) {
    const evidence = weighEvidence(drawPair(kind, sizes, random, shift))
    if (evidence !== null && answerOf(evidence) === 'drift') drifted++
  }
  return drifted
}
