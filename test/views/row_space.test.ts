import assert from 'node:assert/strict'
import fc from 'fast-check'
import { lineAt, lineCount, type Line } from '../../shared/views/row_space.ts'

describe('lineAt()', () => {
  it('finds on every line what one finds by writing all lines down', () => {
    const opened = fc.uniqueArray(fc.record({ index: fc.nat(19), count: fc.nat(5) }), {
      selector: (row) => row.index,
    })
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 30 }), opened, (total, list) => {
        const rows = [...list].sort((a, b) => a.index - b.index)
        const lines: Line[] = []
        for (let top = 0; top < total; top++) {
          lines.push({ top, child: null })
          const count = rows.find(({ index }) => index === top)?.count ?? 0
          for (let child = 0; child < count; child++) lines.push({ top, child })
        }
        assert.equal(lineCount(total, rows), lines.length)
        assert.deepEqual(
          lines.map((_line, at) => lineAt(at, rows)),
          lines,
        )
      }),
    )
  })
})
