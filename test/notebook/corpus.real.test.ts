import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../shared/base/problem.ts'
import { parseNotebook } from '../../shared/notebook/document.ts'
import type { NotebookDocument } from '../../shared/notebook/document.ts'
import { editNotebook } from '../../shared/notebook/edit.ts'
import type { NotebookEdit } from '../../shared/notebook/edit.ts'
import { readNotebook } from '../../shared/notebook/file.ts'
import { readParameters } from '../../shared/notebook/parameters.ts'
import { skip } from '../skip.ts'
import { askPython, referencePython } from './python_peer.ts'

/** What nbformat says of a file. */
interface Verdict {
  valid: boolean
  major: number | null
  /** Whether nbformat itself would write the very same bytes. */
  canonical: boolean
  sources: string[] | null
}

const judge = `
import nbformat
from pathlib import Path
result = []
for path in data:
    verdict = {"valid": False, "major": None, "canonical": False, "sources": None}
    try:
        text = Path(path).read_bytes().decode("utf-8")
        raw = json.loads(text)
        verdict["major"] = raw.get("nbformat")
        nbformat.validate(json.loads(text))
        nb = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
        if verdict["major"] == 4:
            verdict["valid"] = True
            verdict["sources"] = [cell.source for cell in nb.cells]
            written = nbformat.writes(nb, version=nbformat.NO_CONVERT)
            verdict["canonical"] = written.rstrip("\\n") == text.rstrip("\\n")
    except (Exception, RecursionError):
        pass
    result.append(verdict)`

/**
 * Notebooks as people have them: set DAYBOOK_NOTEBOOK_CORPUS to a folder that holds some, at any depth.
 */
describe('notebooks in the wild', () => {
  const folder = process.env['DAYBOOK_NOTEBOOK_CORPUS']
  const paths: string[] = []
  const verdicts = new Map<string, Verdict>()

  before(async function () {
    this.timeout(1_800_000)
    if (folder === undefined || folder === '') {
      skip(this, 'DAYBOOK_NOTEBOOK_CORPUS is not set: give it a folder with notebooks')
    }
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.ipynb')) paths.push(join(folder, name))
    }
    const python = await referencePython()
    for (let at = 0; at < paths.length; at += 100) {
      const part = paths.slice(at, at + 100)
      const answers = await askPython<Verdict[]>(python, judge, part)
      answers.forEach((verdict, i) => verdicts.set(part[i] ?? '', verdict))
    }
  })

  it('are read if nbformat finds them valid, byte for byte, and refused with a Problem if at all', async () => {
    const counts = { files: paths.length, valid: 0, readThoughInvalid: 0, refused: 0, older: 0, doubts: 0 }
    for (const path of paths) {
      const verdict = verdicts.get(path)
      assert.ok(verdict !== undefined)
      if (verdict.valid) counts.valid++
      try {
        const { document } = await readNotebook(path)
        assert.ok(Buffer.from(document.text).equals(readFileSync(path)), path)
        if (verdict.sources !== null)
          assert.deepEqual(
            document.cells.map(({ source }) => source),
            verdict.sources,
            path,
          )
        if (!verdict.valid) counts.readThoughInvalid++
        if (document.doubts.length > 0) counts.doubts++
      } catch (error) {
        assert.ok(error instanceof Problem, `${path}: ${String(error)}`)
        assert.ok(!verdict.valid, `${path} is valid, but refused: ${error.message}`)
        if (error.code === 'notebook_unsupported') counts.older++
        counts.refused++
        console.log(`      refused: ${error.message.replace(`${folder ?? ''}/`, '')}`)
      }
    }
    console.log('     ', JSON.stringify(counts))
    assert.ok(counts.files > 0, 'the folder holds no notebook')
  }).timeout(1_800_000)

  it('keep every byte outside of a cell that is changed, and get the old bytes back when that is undone', () => {
    const counts = { read: 0, cells: 0, sourcesUndone: 0, outputsUndone: 0 }
    for (const path of paths) {
      const document = tryParse(path)
      if (document === null) continue
      counts.read++
      const isCanonical = verdicts.get(path)?.canonical === true
      for (const cell of sample(document)) {
        counts.cells++
        const undone = changeAndUndo(document, cell.index, path)
        if (isCanonical) assert.ok(undone.source, `${path}: source of cell ${cell.index}`)
        if (isCanonical) assert.ok(undone.outputs, `${path}: outputs of cell ${cell.index}`)
        counts.sourcesUndone += Number(undone.source)
        counts.outputsUndone += Number(undone.outputs)
      }
      insertAndDelete(document, path)
      readParameters(document)
    }
    console.log('     ', JSON.stringify(counts))
  }).timeout(1_800_000)
})

function tryParse(path: string): NotebookDocument | null {
  try {
    return parseNotebook(new TextDecoder('utf-8', { ignoreBOM: true }).decode(readFileSync(path)), path)
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}

/** The first cells, the last, and one in the middle. */
function sample({ cells }: NotebookDocument) {
  const wanted = [0, 1, Math.floor(cells.length / 2), cells.length - 1]
  return [...new Set(wanted)].flatMap((index) => cells[index] ?? [])
}

function changeAndUndo(
  document: NotebookDocument,
  index: number,
  path: string,
): { source: boolean; outputs: boolean } {
  const cell = document.cells[index]
  assert.ok(cell !== undefined)
  const before = document.text.slice(0, cell.json.start)
  const behind = document.text.slice(cell.json.end)
  const attempt = (change: NotebookEdit, undo: NotebookEdit): boolean => {
    const changed = editNotebook(document, [change])
    assert.ok(
      changed.text.startsWith(before) && changed.text.endsWith(behind),
      `${path}: bytes around cell ${index}`,
    )
    const back = editNotebook(changed, [undo])
    assert.deepEqual(contentOf(back, index), contentOf(document, index), path)
    return back.text === document.text
  }
  const { source, outputs, executionCount } = cell
  const undoneSource = attempt(
    { kind: 'source', cell: index, source: `${source}\nadded = 1` },
    { kind: 'source', cell: index, source },
  )
  if (cell.type !== 'code') return { source: undoneSource, outputs: true }
  const more = [...outputs, { output_type: 'stream', name: 'stdout', text: 'x\ny' } as const]
  const undoneOutputs = attempt(
    { kind: 'outputs', cell: index, outputs: more, executionCount: 1_000_000 },
    { kind: 'outputs', cell: index, outputs, executionCount },
  )
  return { source: undoneSource, outputs: undoneOutputs }
}

function contentOf({ cells }: NotebookDocument, index: number): unknown {
  const { source, outputs, executionCount, type, tags } = cells[index] ?? assert.fail('the cell is gone')
  return { source, outputs, executionCount, type, tags }
}

function insertAndDelete(document: NotebookDocument, path: string): void {
  if (document.cells.length === 0) return
  for (const at of [0, document.cells.length]) {
    const inserted = editNotebook(document, [
      { kind: 'insert', at, cell: { type: 'code', source: 'x = 1\ny' } },
    ])
    assert.equal(inserted.cells.length, document.cells.length + 1, path)
    assert.equal(editNotebook(inserted, [{ kind: 'delete', cell: at }]).text, document.text, path)
  }
}
