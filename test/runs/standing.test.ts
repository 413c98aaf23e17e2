import assert from 'node:assert/strict'
import { headlineMetric } from '../../shared/runs/headline.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { createRun, deleteRun } from '../../shared/runs/run.ts'
import { RunTable } from '../../shared/runs/run_table.ts'
import { standingOf } from '../../shared/runs/standing.ts'
import { eachWithStore } from './store.ts'

describe('headlineMetric()', () => {
  it('takes what was measured on unseen rows before what was on seen ones, and tells which way is good', () => {
    const metrics = {
      training_accuracy_score: 0.99,
      val_loss: 0.4,
      test_auc: 0.9,
      test_accuracy: 0.8,
      fit_seconds: 3,
    }
    const none = { linear: null, dummy: null }
    const accuracy = { key: 'test_accuracy', value: 0.8, better: 'higher' } as const
    assert.deepEqual(headlineMetric(metrics), { ...accuracy, ...none })
    const loss = { key: 'val_loss', value: 0.4, better: 'lower' }
    assert.deepEqual(headlineMetric({ val_loss: 0.4, loss: 0.2 }), { ...loss, ...none })
    const beside = { 'baseline/linear/test_accuracy': 0.9, 'baseline/dummy/test_accuracy': 0.5 }
    assert.deepEqual(headlineMetric({ ...beside, ...metrics }), { ...accuracy, linear: 0.9, dummy: 0.5 })
  })
  it('takes none where no name tells anything, and none that is no number', () => {
    assert.equal(headlineMetric({ fit_seconds: 3, m0: 1, 'system/cpu_error': 1, accuracy: NaN }), null)
  })
})

describe('standingOf()', () => {
  const held = eachWithStore()

  function make(id: string, loss: number, tags: Record<string, string> = {}): void {
    createRun(held.store, { runId: id, experimentId: '0', startMs: 1, name: id, tags })
    logBatch(held.store, id, { metrics: [{ key: 'val_loss', value: loss, step: 0, atMs: 1 }] })
  }

  it('ranks a run among those of its experiment that stand as it does', () => {
    make('a', 0.3)
    make('b', 0.1)
    make('c', 0.2)
    make('gone', 0.01)
    make('nested', 0.05, { 'mlflow.parentRunId': 'a' })
    deleteRun(held.store, 'gone', 5)
    const standing = standingOf(held.store, 'c')
    assert.deepEqual([standing.rank, standing.of, standing.best], [2, 3, { id: 'b', name: 'b', value: 0.1 }])
    assert.deepEqual(standingOf(held.store, 'nested').of, 1)
  })
  it('says nothing of a run without a metric that tells', () => {
    createRun(held.store, { runId: 'x', experimentId: '0', startMs: 1 })
    assert.deepEqual(standingOf(held.store, 'x'), { headline: null, rank: null, of: 0, best: null })
    assert.throws(() => standingOf(held.store, 'y'), { code: 'not_found' })
  })
  it('finds the runs that differ only by seed, with their spread', () => {
    for (const [i, loss] of [0.2, 0.4].entries()) {
      make(`s${i}`, loss)
      logBatch(held.store, `s${i}`, { params: { depth: '3', seed: `${i}` } })
    }
    make('other', 0.9)
    logBatch(held.store, 'other', { params: { depth: '4', seed: '0' } })
    const [siblings, alone] = new RunTable(held.store).siblings(['s1', 'other'])
    assert.deepEqual([siblings?.runs, siblings?.metrics['val_loss']?.n, alone?.runs], [2, 2, 1])
    assert.ok(Math.abs((siblings?.metrics['val_loss']?.mean ?? 0) - 0.3) < 1e-15)
  })
})
