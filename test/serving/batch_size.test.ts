import assert from 'node:assert/strict'
import { BatchSizer } from '../../shared/serving/batch_size.ts'

describe('BatchSizer', () => {
  it('learns what batches take, and lets them be as large as the goal allows', () => {
    const sizer = new BatchSizer({ goalMs: 50, maxRows: 4096 })
    assert.equal(sizer.limit, 4096)
    // A server that takes 10 ms and 0.5 ms a row: (50 - 10) / 0.5 = 80 rows.
    for (const rows of [1, 5, 20, 60]) sizer.add({ rows, ms: 10 + 0.5 * rows })
    assert.ok(Math.abs((sizer.cost?.fixedMs ?? 0) - 10) < 1e-9)
    assert.ok(Math.abs(sizer.limit - 80) <= 1)
    // 160 rows are two batches: 2 · 10 + 160 · 0.5 = 100 ms on one worker.
    assert.ok(Math.abs(sizer.waitMs(160, 1) - 100) < 11)
    assert.ok(Math.abs(sizer.waitMs(160, 2) - 50) < 6)
  })

  it('forgets what was long ago, and never goes below one row', () => {
    const sizer = new BatchSizer({ goalMs: 5, maxRows: 100 })
    for (let i = 0; i < 60; i++) sizer.add({ rows: 1 + (i % 3), ms: 20 + 10 * (i % 3) })
    assert.equal(sizer.limit, 1)
    for (let i = 0; i < 60; i++) sizer.add({ rows: 10 + (i % 3), ms: 1 })
    assert.equal(sizer.limit, 100)
  })
})
