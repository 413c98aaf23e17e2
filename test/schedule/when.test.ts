import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Problem } from '../../shared/base/problem.ts'
import { missedTimes, nextTime, parseWhen, showWhen, type When } from '../../shared/schedule/when.ts'

const at = (text: string): number => new Date(text).getTime()
const minute = 60_000

describe('times of a schedule', () => {
  it('are read from words, and written as words that are read again', () => {
    assert.deepEqual(parseWhen('hourly'), { kind: 'minutes', every: 60 })
    assert.deepEqual(parseWhen('every 15 minutes'), { kind: 'minutes', every: 15 })
    assert.deepEqual(parseWhen('daily 06:30'), { kind: 'daily', hour: 6, minute: 30 })
    assert.deepEqual(parseWhen('Weekly Mon 23:05'), { kind: 'weekly', day: 1, hour: 23, minute: 5 })
    assert.deepEqual(parseWhen('daily'), { kind: 'daily', hour: 6, minute: 0 })
    for (const wrong of ['', 'soon', 'every 7 minutes', 'daily 25:00', 'weekly 06:30', 'weekly someday'])
      assert.throws(() => parseWhen(wrong), Problem, wrong)
  })
  it('come in order', () => {
    assert.equal(nextTime(parseWhen('daily 06:30'), at('2026-03-01T06:29:59')), at('2026-03-01T06:30:00'))
    assert.equal(nextTime(parseWhen('daily 06:30'), at('2026-03-01T06:30:00')), at('2026-03-02T06:30:00'))
    // 1 March 2026 is a Sunday.
    assert.equal(
      nextTime(parseWhen('weekly sunday 08:00'), at('2026-03-01T09:00:00')),
      at('2026-03-08T08:00:00'),
    )
    assert.equal(
      nextTime(parseWhen('every 15 minutes'), at('2026-03-01T09:14:59')),
      at('2026-03-01T09:15:00'),
    )
    assert.equal(nextTime(parseWhen('hourly'), at('2026-03-01T23:00:00')), at('2026-03-02T00:00:00'))
  })
  it('that went by without a run are missed, but not the one that is just now', () => {
    const daily = parseWhen('daily 06:30')
    const last = at('2026-03-01T06:30:05')
    assert.deepEqual(missedTimes(daily, last, at('2026-03-02T06:30:04')), [])
    assert.deepEqual(missedTimes(daily, last, at('2026-03-04T06:30:04')), [
      at('2026-03-02T06:30:00'),
      at('2026-03-03T06:30:00'),
    ])
    // Made up for at noon: the morning itself was missed.
    assert.equal(missedTimes(daily, last, at('2026-03-02T12:00:00')).length, 1)
    assert.equal(missedTimes(parseWhen('every 5 minutes'), 0, at('2026-03-01T00:00:00')).length, 1000)
  })
  it('are after the moment, and none lies between (property)', () => {
    const whens = fc.oneof(
      fc.constantFrom(5, 10, 15, 20, 30, 60).map((every): When => ({ kind: 'minutes', every })),
      fc.record(
        { kind: fc.constant('daily' as const), hour: fc.nat(23), minute: fc.nat(59) },
        { noNullPrototype: true },
      ),
      fc.record({
        kind: fc.constant('weekly' as const),
        day: fc.nat(6),
        hour: fc.nat(23),
        minute: fc.nat(59),
      }),
    )
    fc.assert(
      fc.property(whens, fc.integer({ min: 1.6e12, max: 1.9e12 }), (when, moment) => {
        assert.equal(
          JSON.stringify(Object.entries(parseWhen(showWhen(when))).sort()),
          JSON.stringify(Object.entries(when).sort()),
        )
        const next = nextTime(when, moment)
        assert.ok(next > moment)
        assert.equal(nextTime(when, next - minute), next)
        const longest =
          when.kind === 'minutes' ? 60 * minute : (when.kind === 'daily' ? 25 : 7 * 24 + 1) * 60 * minute
        assert.ok(next - moment <= longest)
      }),
    )
  })
})
