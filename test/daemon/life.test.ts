import assert from 'node:assert/strict'
import { idleEndMs, Life } from '../../shared/daemon/life.ts'

describe('Life', () => {
  let nowMs: number
  let life: Life
  beforeEach(() => {
    nowMs = 0
    life = new Life({ nowMs: () => nowMs })
  })

  it('ends after ten minutes in which nothing needed it', () => {
    assert.equal(life.check(false), false)
    nowMs = idleEndMs - 1
    assert.equal(life.check(false), false)
    nowMs = idleEndMs
    assert.equal(life.check(false), true)
  })
  it('begins to count anew after it was needed', () => {
    nowMs = idleEndMs - 1
    assert.equal(life.check(true), false)
    assert.equal(life.endsAtMs, null)
    nowMs = idleEndMs + 5
    assert.equal(life.check(false), false)
    assert.equal(life.endsAtMs, nowMs + idleEndMs)
  })
})
