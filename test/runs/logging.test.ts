import assert from 'node:assert/strict'
import fc from 'fast-check'
import { metricHistory } from '../../shared/runs/history.ts'
import { deleteTag, logBatch, ParamChangedError, type MetricPoint } from '../../shared/runs/logging.ts'
import {
  createRun,
  deleteRun,
  getRun,
  restoreRun,
  RunNotActiveError,
  RunNotFoundError,
  updateRun,
} from '../../shared/runs/run.ts'
import { eachWithStore } from './store.ts'

const point = (
  key: string,
  value: number,
  step: number | bigint = 0,
  atMs: number | bigint = 0,
): MetricPoint => ({
  key,
  value,
  step,
  atMs,
})

describe('logBatch()', () => {
  const held = eachWithStore()
  const newRun = (): string => createRun(held.store, { experimentId: '0', startMs: 1 }).id

  it('keeps the value with the largest step, then time, then value', () => {
    const id = newRun()
    logBatch(held.store, id, { metrics: [point('a', 1, 5, 10), point('a', 9, 4, 99), point('a', 2, 5, 10)] })
    logBatch(held.store, id, { metrics: [point('a', 0.5, 5, 10), point('a', 7, 5, 9)] })
    assert.deepEqual(getRun(held.store, id).metrics, { a: { value: 2, step: 5, atMs: 10, min: 0.5, max: 9 } })
  })

  it('keeps NaN, and cuts infinities off at the largest doubles', () => {
    const id = newRun()
    logBatch(held.store, id, {
      metrics: [point('nan', NaN), point('up', Infinity), point('down', -Infinity)],
    })
    const { metrics } = getRun(held.store, id)
    assert.deepEqual(metrics['nan'], { value: NaN, step: 0, atMs: 0, min: null, max: null })
    assert.equal(metrics['up']?.value, Number.MAX_VALUE)
    assert.equal(metrics['down']?.value, -Number.MAX_VALUE)
  })

  it('tells NaN from 0 at the same step and time', () => {
    const id = newRun()
    logBatch(held.store, id, { metrics: [point('a', NaN), point('a', 0), point('a', NaN)] })
    const { points } = metricHistory(held.store, { runId: id, key: 'a' })
    assert.deepEqual(points.map((each) => each.value).sort(), [0, NaN])
  })

  it('keeps steps and times of 64 bits to the digit', () => {
    const id = newRun()
    const steps = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 2 ** 53 - 1, -3]
    logBatch(held.store, id, { metrics: steps.map((step) => point('a', 1, step, 2n ** 60n + 1n)) })
    const { points } = metricHistory(held.store, { runId: id, key: 'a' })
    assert.deepEqual(
      points.map((each) => each.step),
      [-(2n ** 63n), -3, 2 ** 53 - 1, 2n ** 53n + 1n, 2n ** 63n - 1n],
    )
    assert.equal(points[0]?.atMs, 2n ** 60n + 1n)
    assert.equal(getRun(held.store, id).metrics['a']?.step, 2n ** 63n - 1n)
  })

  it('cuts what is beyond 64 bits off', () => {
    const id = newRun()
    logBatch(held.store, id, { metrics: [point('a', 1, 2 ** 63), point('a', 1, -(2 ** 70))] })
    const { points } = metricHistory(held.store, { runId: id, key: 'a' })
    assert.deepEqual(
      points.map((each) => each.step),
      [-(2n ** 63n), 2n ** 63n - 1n],
    )
  })

  it('refuses a step that is no whole number, and writes nothing of that batch', () => {
    const id = newRun()
    const batch = { tags: { t: 'x' }, metrics: [point('a', 1, 1), point('a', 1, 1.5)] }
    assert.throws(() => logBatch(held.store, id, batch), RangeError)
    assert.deepEqual(getRun(held.store, id).metrics, {})
    assert.equal(getRun(held.store, id).tags['t'], undefined)
  })

  it('takes a parameter again with the same value, and refuses another with all of its batch', () => {
    const id = newRun()
    logBatch(held.store, id, { params: { a: '1', b: '2' } })
    logBatch(held.store, id, { params: { a: '1', c: '3' } })
    const changed = { params: { d: '4', a: '2', b: '3' }, metrics: [point('m', 1)] }
    assert.throws(
      () => logBatch(held.store, id, changed),
      (error: unknown) => {
        assert(error instanceof ParamChangedError)
        assert.deepEqual(error.conflicts, [
          { key: 'a', old: '1', new: '2' },
          { key: 'b', old: '2', new: '3' },
        ])
        return true
      },
    )
    assert.deepEqual(getRun(held.store, id).params, { a: '1', b: '2', c: '3' })
    assert.deepEqual(getRun(held.store, id).metrics, {})
  })

  it('keeps names such as __proto__ like any other', () => {
    const id = newRun()
    const odd = Object.fromEntries([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
    logBatch(held.store, id, { params: odd, tags: odd, metrics: [point('__proto__', 1)] })
    const run = getRun(held.store, id)
    assert.deepEqual(Object.entries(run.params), Object.entries(odd))
    assert.equal(Object.entries(run.metrics)[0]?.[0], '__proto__')
    assert.equal(({} as Record<string, unknown>)['value'], undefined)
  })

  it('keeps name and parent with their tags', () => {
    const id = newRun()
    logBatch(held.store, id, { tags: { 'mlflow.runName': 'new', 'mlflow.parentRunId': 'p' } })
    assert.equal(getRun(held.store, id).name, 'new')
    assert.equal(getRun(held.store, id).parentId, 'p')
    assert.equal(updateRun(held.store, id, { name: 'newer' }).tags['mlflow.runName'], 'newer')
    deleteTag(held.store, id, 'mlflow.parentRunId')
    assert.equal(getRun(held.store, id).parentId, null)
    assert.throws(() => deleteTag(held.store, id, 'mlflow.parentRunId'), { code: 'not_found' })
  })

  it('writes nothing to a run in the trash or to none', () => {
    const id = newRun()
    deleteRun(held.store, id, 5)
    assert.throws(() => logBatch(held.store, id, { tags: { a: 'b' } }), RunNotActiveError)
    restoreRun(held.store, id)
    logBatch(held.store, id, { tags: { a: 'b' } })
    assert.throws(() => logBatch(held.store, 'none', { tags: { a: 'b' } }), RunNotFoundError)
  })

  it('does what a naive model does, for any batches in any order, told once or twice', () => {
    const points = fc.record({
      key: fc.constantFrom('a', 'b', '__proto__'),
      value: fc.oneof(fc.constantFrom(NaN, 0, -0, 1, Infinity), fc.double()),
      step: fc.oneof(fc.integer({ min: -2, max: 3 }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      atMs: fc.integer({ min: 0, max: 2 }),
    })
    const batches = fc.array(fc.tuple(fc.array(points, { maxLength: 20 }), fc.boolean()), { maxLength: 6 })
    fc.assert(
      fc.property(batches, (sequence) => {
        const id = newRun()
        const model = new NaiveMetrics()
        for (const [metrics, twice] of sequence) {
          for (let i = 0; i < (twice ? 2 : 1); i++) logBatch(held.store, id, { metrics })
          for (const each of metrics) model.log(each)
        }
        const latest = getRun(held.store, id).metrics
        assert.deepEqual(Object.keys(latest).sort(), model.keys())
        for (const key of model.keys()) {
          const { points: kept } = metricHistory(held.store, { runId: id, key })
          assert.deepEqual(kept.map(identity).sort(), model.identities(key))
          const { value, step, atMs } = Object.getOwnPropertyDescriptor(latest, key)?.value as MetricPoint
          assert.equal(identity({ key, value, step, atMs }), model.latest(key))
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** What a row is known by: NaN and 0 are two, 0 and -0 one. */
function identity(each: MetricPoint): string {
  const clamped = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, each.value)) + 0
  return `${each.step} ${each.atMs} ${clamped}`
}

/** A metric's history as a plain list that is looked through each time. */
class NaiveMetrics {
  readonly #points: MetricPoint[] = []

  log(each: MetricPoint): void {
    this.#points.push(each)
  }

  keys(): string[] {
    return [...new Set(this.#points.map((each) => each.key))].sort()
  }

  identities(key: string): string[] {
    return [...new Set(this.#points.filter((each) => each.key === key).map(identity))].sort()
  }

  /** By (step, time, value) with NaN as 0; of two that are equal in these the one told first. */
  latest(key: string): string {
    const rank = (each: MetricPoint): number =>
      Number.isNaN(each.value) ? 0 : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, each.value))
    let best: MetricPoint | undefined
    for (const each of this.#points) {
      if (each.key !== key) continue
      const later =
        best === undefined ||
        each.step > best.step ||
        (BigInt(each.step) === BigInt(best.step) &&
          (each.atMs > best.atMs || (each.atMs === best.atMs && rank(each) > rank(best))))
      if (later) best = each
    }
    assert(best !== undefined)
    return identity(best)
  }
}
