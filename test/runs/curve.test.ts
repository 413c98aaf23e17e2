import assert from 'node:assert/strict'
import fc from 'fast-check'
import { readCurves, thin } from '../../shared/runs/curve.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { createRun } from '../../shared/runs/run.ts'
import { eachWithStore } from './store.ts'

describe('readCurves()', () => {
  const held = eachWithStore()

  it('keeps every peak of 50,000 points in 200', () => {
    createRun(held.store, { runId: 'a', experimentId: '0', startMs: 0 })
    const metrics = Array.from({ length: 50_000 }, (_none, step) => ({
      key: 'loss',
      value: step === 31_415 ? 9 : step === 27_182 ? NaN : Math.exp(-step / 9_000),
      step,
      atMs: step,
    }))
    logBatch(held.store, 'a', { metrics })
    const [curve, missing] = readCurves(held.store, {
      ids: ['a', 'b'],
      key: 'loss',
      points: 200,
      steps: null,
    })
    assert.ok(curve !== undefined && curve.steps.length <= 200)
    assert.deepEqual([curve.total, curve.steps[0], curve.steps.at(-1)], [50_000, 0, 49_999])
    assert.equal(curve.values[curve.steps.indexOf(31_415)], 9)
    assert.deepEqual(missing?.values, [])
    const [near] = readCurves(held.store, {
      ids: ['a'],
      key: 'loss',
      points: 200,
      steps: { from: 27_180, to: 27_184 },
    })
    assert.deepEqual(near?.values.indexOf(null), 2)
  })
})

describe('thin()', () => {
  it('keeps first, last, lowest and highest, in order, and no more than asked for', () => {
    const point = fc.tuple(fc.nat(), fc.nat(), fc.double({ noNaN: true }), fc.constantFrom(0, 0, 0, 1))
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 4, max: 60 }),
        (rows, most) => {
          const kept = thin(rows, most)
          assert.ok(kept.length <= Math.max(most, 4))
          assert.deepEqual([kept[0], kept.at(-1)], [rows[0], rows.at(-1)])
          const places = kept.map((row) => rows.indexOf(row))
          assert.deepEqual(
            places,
            [...places].sort((a, b) => a - b),
          )
          const values = (list: typeof rows): number[] =>
            list.filter((row) => row[3] === 0).map((row) => row[2])
          if (values(rows).length === 0) return
          assert.equal(Math.max(...values(kept)), Math.max(...values(rows)))
          assert.equal(Math.min(...values(kept)), Math.min(...values(rows)))
        },
      ),
    )
  })
})
