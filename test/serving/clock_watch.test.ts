import assert from 'node:assert/strict'
import { ClockWatch } from '../../shared/serving/clock_watch.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

describe('ClockWatch', () => {
  it('believes a clock that goes on, with sleep in between, and doubts one that was set for a day', () => {
    const time = { atMs: 1_800_000_000_000, runningMs: 5_000 }
    const watch = new ClockWatch({ nowMs: () => time.atMs }, () => time.runningMs)
    const pass = (ms: number, clockMs = ms): boolean => {
      time.runningMs += ms
      time.atMs += clockMs
      return watch.believable()
    }
    assert.ok(pass(hourMs))
    assert.ok(pass(90 * dayMs))
    // Two nights asleep: the running time stands still.
    assert.ok(pass(hourMs, 2 * dayMs))
    assert.ok(!pass(hourMs, 365 * dayMs))
    assert.ok(!pass(23 * hourMs))
    assert.ok(pass(2 * hourMs))
    assert.ok(!pass(hourMs, -365 * dayMs))
    assert.ok(pass(25 * hourMs))
  })
})
