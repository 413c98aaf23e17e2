import assert from 'node:assert/strict'
import { passGate, readLimit, type GateFacts } from '../../shared/governance/gate.ts'

describe('passGate()', () => {
  const column = { name: 'age', type: 'long', required: true }
  const facts: GateFacts = {
    metrics: { test_mae: 20.3 },
    inputs: { champion: [column, { ...column, name: 'hours' }], candidate: [column] },
    findings: [],
    shadow: { verdict: 'promote', says: 'Promote it.' },
  }
  const rules = { metrics: ['test_mae < 25'], findings: true, shadow: 'promote' as const }
  const closedBy = (change: Partial<GateFacts>, other: Partial<typeof rules> = {}): string[] =>
    passGate({ ...rules, ...other }, { ...facts, ...change })
      .checks.filter(({ holds }) => holds === false)
      .map(({ name }) => name)

  it('is open if everything holds', () => {
    const result = passGate(rules, facts)
    assert.ok(result.open)
    assert.deepEqual(
      result.checks.map(({ holds }) => holds),
      [true, true, true, true],
    )
  })
  it('is closed by each check of its own, with a sentence', () => {
    assert.deepEqual(closedBy({ metrics: { test_mae: 25 } }), ['metric'])
    assert.deepEqual(closedBy({ metrics: {} }), ['metric'])
    assert.deepEqual(closedBy({ findings: ['the answer is among the inputs'] }), ['findings'])
    assert.deepEqual(closedBy({ shadow: { verdict: 'more-data', says: '' } }), ['shadow'])
    const wide = { champion: [column], candidate: [column, { ...column, name: 'job' }] }
    assert.deepEqual(closedBy({ inputs: wide }), ['signature'])
    assert.match(passGate(rules, { ...facts, inputs: wide }).says, /closed: It wants columns.*job/)
    const typed = { champion: [column], candidate: [{ ...column, type: 'string' }] }
    assert.deepEqual(closedBy({ inputs: typed }), ['signature'])
    const optional = {
      champion: [column],
      candidate: [column, { name: 'job', type: 'string', required: false }],
    }
    assert.deepEqual(closedBy({ inputs: optional }), [])
  })
  it('is not closed by what nobody can tell, unless a verdict is asked for', () => {
    assert.deepEqual(closedBy({ inputs: { champion: null, candidate: null }, findings: null }), [])
    assert.deepEqual(closedBy({ shadow: null }), ['shadow'])
    for (const shadow of [null, { verdict: 'no-labels' as const, says: '' }])
      assert.ok(passGate({ ...rules, shadow: 'not-worse' }, { ...facts, shadow }).open)
    const worse = { verdict: 'keep' as const, says: 'Keep the champion.' }
    assert.equal(passGate({ ...rules, shadow: 'not-worse' }, { ...facts, shadow: worse }).open, false)
    assert.ok(passGate({ ...rules, shadow: 'off' }, { ...facts, shadow: worse }).open)
  })
  it('reads limits of every kind', () => {
    assert.deepEqual(readLimit('val/auc >= 0.9'), { metric: 'val/auc', sign: '>=', limit: 0.9 })
    assert.throws(() => readLimit('auc = 1'), RangeError)
  })
})
