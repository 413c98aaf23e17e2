import assert from 'node:assert/strict'
import fc from 'fast-check'
import { addressOf, parsePage, titleOf } from '../../shared/views/page_name.ts'

describe('addresses of pages', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' })
  const pages = fc
    .oneof(
      fc.record({ kind: fc.constantFrom('studies', 'deployments', 'runs', 'data') }),
      fc.record({ kind: fc.constantFrom('run', 'study', 'data'), id: text }),
      fc.record({ kind: fc.constant('runs'), experiment: text }),
      fc.record({ kind: fc.constant('compare'), ids: fc.array(text, { minLength: 1, maxLength: 5 }) }),
      fc.record({ kind: fc.constant('tune'), notebook: text }),
      fc.record({ kind: fc.constant('deployment'), name: text }),
    )
    .map((page) => ({ ...page }))

  it('lead back to the page, whatever its name holds', () => {
    fc.assert(fc.property(pages, (page) => assert.deepEqual(parsePage(addressOf(page)), page)))
  })

  it('that mean nothing lead to the runs', () => {
    for (const hash of ['', '#', '#/', '#/nowhere', '#/run', '#/compare/']) {
      assert.deepEqual(parsePage(hash), { kind: 'runs' }, hash)
    }
  })

  it('have titles', () => {
    fc.assert(fc.property(pages, (page) => assert.notEqual(titleOf(page), '')))
  })
})
