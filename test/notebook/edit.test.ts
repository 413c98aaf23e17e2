import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseNotebook } from '../../shared/notebook/document.ts'
import type { NotebookDocument } from '../../shared/notebook/document.ts'
import { editNotebook, randomCellId } from '../../shared/notebook/edit.ts'
import type { NotebookEdit } from '../../shared/notebook/edit.ts'
import { readOutput } from '../../shared/notebook/output.ts'
import { anyFileOutput, anyNotebook, anyText } from './arbitrary.ts'
import type { FileNotebook, FileOutput } from './arbitrary.ts'
import { anyLayout, layOut, nbformatLayout } from './layout.ts'

const small = `{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "aa",
   "metadata": {},
   "outputs": [],
   "source": [
    "print(1)"
   ]
  },
  {
   "cell_type": "markdown",
   "id": "bb",
   "metadata": {},
   "source": []
  }
 ],
 "metadata": {
  "kernelspec": {
   "name": "python3"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`

function edit(text: string, ...edits: NotebookEdit[]): string {
  return editNotebook(parseNotebook(text), edits, () => 'new').text
}

describe('editNotebook()', () => {
  it('puts outputs and count in place as nbformat would write them', () => {
    const outputs = [{ output_type: 'stream', name: 'stdout', text: '1\né' }] as const
    const expected = small.replace('"execution_count": null', '"execution_count": 3').replace(
      '"outputs": [],',
      `"outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "1\\n",
      "é"
     ]
    }
   ],`,
    )
    assert.equal(edit(small, { kind: 'outputs', cell: 0, outputs, executionCount: 3 }), expected)
  })

  it('inserts a cell with an id between others, and at the end', () => {
    const cell = { type: 'code', source: 'x = 1\ny' } as const
    const inserted = `  {
   "cell_type": "code",
   "execution_count": null,
   "id": "new",
   "metadata": {},
   "outputs": [],
   "source": [
    "x = 1\\n",
    "y"
   ]
  }`
    const before = small.replace(
      '  {\n   "cell_type": "markdown"',
      `${inserted},\n  {\n   "cell_type": "markdown"`,
    )
    assert.equal(edit(small, { kind: 'insert', at: 1, cell }), before)
    const last = small.replace('  }\n ],', `  },\n${inserted}\n ],`)
    assert.equal(edit(small, { kind: 'insert', at: 2, cell }), last)
  })

  it('inserts a cell into an empty notebook', () => {
    const empty = '{\n  "cells": [],\n  "metadata": {},\n  "nbformat": 4,\n  "nbformat_minor": 2\n}'
    assert.equal(
      edit(empty, { kind: 'insert', at: 0, cell: { type: 'markdown', source: 'hi' } }),
      '{\n  "cells": [\n    {\n      "cell_type": "markdown",\n      "metadata": {},\n      "source": [\n        "hi"\n      ]\n    }\n  ],\n  "metadata": {},\n  "nbformat": 4,\n  "nbformat_minor": 2\n}',
    )
  })

  it('sets and removes metadata at any depth, nothing else', () => {
    const set = edit(small, { kind: 'metadata', cell: null, path: ['daybook', 'run', 'id'], value: 'r1' })
    const expected = small.replace(
      '"metadata": {\n  "kernelspec"',
      '"metadata": {\n  "daybook": {\n   "run": {\n    "id": "r1"\n   }\n  },\n  "kernelspec"',
    )
    assert.equal(set, expected)
    const deeper = edit(set, { kind: 'metadata', cell: null, path: ['daybook', 'run', 'name'], value: 'n' })
    assert.equal(deeper, expected.replace('"id": "r1"\n', '"id": "r1",\n    "name": "n"\n'))
    assert.equal(edit(set, { kind: 'metadata', cell: null, path: ['daybook'], value: undefined }), small)
    assert.equal(edit(small, { kind: 'metadata', cell: null, path: ['a', 'b'], value: undefined }), small)
  })

  it('sets metadata of a cell', () => {
    const set = edit(small, { kind: 'metadata', cell: 0, path: ['tags'], value: ['parameters'] })
    assert.equal(
      set,
      small.replace(
        '"metadata": {},\n   "outputs"',
        '"metadata": {\n    "tags": [\n     "parameters"\n    ]\n   },\n   "outputs"',
      ),
    )
  })

  it('gives an id to a changed cell only, and only from nbformat 4.5 on', () => {
    const without = small.replace(/ +"id": "..",\n/g, '')
    const source = { kind: 'source', cell: 0, source: 'print(2)' } as const
    const changed = small
      .replace('print(1)', 'print(2)')
      .replace('"aa"', '"new"')
      .replace('   "id": "bb",\n', '')
    assert.equal(edit(without, source), changed)
    const old = without.replace('"nbformat_minor": 5', '"nbformat_minor": 4')
    assert.equal(edit(old, source), old.replace('print(1)', 'print(2)'))
  })

  it('asks for another id while the one it got is taken', () => {
    const ids = ['aa', 'bb', 'aa', 'cc', 'cc', 'dd']
    const insert = { kind: 'insert', at: 0, cell: { type: 'raw', source: '' } } as const
    const { cells } = editNotebook(parseNotebook(small), [insert, insert], () => ids.shift() ?? '')
    assert.deepEqual(
      cells.map((cell) => cell.id),
      ['dd', 'cc', 'aa', 'bb'],
    )
  })

  it('adds outputs to a cell that has lost them, where the order of names puts them', () => {
    const lost = small.replace('   "execution_count": null,\n', '').replace('   "outputs": [],\n', '')
    assert.equal(edit(lost, { kind: 'outputs', cell: 0, outputs: [], executionCount: null }), small)
  })

  it('changes the last of two members of one name, which is the one that counts', () => {
    const twice = small.replace('"outputs": [],', '"outputs": [], "outputs": [],')
    const outputs = [{ output_type: 'stream', name: 'stdout', text: '1' }] as const
    const changed = parseNotebook(edit(twice, { kind: 'outputs', cell: 0, outputs, executionCount: null }))
    assert.equal(changed.cells[0]!.outputs.length, 1)
    assert.ok(changed.text.includes('"outputs": [], "outputs": [\n'))
  })

  it('keeps the form of multi-line text that the cell has', () => {
    const asText = small.replace('[\n    "print(1)"\n   ]', '"print(1)"')
    assert.equal(
      edit(asText, { kind: 'source', cell: 0, source: 'a\nb' }),
      asText.replace('print(1)', 'a\\nb'),
    )
    const outputs = [{ output_type: 'stream', name: 'stdout', text: 'a\nb' }] as const
    const done = edit(asText, { kind: 'outputs', cell: 0, outputs, executionCount: null })
    assert.ok(done.includes('"text": "a\\nb"'))
  })

  it('escapes what the file escapes', () => {
    const ascii = small.replace('print(1)', '\\u00e9')
    assert.equal(
      edit(ascii, { kind: 'source', cell: 0, source: '😀ß' }),
      small.replace('print(1)', '\\ud83d\\ude00\\u00df'),
    )
  })

  it('writes null for what JSON cannot say, since Jupyter could not open the file', () => {
    const outputs = [
      { output_type: 'display_data', data: { 'application/json': [NaN, Infinity, 1n] }, metadata: {} },
    ] as const
    const done = JSON.parse(
      edit(small, { kind: 'outputs', cell: 0, outputs, executionCount: 1 }),
    ) as FileNotebook
    assert.deepEqual(done.cells[0]?.outputs?.[0]?.['data'], { 'application/json': [null, null, 1] })
  })

  const wrong: [string, NotebookEdit, typeof RangeError | typeof TypeError][] = [
    ['a cell that is not there', { kind: 'source', cell: 2, source: '' }, RangeError],
    ['a place beyond the end', { kind: 'insert', at: 3, cell: { type: 'raw', source: '' } }, RangeError],
    ['outputs of prose', { kind: 'outputs', cell: 1, outputs: [], executionCount: null }, TypeError],
    ['metadata without a name', { kind: 'metadata', cell: null, path: [], value: 1 }, RangeError],
  ]
  for (const [what, change, error] of wrong) {
    it(`refuses ${what}`, () => assert.throws(() => edit(small, change), error))
  }

  it('returns the very document for changes that change nothing', () => {
    const document = parseNotebook(small)
    const same = editNotebook(document, [
      { kind: 'source', cell: 0, source: 'print(1)' },
      { kind: 'outputs', cell: 0, outputs: [], executionCount: null },
    ])
    assert.equal(same, document)
  })
})

describe('editNotebook(), whatever the notebook and its layout', () => {
  it('changes one cell and no byte outside of it', () => {
    const outputLists = fc.array(anyFileOutput, { maxLength: 3 })
    const anyCase = fc.tuple(anyNotebook, anyLayout, anyText, outputLists, fc.nat())
    const property = fc.property(anyCase, ([notebook, layout, source, outputs, which]) => {
      const document = parseNotebook(layOut(notebook, layout))
      const cell = document.cells[which % Math.max(1, document.cells.length)]
      if (cell === undefined) return
      const edits: NotebookEdit[] = [{ kind: 'source', cell: cell.index, source }]
      if (cell.type === 'code') {
        edits.push({
          kind: 'outputs',
          cell: cell.index,
          outputs: outputs.map(readOutput),
          executionCount: 5,
        })
      }
      const after = editNotebook(document, edits)
      assert.ok(after.text.startsWith(document.text.slice(0, cell.json.start)), 'bytes before')
      assert.ok(after.text.endsWith(document.text.slice(cell.json.end)), 'bytes behind')
      const expected = structuredClone(notebook)
      const expectedCell = expected.cells[cell.index]!
      expectedCell.source = [source]
      if (cell.type === 'code') Object.assign(expectedCell, { outputs, execution_count: 5 })
      assert.deepEqual(contentOf(after), contentOf(parseNotebook(JSON.stringify(expected))))
    })
    fc.assert(property, { numRuns: 400 })
  })

  it('gives the old bytes back when a change of source, count or outputs is undone', () => {
    const layout = anyLayout.map((one) => ({ ...one, order: 'sorted' as const }))
    const property = fc.property(anyNotebook, layout, anyText, fc.nat(), (given, how, source, which) => {
      // Something that shows how characters are escaped, whatever is changed elsewhere.
      const notebook = { ...given, metadata: { ...given.metadata, z: 'é' } }
      const document = parseNotebook(layOut(notebook, how))
      const cell = document.cells[which % Math.max(1, document.cells.length)]
      // A cell without text does not say whether its text stands in lines.
      if (cell === undefined || cell.source === '') return
      const edits: NotebookEdit[] = [{ kind: 'source', cell: cell.index, source }]
      const undo: NotebookEdit[] = [{ kind: 'source', cell: cell.index, source: cell.source }]
      if (cell.type === 'code' && textForms(cell.outputs.length, notebook, cell.index)) {
        const other = [...cell.outputs, { output_type: 'stream', name: 'stdout', text: 'x' } as const]
        edits.push({ kind: 'outputs', cell: cell.index, outputs: other, executionCount: 1000 })
        undo.push({
          kind: 'outputs',
          cell: cell.index,
          outputs: cell.outputs,
          executionCount: cell.executionCount,
        })
      }
      assert.equal(editNotebook(editNotebook(document, edits), undo).text, document.text)
    })
    fc.assert(property, { numRuns: 400 })
  })

  it('gives the old bytes back when an inserted cell is deleted', () => {
    const property = fc.property(
      anyNotebook,
      anyLayout,
      anyText,
      fc.nat(),
      (notebook, layout, source, place) => {
        const document = parseNotebook(layOut(notebook, layout))
        const at = place % (document.cells.length + 1)
        const inserted = editNotebook(document, [{ kind: 'insert', at, cell: { type: 'code', source } }])
        assert.equal(inserted.cells.length, document.cells.length + 1)
        assert.equal(inserted.cells[at]!.source, source)
        assert.equal(editNotebook(inserted, [{ kind: 'delete', cell: at }]).text, document.text)
      },
    )
    fc.assert(property, { numRuns: 400 })
  })

  it('gives the old bytes back when new metadata is removed', () => {
    const property = fc.property(anyNotebook, anyLayout, fc.jsonValue(), (notebook, layout, value) => {
      const document = parseNotebook(layOut(notebook, layout))
      const path = ['daybook', 'x']
      const set = editNotebook(document, [{ kind: 'metadata', cell: null, path, value }])
      assert.deepEqual(set.metadata['daybook'], { x: JSON.parse(JSON.stringify(value)) as unknown })
      const back = editNotebook(set, [{ kind: 'metadata', cell: null, path: ['daybook'], value: undefined }])
      assert.equal(back.text, document.text)
    })
    fc.assert(property, { numRuns: 200 })
  })

  it('does the same with all changes at once as one by one', () => {
    const property = fc.property(
      anyNotebook,
      anyLayout,
      fc.array(anyFileOutput, { maxLength: 2 }),
      (notebook, layout, outputs) => {
        const document = parseNotebook(layOut(notebook, layout))
        const edits = document.cells.flatMap<NotebookEdit>(({ index, type }) => [
          { kind: 'source', cell: index, source: `s${index}` },
          ...(type === 'code'
            ? [{ kind: 'outputs', cell: index, outputs: outputs.map(readOutput), executionCount: 1 } as const]
            : []),
        ])
        const single = edits.reduce((current, one) => editNotebook(current, [one]), document)
        assert.equal(editNotebook(document, edits).text, single.text)
      },
    )
    fc.assert(property, { numRuns: 100 })
  })
})

describe('randomCellId()', () => {
  it('is eight hexadecimal digits', () => assert.match(randomCellId(), /^[0-9a-f]{8}$/))
})

/** Everything that a document says, without its places. */
function contentOf({ cells, metadata, minor }: NotebookDocument): unknown {
  const parts = cells.map(({ type, id, source, outputs, executionCount, metadata: own }) => ({
    type,
    id,
    source,
    outputs,
    executionCount,
    own,
  }))
  return { parts, metadata, minor }
}

/** Whether the outputs of the cell, undone, take the form they had: some output must show that form. */
function textForms(count: number, notebook: FileNotebook, index: number): boolean {
  if (count === 0) return true
  const outputs: FileOutput[] = notebook.cells[index]?.outputs ?? []
  return outputs.some((output) => output['text'] !== undefined || output['data'] !== undefined)
}

describe('a notebook in nbformat layout', () => {
  it('stays in it, whatever is inserted', () => {
    const property = fc.property(
      anyNotebook,
      fc.array(anyFileOutput, { maxLength: 3 }),
      anyText,
      (notebook, outputs, source) => {
        const document = parseNotebook(layOut(notebook, nbformatLayout))
        const cell = { type: 'code', source, outputs: outputs.map(readOutput), executionCount: 1 } as const
        const after = editNotebook(document, [{ kind: 'insert', at: 0, cell }], () => 'x')
        const added = {
          cell_type: 'code',
          metadata: {},
          source: linesOf(source),
          outputs,
          execution_count: 1,
        }
        const cells = [notebook.nbformat_minor < 5 ? added : { ...added, id: 'x' }, ...notebook.cells]
        assert.equal(after.text, layOut({ ...notebook, cells }, nbformatLayout))
      },
    )
    fc.assert(property, { numRuns: 300 })
  })
})

function linesOf(source: string): string[] {
  return source.split(/(?<=\r\n|[\n\v\f\x1c-\x1e\x85\u2028\u2029]|\r(?!\n))/).filter((line) => line !== '')
}
