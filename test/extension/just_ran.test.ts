import assert from 'node:assert/strict'
import { justRan } from '../../extension/notebook/just_ran.ts'

describe('a cell that has just run', () => {
  const timing = { startTime: 5000, endTime: 6000 }

  it('is told with its times', () => {
    assert.deepEqual(justRan({ success: true, timing }, 6010), { success: true, startMs: 5000, endMs: 6000 })
    assert.equal(justRan({ success: false, timing }, 66_000)?.success, false)
  })
  it('is not told of one that runs, was cleared, or ran long ago', () => {
    assert.equal(justRan({}, 6010), null)
    assert.equal(justRan({ timing: { startTime: 5000, endTime: 0 } }, 6010), null)
    assert.equal(justRan({ success: true, timing: { startTime: 5000, endTime: 0 } }, 6010), null)
    assert.equal(justRan({ success: true, timing }, 66_001), null)
  })
})
