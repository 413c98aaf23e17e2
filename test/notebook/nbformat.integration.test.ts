import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Problem } from '../../shared/base/problem.ts'
import { parseNotebook } from '../../shared/notebook/document.ts'
import { editNotebook } from '../../shared/notebook/edit.ts'
import type { NotebookEdit } from '../../shared/notebook/edit.ts'
import { readOutput, splitLines } from '../../shared/notebook/output.ts'
import { anyFileOutput, anyNotebook, anyText } from './arbitrary.ts'
import { layOut, nbformatLayout } from './layout.ts'
import { anyMutation } from './mutation.ts'
import { askPython, referencePython } from './python_peer.ts'

describe('notebooks against the real nbformat', () => {
  let python: string
  before(async function () {
    this.timeout(600_000)
    python = await referencePython()
  })

  it('come out of editNotebook() as nbformat writes them', async () => {
    const cases = fc.sample(fc.tuple(anyNotebook, anyText, fc.array(anyFileOutput, { maxLength: 3 })), 300)
    const made = cases.map(([notebook, source, outputs]) => {
      const text = layOut(notebook, nbformatLayout)
      const document = parseNotebook(text)
      const edits: NotebookEdit[] = document.cells.map(({ index }) => ({
        kind: 'source',
        cell: index,
        source: source + String(index),
      }))
      for (const { index, type } of document.cells) {
        if (type === 'code')
          edits.push({ kind: 'outputs', cell: index, outputs: outputs.map(readOutput), executionCount: 7 })
      }
      edits.push({ kind: 'metadata', cell: null, path: ['daybook', 'x'], value: source })
      return { text, source, outputs, edited: editNotebook(document, edits).text }
    })
    const code = `
import nbformat
result = []
for case in data:
    nb = nbformat.reads(case["text"], as_version=nbformat.NO_CONVERT)
    outputs = [nbformat.from_dict(output) for output in case["outputs"]]
    for index, cell in enumerate(nb.cells):
        cell.source = case["source"] + str(index)
        if cell.cell_type == "code":
            cell.outputs = outputs
            cell.execution_count = 7
    nb.metadata.setdefault("daybook", {})["x"] = case["source"]
    result.append(nbformat.writes(nb, version=nbformat.NO_CONVERT) + "\\n")`
    const expected = await askPython<string[]>(python, code, made)
    made.forEach(({ edited }, i) => assert.equal(edited, expected[i]))
  }).timeout(120_000)

  it('stay valid after a cell is inserted, in every minor version', async () => {
    const texts = fc.sample(fc.tuple(anyNotebook, anyText), 200).map(([notebook, source]) => {
      const document = parseNotebook(layOut(notebook, nbformatLayout))
      const outputs = [{ output_type: 'stream', name: 'stdout', text: source }] as const
      return editNotebook(document, [{ kind: 'insert', at: 0, cell: { type: 'code', source, outputs } }]).text
    })
    const code = `
import nbformat
result = []
for text in data:
    try:
        nbformat.validate(json.loads(text))
        result.append(None)
    except Exception as error:
        result.append(str(error))`
    assert.deepEqual(
      await askPython(python, code, texts),
      texts.map(() => null),
    )
  }).timeout(120_000)

  it('are all read here that nbformat reads and finds valid, with the same cells', async () => {
    const texts = fc.sample(anyMutation, 2000)
    const code = `
import nbformat
result = []
for text in data:
    try:
        raw = json.loads(text.lstrip("\\ufeff"))
        nbformat.validate(raw)
        nb = nbformat.reads(text.lstrip("\\ufeff"), as_version=nbformat.NO_CONVERT)
        result.append([cell.source for cell in nb.cells] if raw["nbformat"] == 4 else None)
    except (Exception, RecursionError):
        result.append(None)`
    const answers = await askPython<(string[] | null)[]>(python, code, texts)
    const valid = texts.filter((_, i) => answers[i] !== null)
    assert.ok(valid.length > 20, `only ${valid.length} of the texts are valid`)
    texts.forEach((text, i) => {
      const sources = answers[i]
      if (sources === undefined || sources === null) return
      try {
        assert.deepEqual(
          parseNotebook(text).cells.map((cell) => cell.source),
          sources,
        )
      } catch (error) {
        assert.ok(!(error instanceof Problem), `refused although valid: ${String(error)}\n${text}`)
        throw error
      }
    })
  }).timeout(120_000)

  it('have their lines cut where Python cuts them', async () => {
    const texts = fc.sample(anyText, 1000)
    const lines = await askPython(python, 'result = [text.splitlines(True) for text in data]', texts)
    assert.deepEqual(texts.map(splitLines), lines)
  }).timeout(60_000)
})
