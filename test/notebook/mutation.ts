import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Problem } from '../../shared/base/problem.ts'
import { parseNotebook } from '../../shared/notebook/document.ts'
import type { NotebookDocument } from '../../shared/notebook/document.ts'
import { editNotebook } from '../../shared/notebook/edit.ts'
import { injectParameters, readParameters } from '../../shared/notebook/parameters.ts'
import { anyNotebook } from './arbitrary.ts'
import { anyLayout, layOut } from './layout.ts'

/** Pieces that break a text in interesting ways. */
const anyPiece = fc.oneof(
  fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\\u',
    '\\ud800',
    'NaN',
    '-Infinity',
    'null',
    '1e999',
    '-',
    '0',
  ),
  fc.constantFrom(
    '\n',
    '\r',
    '\0',
    '\ufeff',
    '"cells"',
    '"nbformat":3',
    '"__proto__":',
    '"outputs":[',
    '//',
    '/*',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
)

const anyChange = fc.record({
  at: fc.nat(),
  length: fc.nat({ max: 12 }),
  insert: fc.option(anyPiece, { nil: '' }),
  /** Instead of the piece: a stretch of the text itself, from here. */
  from: fc.option(fc.nat()),
})

/** The text of a valid notebook with a few stretches cut, doubled or replaced. */
export const anyMutation = fc
  .tuple(anyNotebook, anyLayout, fc.array(anyChange, { minLength: 1, maxLength: 4 }))
  .map(([notebook, layout, changes]) =>
    changes.reduce(
      (text, { at, length, insert, from }) => {
        const start = at % (text.length + 1)
        const source = from === null ? null : from % (text.length + 1)
        const piece = source === null ? insert : text.slice(source, source + length * 4)
        return text.slice(0, start) + piece + text.slice(start + (from === null ? length : 0))
      },
      layOut(notebook, layout),
    ),
  )

/** Reads the text, looks at everything in it and edits it everywhere. Throws unless all is well, or a Problem comes. */
export function readsOrRefuses(text: string): void {
  let document: NotebookDocument
  try {
    document = parseNotebook(text)
  } catch (error) {
    assert.ok(error instanceof Problem, String(error))
    assert.ok(error.code === 'notebook_invalid' || error.code === 'notebook_unsupported')
    return
  }
  const { cells } = document
  for (const { index, type, outputs } of cells) {
    editNotebook(document, [{ kind: 'source', cell: index, source: 'other' }])
    editNotebook(document, [{ kind: 'delete', cell: index }])
    editNotebook(document, [{ kind: 'metadata', cell: index, path: ['a', 'b'], value: 1 }])
    if (type !== 'code') continue
    editNotebook(document, [
      { kind: 'outputs', cell: index, outputs: [...outputs, ...outputs], executionCount: 0 },
    ])
  }
  for (const at of [0, cells.length]) {
    const added = editNotebook(document, [{ kind: 'insert', at, cell: { type: 'code', source: 'x' } }])
    assert.equal(added.cells.length, cells.length + 1)
  }
  readParameters(document)
  try {
    injectParameters(document, { a: 1 })
  } catch (error) {
    assert.ok(error instanceof Problem && error.code === 'parameter_invalid', String(error))
  }
}
