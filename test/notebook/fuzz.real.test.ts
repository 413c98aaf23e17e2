import fc from 'fast-check'
import { anyMutation, readsOrRefuses } from './mutation.ts'

describe('parseNotebook() and editNotebook(), at length', () => {
  it('read 200,000 mutated notebooks or refuse them with a Problem', () => {
    fc.assert(fc.property(anyMutation, readsOrRefuses), { numRuns: 200_000 })
  }).timeout(1_800_000)
})
