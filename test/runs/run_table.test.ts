import assert from 'node:assert/strict'
import { logBatch } from '../../shared/runs/logging.ts'
import { createRun, deleteRun } from '../../shared/runs/run.ts'
import { RunTable } from '../../shared/runs/run_table.ts'
import type { TableQuery, TableSort, TableWindow } from '../../shared/runs/table_row.ts'
import { openStore, type Store } from '../../shared/store/store.ts'
import { eachWithStore } from './store.ts'

const all: TableQuery = {
  experimentIds: null,
  filter: '',
  view: 'active',
  within: 'top',
  sort: [],
  groupBy: [],
  group: null,
}
const part = { offset: 0, limit: 100, shown: { params: ['depth', 'seed'], metrics: ['auc'], tags: [] } }

describe('RunTable', () => {
  const held = eachWithStore()
  let reader: Store
  let table: RunTable
  let madeRuns = 0

  beforeEach(() => {
    reader = openStore(held.store.path, { readOnly: true })
    table = new RunTable(reader)
    madeRuns = 0
  })
  afterEach(() => reader.close())

  function make(
    id: string,
    {
      auc,
      params = {},
      tags = {},
    }: { auc?: number; params?: Record<string, string>; tags?: Record<string, string> },
  ): void {
    createRun(held.store, { runId: id, experimentId: '0', startMs: ++madeRuns })
    const metrics = auc === undefined ? [] : [{ key: 'auc', value: auc, step: 0, atMs: 1 }]
    logBatch(held.store, id, { metrics, params, tags })
  }
  const ids = (window: TableWindow): string[] =>
    window.rows.map((row) => (row.kind === 'run' ? row.id : row.key))
  const sorted = (...sort: TableSort[]): string[] => ids(table.window({ ...all, sort }, part))

  it('shows the newest first, and what was written since the last question', () => {
    make('a', {})
    assert.deepEqual(ids(table.window(all, part)), ['a'])
    make('b', {})
    assert.deepEqual(ids(table.window(all, part)), ['b', 'a'])
    deleteRun(held.store, 'b', 5)
    assert.deepEqual(ids(table.window(all, part)), ['a'])
    assert.deepEqual(ids(table.window({ ...all, view: 'deleted' }, part)), ['b'])
  })

  it('sorts by a metric either way; NaN comes after the numbers and what has none last', () => {
    make('none', {})
    make('nan', { auc: NaN })
    make('low', { auc: 0.1 })
    make('high', { auc: 0.9 })
    assert.deepEqual(sorted({ by: 'metrics.auc', descending: true }), ['high', 'low', 'nan', 'none'])
    assert.deepEqual(sorted({ by: 'metrics.auc', descending: false }), ['low', 'high', 'nan', 'none'])
  })

  it('sorts parameters as numbers where they are, then words, also long ones', () => {
    make('ten', { params: { depth: '10' } })
    make('nine', { params: { depth: '9' } })
    make('word', { params: { depth: 'auto' } })
    make('long', { params: { depth: 'z'.repeat(300) } })
    make('none', {})
    assert.deepEqual(sorted({ by: 'params.depth', descending: false }), [
      'nine',
      'ten',
      'word',
      'long',
      'none',
    ])
    assert.deepEqual(sorted({ by: 'params.depth', descending: true }), [
      'long',
      'word',
      'ten',
      'nine',
      'none',
    ])
  })

  it('sorts by several columns, the newest first among the rest', () => {
    make('a', { auc: 0.5, params: { depth: '1' } })
    make('b', { auc: 0.7, params: { depth: '1' } })
    make('c', { auc: 0.5, params: { depth: '2' } })
    make('d', { auc: 0.5, params: { depth: '1' } })
    const by = [
      { by: 'params.depth', descending: false },
      { by: 'metrics.auc', descending: false },
    ]
    assert.deepEqual(sorted(...by), ['d', 'a', 'b', 'c'])
  })

  it('gives any part of it, with the names that are shown only', () => {
    for (let i = 0; i < 9; i++) make(`r${i}`, { auc: i, params: { depth: '3', other: '4' } })
    const window = table.window(
      { ...all, sort: [{ by: 'metrics.auc', descending: false }] },
      { ...part, offset: 4, limit: 2 },
    )
    assert.deepEqual([window.total, ids(window)], [9, ['r4', 'r5']])
    const [first] = window.rows
    assert.deepEqual(first?.kind === 'run' && [first.params, first.metrics, first.headline], [
      { depth: '3' },
      { auc: 4 },
      { key: 'auc', value: 4, better: 'higher', linear: null, dummy: null },
    ])
  })

  it('keeps nested runs below their parent, and counts them', () => {
    make('parent', {})
    make('child', { tags: { 'mlflow.parentRunId': 'parent' } })
    const top = table.window(all, part)
    assert.deepEqual(ids(top), ['parent'])
    assert.equal(top.rows[0]?.kind === 'run' && top.rows[0].children, 1)
    assert.deepEqual(ids(table.window({ ...all, within: { parentId: 'parent' } }, part)), ['child'])
  })

  it('takes archived runs out of sight', () => {
    make('a', {})
    make('b', { tags: { 'daybook.archived': 'true' } })
    assert.deepEqual(ids(table.window(all, part)), ['a'])
    assert.deepEqual(ids(table.window({ ...all, view: 'archived' }, part)), ['b'])
  })

  it('groups runs that differ only by seed: mean with its 95 % interval, best group first', () => {
    for (const [i, auc] of [0.8, 0.82, 0.84].entries())
      make(`a${i}`, { auc, params: { depth: '3', seed: `${i}` } })
    for (const [i, auc] of [0.9, 0.9].entries()) make(`b${i}`, { auc, params: { depth: '5', seed: `${i}` } })
    const query: TableQuery = {
      ...all,
      groupBy: [{ kind: 'params_except', keys: ['seed'] }],
      sort: [{ by: 'metrics.auc', descending: true }],
    }
    const window = table.window(query, part)
    assert.deepEqual([window.total, window.runs], [2, 5])
    const [first, second] = window.rows
    assert.ok(first?.kind === 'group' && second?.kind === 'group')
    assert.deepEqual([first.params, first.runs, first.metrics['auc']?.half], [{ depth: '5' }, 2, 0])
    // scipy.stats.t.interval(0.95, 2, loc=0.82, scale=0.02/sqrt(3)) is 0.82 ± 0.04968275…
    assert.ok(Math.abs((second.metrics['auc']?.half ?? 0) - 0.0496827542) < 1e-8)
    assert.deepEqual(ids(table.window({ ...query, group: second.key }, part)), ['a2', 'a1', 'a0'])
  })

  it('counts the names that can be columns, and says which vary', () => {
    make('a', { auc: 1, params: { depth: '3', seed: '1' } })
    make('b', { params: { depth: '3', seed: '2' } })
    const { params, metrics } = table.columns(null)
    assert.deepEqual(params, [
      { name: 'depth', runs: 2, varies: false },
      { name: 'seed', runs: 2, varies: true },
    ])
    assert.deepEqual(metrics, [{ name: 'auc', runs: 1, varies: false }])
  })
})
