import assert from 'node:assert/strict'
import { rowsBehind } from '../../shared/runs/metric_rows.ts'
import type { DatasetInput } from '../../shared/runs/run_data.ts'

describe('rowsBehind()', () => {
  const set = (name: string, rows: number | null, context: string): DatasetInput => ({
    name,
    digest: 'd',
    sourceType: 'local',
    source: '',
    schema: null,
    profile: rows === null ? null : JSON.stringify({ num_rows: rows }),
    tags: { 'mlflow.data.context': context },
  })
  it('knows them of a share that was measured on data which the run names', () => {
    const datasets = [set('train', 900, 'train'), set('test', 100, 'eval')]
    const run = { datasets, tags: { 'daybook.rows.score_test': '77' } }
    assert.equal(rowsBehind(run, 'score_test'), 77)
    assert.equal(rowsBehind(run, 'accuracy_score_test'), 100)
    assert.equal(rowsBehind(run, 'accuracy_score_train'), null)
    assert.equal(rowsBehind(run, 'f1_score_test'), null)
    assert.equal(rowsBehind(run, 'balanced_accuracy_score_test'), null)
    assert.equal(rowsBehind(run, 'accuracy'), null)
  })
  it('knows none of data of two sizes, or of unknown size', () => {
    const twice = [set('test', 100, 'eval'), set('test', 90, 'eval')]
    assert.equal(rowsBehind({ datasets: twice, tags: {} }, 'accuracy_score_test'), null)
    assert.equal(rowsBehind({ datasets: [set('test', null, 'eval')], tags: {} }, 'accuracy_score_test'), null)
  })
})
