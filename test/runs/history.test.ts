import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  latestValues,
  metricHistories,
  metricHistory,
  sampleHistory,
  valuesAfter,
} from '../../shared/runs/history.ts'
import { logBatch, type MetricPoint } from '../../shared/runs/logging.ts'
import { createRun } from '../../shared/runs/run.ts'
import { eachWithStore } from './store.ts'

describe('metric histories', () => {
  const held = eachWithStore()
  const newRun = (points: readonly MetricPoint[], runId?: string): string => {
    const id = createRun(held.store, {
      experimentId: '0',
      startMs: 1,
      ...(runId === undefined ? {} : { runId }),
    }).id
    logBatch(held.store, id, { metrics: points })
    return id
  }
  const line = (length: number): MetricPoint[] =>
    Array.from({ length }, (_none, i) => ({ key: 'm', value: i, step: i, atMs: 1000 + i }))
  const steps = (points: readonly MetricPoint[]): unknown[] => points.map((point) => point.step)

  it('metricHistory() gives all by time, then step, then value, in pages that join without a seam', () => {
    const drawn = fc.array(
      fc
        .record({
          key: fc.constant('m'),
          value: fc.integer({ min: 0, max: 3 }),
          step: fc.integer({ min: -2, max: 2 }),
          atMs: fc.integer({ min: 0, max: 3 }),
        })
        .map((each) => ({ ...each })),
    )
    fc.assert(
      fc.property(drawn, fc.integer({ min: 1, max: 7 }), (points, limit) => {
        const runId = newRun(points)
        const sorted = [...new Map(points.map((each) => [JSON.stringify(each), each])).values()].sort(
          (a, b) => a.atMs - b.atMs || a.step - b.step || a.value - b.value,
        )
        assert.deepEqual(metricHistory(held.store, { runId, key: 'm' }).points, sorted)
        const paged: MetricPoint[] = []
        for (let pageToken = ''; ;) {
          const page = metricHistory(held.store, { runId, key: 'm' }, { limit, pageToken })
          assert(page.points.length <= limit)
          paged.push(...page.points)
          if (page.nextPageToken === null) break
          pageToken = page.nextPageToken
        }
        assert.deepEqual(paged, sorted)
      }),
      { numRuns: 50 },
    )
  })

  it('valuesAfter() gives the last value of each step behind one; latestValues() that of each metric', () => {
    const points = [
      { key: 'm', value: 1, step: 0, atMs: 10 },
      { key: 'm', value: 4, step: 2, atMs: 12 },
      { key: 'm', value: 3, step: 2, atMs: 11 },
      { key: 'm', value: NaN, step: 3, atMs: 13 },
      { key: 'n', value: 7, step: 9, atMs: 1 },
    ]
    const runId = newRun(points)
    const after = (step: number): unknown => valuesAfter(held.store, { runId, key: 'm' }, step)
    assert.deepEqual(after(-Infinity), [
      { step: 0, value: 1 },
      { step: 2, value: 4 },
    ])
    assert.deepEqual(after(0), [{ step: 2, value: 4 }])
    assert.deepEqual(after(2), [])
    assert.deepEqual(valuesAfter(held.store, { runId, key: 'other' }, 0), [])
    assert.deepEqual(
      latestValues(held.store, runId),
      new Map([
        ['m', NaN],
        ['n', 7],
      ]),
    )
  })

  it('metricHistory() has nothing for a run or metric that is not there', () => {
    const runId = newRun(line(1))
    assert.deepEqual(metricHistory(held.store, { runId, key: 'none' }).points, [])
    assert.deepEqual(metricHistory(held.store, { runId: 'none', key: 'm' }).points, [])
  })

  it('metricHistories() takes runs by id and stops at the limit', () => {
    newRun(line(3), 'b')
    newRun(line(2), 'a')
    const points = metricHistories(held.store, ['b', 'a', 'a', 'none'], { key: 'm', limit: 4 })
    assert.deepEqual(
      points.map((point) => [point.runId, point.step]),
      [
        ['a', 0],
        ['a', 1],
        ['b', 0],
        ['b', 1],
      ],
    )
  })

  it('sampleHistory() gives all where there are few', () => {
    const runId = newRun(line(5))
    assert.deepEqual(steps(sampleHistory(held.store, runId, { key: 'm', limit: 5 })), [0, 1, 2, 3, 4])
  })

  /** Length, limit, steps: parts as NTILE makes them, each with its first point, the last point instead of the last part's. */
  const samples: [number, number, number[]][] = [
    [10, 2, [0, 9]],
    [10, 3, [0, 4, 9]],
    [10, 4, [0, 3, 6, 9]],
    [7, 5, [0, 2, 4, 5, 6]],
    [10, 1, [9]],
  ]
  for (const [length, limit, expected] of samples) {
    it(`sampleHistory() of ${length} points down to ${limit} gives ${expected.join(', ')}`, () => {
      const runId = newRun(line(length))
      assert.deepEqual(steps(sampleHistory(held.store, runId, { key: 'm', limit })), expected)
    })
  }

  it('sampleHistory() gives the same whether it reads all rows or steps over them, also beyond 2^53', () => {
    const large = 2n ** 60n
    const points = Array.from({ length: 100 }, (_none, i) => ({
      key: 'm',
      value: i % 3 === 0 ? NaN : i,
      step: i < 50 ? i - 25 : large + BigInt(Math.floor(i / 2)),
      atMs: i % 4,
    }))
    const runId = newRun(points)
    const all = sampleHistory(held.store, runId, { key: 'm', limit: 100 })
    for (const limit of [1, 2, 5, 12, 13, 50, 99]) {
      const some = sampleHistory(held.store, runId, { key: 'm', limit })
      const size = Math.floor(100 / limit)
      const starts = Array.from({ length: limit }, (_none, i) => i * size + Math.min(i, 100 % limit))
      starts[limit - 1] = 99
      assert.deepEqual(
        some,
        starts.map((i) => all[i]),
      )
    }
  })

  it('sampleHistory() keeps to the steps asked for, and to the limit where all share one step', () => {
    const runId = newRun([...line(20), ...line(20).map((point) => ({ ...point, key: 'same', step: 0 }))])
    const some = sampleHistory(held.store, runId, { key: 'm', limit: 3, steps: { from: 5, to: 10 } })
    assert.deepEqual(steps(some), [5, 7, 10])
    const same = sampleHistory(held.store, runId, { key: 'same', limit: 3 })
    assert.deepEqual(
      same.map((point) => point.value),
      [0, 7, 19],
    )
  })
})
