import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { compareCells, diffLines, likeness } from '../../shared/runs/compare_cells.ts'
import { compareSchemas } from '../../shared/runs/compare_datasets.ts'
import { compareRuns } from '../../shared/runs/compare.ts'
import { logInputs } from '../../shared/runs/dataset.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { guessDirection } from '../../shared/runs/metric_direction.ts'
import { createRun, RunNotFoundError } from '../../shared/runs/run.ts'
import { writeRunArtifact } from '../../shared/runs/run_artifact.ts'
import { eachWithStore } from './store.ts'

const cell = (id: string | null, code: string) => ({ cell: id, code })

describe('compareRuns()', () => {
  const held = eachWithStore()

  it('tells parameters, metrics, code, packages and data of two runs apart', () => {
    const artifactsDir = join(held.folder, 'artifacts')
    mkdirSync(artifactsDir)
    const ids = ['a', 'b'].map((digit, i) => {
      const run = createRun(held.store, { runId: digit.repeat(32), experimentId: '0', startMs: i })
      logBatch(held.store, run.id, {
        params: { lr: i === 0 ? '0.1' : '0.2', seed: '1', ...(i === 0 ? { only: 'x' } : {}) },
        metrics: [
          { key: 'val_loss', value: 2 - i, step: 0, atMs: 0 },
          { key: 'size', value: i === 0 ? NaN : 3, step: 0, atMs: 0 },
        ],
        tags: { 'mlflow.source.name': 'a.ipynb', other: String(i) },
      })
      const schema = JSON.stringify({ mlflow_colspec: [{ name: 'x', type: i === 0 ? 'long' : 'double' }] })
      const dataset = { name: 'd', digest: `d${i}`, sourceType: '', source: '', schema, profile: null }
      logInputs(held.store, run.id, { datasets: [{ ...dataset, tags: { 'mlflow.data.context': 'train' } }] })
      const where = { store: held.store, artifactsDir, run }
      const cells = [cell('one', 'import x'), cell('two', `fit(${i})`)]
      writeRunArtifact(where, 'daybook/cells.json', JSON.stringify(cells))
      const packages = { numpy: `2.${i}`, same: '1' }
      writeRunArtifact(where, 'daybook/environment.json', JSON.stringify({ python: '3.13', packages }))
      return run.id
    })
    const found = compareRuns(held.store, ids, artifactsDir)
    assert.deepEqual(found.params, [
      { key: 'lr', values: ['0.1', '0.2'], differs: true },
      { key: 'only', values: ['x', null], differs: true },
      { key: 'seed', values: ['1', '1'], differs: false },
    ])
    const range = { min: 1, max: 2 }
    assert.deepEqual(
      found.metrics.map(({ key, values, best, range: span }) => ({ key, values, best, range: span })),
      [
        { key: 'size', values: ['NaN', 3], best: [], range: { min: 3, max: 3 } },
        { key: 'val_loss', values: [2, 1], best: [1], range },
      ],
    )
    assert.deepEqual(
      found.tags.map(({ key }) => key),
      ['mlflow.source.name'],
    )
    assert.deepEqual(
      found.cells.map(({ cell: id, state }) => [id, state]),
      [
        ['one', 'same'],
        ['two', 'changed'],
      ],
    )
    assert.deepEqual(found.packages, [
      { key: 'numpy', values: ['2.0', '2.1'], differs: true },
      { key: 'same', values: ['1', '1'], differs: false },
    ])
    assert.deepEqual(found.datasets[0]?.digests, ['d0', 'd1'])
    assert.deepEqual(found.datasets[0].schemaChanges, [
      null,
      [{ column: 'x', before: 'long', after: 'double' }],
    ])
  })

  it('compares runs of which nothing was captured, and refuses one that is not there', () => {
    const artifactsDir = join(held.folder, 'artifacts')
    mkdirSync(artifactsDir)
    const { id } = createRun(held.store, { experimentId: '0', startMs: 1 })
    const found = compareRuns(held.store, [id, id], artifactsDir)
    assert.deepEqual([found.cells, found.packages, found.runs[0]?.hasCode], [[], [], false])
    assert.throws(() => compareRuns(held.store, [id, 'f'.repeat(32)], artifactsDir), RunNotFoundError)
  })
})

describe('compareCells()', () => {
  it('lines cells up by id, else by likeness, and puts new ones where they ran', () => {
    const rows = compareCells([
      [cell('a', 'import x'), cell(null, 'model = fit(data, rate=0.1)'), cell('c', 'show()')],
      [cell('a', 'import x'), cell('new', 'print(1)'), cell(null, 'model = fit(data, rate=0.2)')],
    ])
    assert.deepEqual(
      rows.map(({ state, versions }) => [state, ...versions.map((version) => version?.code ?? null)]),
      [
        ['same', 'import x', 'import x'],
        ['partly', null, 'print(1)'],
        ['changed', 'model = fit(data, rate=0.1)', 'model = fit(data, rate=0.2)'],
        ['partly', 'show()', null],
      ],
    )
  })
  it('takes the last code of a cell that ran several times', () => {
    const [row] = compareCells([[cell('a', 'x = 1'), cell('a', 'x = 2')], [cell('a', 'x = 2')]])
    assert.equal(row?.state, 'same')
    assert.equal(row.versions[0]?.times, 2)
  })
  it('loses no cell, whatever the runs hold', () => {
    const runs = fc.array(
      fc.array(
        fc.record({ cell: fc.constantFrom(null, 'a', 'b', 'c'), code: fc.constantFrom('x', 'y', 'x y', '') }),
      ),
      { minLength: 2, maxLength: 4 },
    )
    fc.assert(
      fc.property(runs, (ran) => {
        const rows = compareCells(ran)
        ran.forEach((cells, i) => {
          const times = rows.reduce((sum, { versions }) => sum + (versions[i]?.times ?? 0), 0)
          assert.equal(times, cells.length)
        })
      }),
    )
  })
})

describe('diffLines()', () => {
  it('holds both texts: one without what was added, the other without what was removed', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1 })
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = diffLines(before.join('\n'), after.join('\n'))
        const without = (kind: string) => changes.flatMap((one) => (one.kind === kind ? [] : one.lines))
        assert.deepEqual(without('added'), before)
        assert.deepEqual(without('removed'), after)
      }),
    )
  })
})

describe('likeness()', () => {
  it('is 1 for the same words, 0 for none shared', () => {
    assert.equal(likeness('a + b', 'a+b'), 1)
    assert.equal(likeness('a', 'b'), 0)
    // Words a, =, 1 and a, =, 2: two of three shared, 2 * 2 / 6.
    assert.equal(likeness('a = 1', 'a = 2'), 4 / 6)
  })
})

describe('compareSchemas()', () => {
  it('names columns that came and went, and says nothing of what is no schema', () => {
    const schema = (name: string) => JSON.stringify({ mlflow_colspec: [{ name, type: 'long' }] })
    assert.deepEqual(compareSchemas(schema('a'), schema('b')), [
      { column: 'a', before: 'long', after: null },
      { column: 'b', before: null, after: 'long' },
    ])
    assert.equal(compareSchemas('not json', schema('b')), null)
  })
})

describe('guessDirection()', () => {
  const cases: [string, string | null][] = [
    ['loss', 'lower'],
    ['val_rmse', 'lower'],
    ['training_log_loss', 'lower'],
    ['valAccuracy', 'higher'],
    ['eval/f1', 'higher'],
    ['neg_mean_squared_error', 'higher'],
    ['roc_auc', 'higher'],
    ['epoch', null],
    ['', null],
  ]
  for (const [key, way] of cases)
    it(`says ${way ?? 'nothing'} of "${key}"`, () => assert.equal(guessDirection(key), way))
})
