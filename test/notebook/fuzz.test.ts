import fc from 'fast-check'
import { anyMutation, readsOrRefuses } from './mutation.ts'

describe('parseNotebook() and editNotebook()', () => {
  it('read a mutated notebook or refuse it with a Problem, and edit what they read', () => {
    fc.assert(fc.property(anyMutation, readsOrRefuses), { numRuns: 3000 })
  }).timeout(60_000)

  it('do the same with any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), readsOrRefuses), { numRuns: 1000 })
  })
})
