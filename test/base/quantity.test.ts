import assert from 'node:assert/strict'
import { formatBytes, formatDuration, formatLatency, formatNumber } from '../../shared/base/quantity.ts'

describe('formatDuration()', () => {
  const cases: [number, string][] = [
    [0, '0 ms'],
    [34.4, '34 ms'],
    [400, '0.4 s'],
    [9_940, '9.9 s'],
    [12_400, '12 s'],
    [59_700, '1 min 0 s'],
    [239_700, '4 min 0 s'],
    [3_599_600, '1 h 0 min'],
    [2 * 86_400_000, '2 d'],
  ]
  for (const [ms, text] of cases)
    it(`writes ${ms} ms as ${text}`, () => assert.equal(formatDuration(ms), text))
})

describe('formatLatency()', () => {
  it('writes milliseconds below a second', () => {
    assert.deepEqual([0.42, 3.93, 240.4, 1200].map(formatLatency), ['0.4 ms', '3.9 ms', '240 ms', '1.2 s'])
  })
})

describe('formatBytes() and formatNumber()', () => {
  it('write sizes in steps of a thousand, and numbers with four digits that count', () => {
    assert.deepEqual([312, 4_100, 2_310_000].map(formatBytes), ['312 B', '4.1 kB', '2.3 MB'])
    assert.deepEqual([0.87654, 12, 1 / 0, NaN].map(formatNumber), ['0.8765', '12', '∞', 'NaN'])
  })
})
