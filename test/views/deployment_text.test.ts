import assert from 'node:assert/strict'
import { gateSign } from '../../shared/views/deployment_text.ts'

describe('the sign of what the gate checked', () => {
  it('tells what holds, what does not, and what nobody can say', () => {
    assert.deepEqual([true, false, null].map(gateSign), ['✓', '✗', '?'])
  })
})
