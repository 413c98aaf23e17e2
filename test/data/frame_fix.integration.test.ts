import assert from 'node:assert/strict'
import { pythonOf, venvFolder } from '../../scripts/paths.mjs'
import type { Finding } from '../../shared/base/finding.ts'
import { nameFrame } from '../../shared/data/frame.ts'
import type { LintReport } from '../../shared/data/report.ts'
import { askPython } from '../notebook/python_peer.ts'

describe('a fix of a finding in a frame', function () {
  this.timeout(60_000)
  const fixes: Finding['fixes'] = [
    { title: 'Drop it', language: 'pandas', code: 'df = df.drop(columns=["same"])' },
    { title: 'Drop it', language: 'polars', code: 'df = df.drop("same")' },
  ]
  const codeFor = (library: string): string[] => {
    const report = { findings: [{ fixes }] } as unknown as LintReport
    const named = nameFrame(report, { name: 'people', rows: 2, step: 1, library })
    return named.findings.flatMap((finding) => finding.fixes.map(({ code }) => code))
  }

  it('speaks of the variable, in the frame’s own library', () => {
    assert.deepEqual(codeFor('pandas'), ['people = people.drop(columns=["same"])'])
    assert.deepEqual(codeFor('polars'), ['people = people.drop("same")'])
    assert.deepEqual(codeFor('numpy'), [])
  })

  it('of pyarrow goes through pandas and comes back, when it is run', async () => {
    const [code] = codeFor('pyarrow')
    const program = `
import pyarrow
people = pyarrow.table({"age": [30, 41], "same": [1, 1]})
${code}
result = [type(people).__name__, people.column_names, people.num_rows]`
    assert.deepEqual(await askPython(pythonOf(venvFolder), program, null), ['Table', ['age'], 2])
  })
})
