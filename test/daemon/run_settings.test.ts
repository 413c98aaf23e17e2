import assert from 'node:assert/strict'
import { parseRunSettings } from '../../shared/daemon/run_settings.ts'

describe('the part "runs" of daybook.yaml', () => {
  it('has baselines and no price where nothing is said', () => {
    for (const text of ['', 'lint: {onRun: false}', 'runs:']) {
      assert.deepEqual(parseRunSettings(text), { baselines: true, pricePerHour: null })
    }
    const text = 'runs: {baselines: false, price_per_hour: 2.5}'
    assert.deepEqual(parseRunSettings(text), { baselines: false, pricePerHour: 2.5 })
  })
  it('says what is wrong, and where', () => {
    assert.throws(
      () => parseRunSettings('runs: {price_per_hour: -1}'),
      /daybook\.yaml, runs\.price_per_hour: /,
    )
    assert.throws(() => parseRunSettings('runs: {baseline: true}'), /daybook\.yaml, runs: /)
    assert.throws(() => parseRunSettings('runs: ['), /daybook\.yaml cannot be read: /)
  })
})
