import assert from 'node:assert/strict'
import { markStale } from '../../shared/views/stale.ts'

describe('markStale()', () => {
  const ran = (startMs: number | null, edited = false) => ({ startMs, edited })

  it('marks nothing after a run from top to bottom', () => {
    assert.deepEqual(markStale([ran(1), ran(2), ran(2), ran(3)]), [null, null, null, null])
  })
  it('marks what stands below a cell that ran later, until it runs again', () => {
    assert.deepEqual(markStale([ran(1), ran(9), ran(3), ran(4)]), [null, null, 'order', 'order'])
    assert.deepEqual(markStale([ran(1), ran(9), ran(10), ran(4)]), [null, null, null, 'order'])
  })
  it('marks an edited cell as edited, whatever its place, and never one that has not run', () => {
    assert.deepEqual(markStale([ran(5), ran(2, true), ran(null, true), ran(null)]), [
      null,
      'edited',
      null,
      null,
    ])
  })
})
