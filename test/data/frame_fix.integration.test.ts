import assert from 'node:assert/strict'
import { pythonOf, venvFolder } from '../../scripts/paths.mjs'
import type { Finding } from '../../shared/base/finding.ts'
import { makeTable, textAt, textColumn } from '../../shared/data/column.ts'
import { nameFrame } from '../../shared/data/frame.ts'
import { loadTable } from '../../shared/data/load_table.ts'
import { reportOn, type LintReport } from '../../shared/data/report.ts'
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

  it('makes dates of texts in each form that people write', async () => {
    const days = Array.from({ length: 24 }, (_, i) => [1998 + i, (i % 12) + 1, ((i * 7) % 28) + 1] as const)
    const short = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
    const two = (value: number): string => String(value).padStart(2, '0')
    const forms: ((year: number, month: number, day: number) => string)[] = [
      (y, m, d) => `${y}/${two(m)}/${two(d)} 10:20`,
      (y, m, d) => `${y}-${two(m)}-${two(d)}T10:20:30.5Z`,
      (y, m, d) => `${two(d)}.${two(m)}.${y}`,
      (y, m, d) => `${m}/${d}/${y} 3:05 PM`,
      (y, m, d) => `${short[m - 1]} ${two(d)} ${y}`,
      (y, m, d) => `${short[m - 1]} ${d}, ${y}`,
      (y, m, d) => `${two(d)}-${short[m - 1]}-${y % 100}`.replace(/-(\d)$/, '-0$1'),
    ]
    const columns = forms.map((of, at) =>
      textColumn(
        `d${at}`,
        days.map(([y, m, d]) => of(y, m, d)),
      ),
    )
    const report = reportOn(loadTable('df', makeTable(columns)), {}, () => 0)
    const fixes = report.findings
      .filter(({ rule }) => rule === 'stored-as-text')
      .flatMap((finding) => finding.fixes.filter(({ language }) => language === 'pandas'))
    const cells = columns.map((column) => days.map((_, row) => textAt(column, row)))
    const program = `
import json
import pandas as pd
df = pd.DataFrame({f"d{i}": cells for i, cells in enumerate(json.loads(${JSON.stringify(JSON.stringify(cells))}))})
${fixes.map(({ code }) => code).join('\n')}
result = [[str(df[c].dtype)[:10], int(df[c].isna().sum()), int(df[c].dt.year.sum())] for c in df]`
    const sum = days.reduce((total, [year]) => total + year, 0)
    assert.deepEqual(
      await askPython(pythonOf(venvFolder), program, null),
      forms.map(() => ['datetime64', 0, sum]),
    )
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
