import assert from 'node:assert/strict'
import fc from 'fast-check'
import { groupRuns, seedNames, type GroupSearch, type RunGroup } from '../../shared/runs/group.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { createRun } from '../../shared/runs/run.ts'
import { eachWithStore } from './store.ts'

describe('groupRuns()', () => {
  const held = eachWithStore()
  let runs = 0
  const run = (params: Record<string, string>, metrics: Record<string, number> = {}): string => {
    const { id } = createRun(held.store, { experimentId: '0', startMs: runs++ })
    const points = Object.entries(metrics).map(([key, value]) => ({ key, value, step: 0, atMs: 0 }))
    logBatch(held.store, id, { params, metrics: points })
    return id
  }
  const grouped = (search: GroupSearch): Omit<RunGroup, 'runIds'>[] =>
    groupRuns(held.store, search).map(({ runIds, ...group }) => {
      assert.equal(runIds.length, group.runs)
      return group
    })
  const all = { experimentIds: ['0'] }

  it('puts runs that differ in their seed only together, with mean, spread and number', () => {
    // 1, 2, 3: mean 2, squares 1 + 0 + 1 = 2, divided by 2 is 1.
    for (const [seed, acc] of [
      ['1', 1],
      ['2', 2],
      ['3', 3],
    ] as const)
      run({ model: 'a', seed }, { acc })
    run({ model: 'b', random_state: '7' }, { acc: 5 })
    run({ random_state: '8', model: 'b' }, { acc: NaN })
    const [first, second] = grouped({ ...all, by: [{ kind: 'params_except', keys: seedNames }] })
    assert.deepEqual(first?.values, ['{"model":"a"}'])
    const { interval95, ...spread } = first.metrics['acc'] ?? assert.fail()
    assert.deepEqual(spread, { n: 3, mean: 2, sd: 1, min: 1, max: 3 })
    // scipy.stats.t.interval(0.95, 2, loc=2, scale=1 / sqrt(3)), to ten digits
    assert.deepEqual(
      [interval95?.low.toFixed(10), interval95?.high.toFixed(10)],
      ['-0.4841377118', '4.4841377118'],
    )
    assert.deepEqual(second, {
      values: ['{"model":"b"}'],
      runs: 2,
      metrics: { acc: { n: 1, mean: 5, sd: null, interval95: null, min: 5, max: 5 } },
    })
  })

  it('takes the seed of a part for a seed', () => {
    run({ clf__C: '1', clf__random_state: '1' })
    run({ clf__C: '1', clf__random_state: '2' })
    const [group] = grouped({ ...all, by: [{ kind: 'params_except', keys: seedNames }] })
    assert.deepEqual(group, { values: ['{"clf__C":"1"}'], runs: 2, metrics: {} })
  })

  it('names the newest runs of a group first, a hundred at most', () => {
    const ids = Array.from({ length: 102 }, () => run({}))
    const [group] = groupRuns(held.store, { ...all, by: [] })
    assert.equal(group?.runs, 102)
    assert.deepEqual(group.runIds, ids.reverse().slice(0, 100))
  })

  it('orders groups by the mean of a metric, those without it last, and refuses another order', () => {
    for (const [model, acc] of [
      ['a', 1],
      ['b', 3],
      ['c', 2],
    ] as const)
      run({ model }, { acc })
    run({ model: 'd' })
    const ordered = (clause: string) =>
      groupRuns(held.store, { ...all, by: [{ kind: 'param', key: 'model' }], orderBy: [clause] }).map(
        ({ values }) => values[0],
      )
    assert.deepEqual(ordered('metrics.acc DESC'), ['b', 'c', 'a', 'd'])
    assert.deepEqual(ordered('metrics.acc'), ['a', 'c', 'b', 'd'])
    assert.throws(() => ordered('params.model'), /only by metrics/)
    const two = { ...all, by: [{ kind: 'param' as const, key: 'model' }], maxResults: 2 }
    assert.equal(groupRuns(held.store, two).length, 2)
  })

  it('groups by several things at once; what a run lacks is a value of its own', () => {
    run({ model: 'a' }, { acc: 1 })
    run({ model: 'a' })
    run({}, { acc: 3 })
    assert.deepEqual(grouped({ ...all, by: [{ kind: 'param', key: 'model' }, { kind: 'status' }] }), [
      {
        values: ['a', 'RUNNING'],
        runs: 2,
        metrics: { acc: { n: 1, mean: 1, sd: null, interval95: null, min: 1, max: 1 } },
      },
      {
        values: [null, 'RUNNING'],
        runs: 1,
        metrics: { acc: { n: 1, mean: 3, sd: null, interval95: null, min: 3, max: 3 } },
      },
    ])
    assert.deepEqual(groupRuns(held.store, { ...all, by: [{ kind: 'tag', key: 'never' }] })[0]?.values, [
      null,
    ])
  })

  it('sums up only what the search finds', () => {
    run({ model: 'a' }, { acc: 1 })
    run({ model: 'b' }, { acc: 2 })
    const found = grouped({ ...all, filter: "params.model = 'b'", by: [] })
    assert.deepEqual(found, [
      {
        values: [],
        runs: 1,
        metrics: { acc: { n: 1, mean: 2, sd: null, interval95: null, min: 2, max: 2 } },
      },
    ])
    assert.deepEqual(groupRuns(held.store, { experimentIds: [], by: [] }), [])
  })

  it('keeps the digits of values that are large and nearly equal', () => {
    for (const acc of [1e9 + 1, 1e9 + 2, 1e9 + 3]) run({}, { acc })
    assert.equal(groupRuns(held.store, { ...all, by: [] })[0]?.metrics['acc']?.sd, 1)
  })

  it('has mean and standard deviation of the two-pass formula, for any values', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(values, (drawn) => {
        held.store.run('DELETE FROM run')
        for (const acc of drawn) run({}, { acc })
        const spread = groupRuns(held.store, { ...all, by: [] })[0]?.metrics['acc']
        const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length
        const squares = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0)
        assert(Math.abs((spread?.mean ?? NaN) - mean) <= 1e-9 * 1e6)
        assert(Math.abs((spread?.sd ?? NaN) - Math.sqrt(squares / (drawn.length - 1))) <= 1e-9 * 1e6)
      }),
      { numRuns: 40 },
    )
  })
})
