import assert from 'node:assert/strict'
import { parseNotebook } from '../../shared/notebook/document.ts'
import { editNotebook } from '../../shared/notebook/edit.ts'

describe('a notebook with 100 MB of outputs', () => {
  it('is read, edited and read again', () => {
    const lines = Array.from({ length: 1_600_000 }, (_, i) => `      "step ${i}: loss 0.1234, é\\n"`).join(
      ',\n',
    )
    const picture = 'A'.repeat(40_000_000)
    const text = `{
 "cells": [
  {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": ["x"],
   "outputs": [
    {"output_type": "stream", "name": "stdout", "text": [
${lines}
    ]},
    {"output_type": "display_data", "metadata": {}, "data": {"image/png": "${picture}"}}
   ]},
  {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["y"]}
 ],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 4
}`
    assert.ok(text.length > 95_000_000)
    const document = parseNotebook(text)
    assert.equal(document.cells[0]?.outputs.length, 2)
    const outputs = [{ output_type: 'stream', name: 'stdout', text: 'done' }] as const
    const after = editNotebook(document, [{ kind: 'outputs', cell: 1, outputs, executionCount: 2 }])
    assert.equal(after.cells[1]?.outputs.length, 1)
    assert.ok(after.text.startsWith(text.slice(0, document.cells[1]?.json.start)))
  }).timeout(120_000)
})
