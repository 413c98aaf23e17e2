import assert from 'node:assert/strict'
import type { DataSummary } from '../../shared/api/data_methods.ts'
import type { Finding, FindingLevel } from '../../shared/base/finding.ts'
import { cellOfFix, changeOfRead, lineOfFrame } from '../../shared/views/finding_fix.ts'
import { describeCellData, placeFindings, type CellData } from '../../shared/views/finding_places.ts'

function finding(rule: string, level: FindingLevel = 'warn', columns: readonly string[] = ['a']): Finding {
  return {
    ...{ rule, level, where: { kind: 'columns', columns }, says: `${rule} is so`, why: '' },
    ...{ evidence: {}, example: null, fixes: [], weight: 0.5 },
  }
}

function look(cell: string, atMs: number, findings: readonly Finding[], rest: Partial<DataSummary> = {}) {
  const nothing = { run: null, target: null, targetGuessed: false, suppressed: 0, notes: [] }
  const about = { id: `${cell} ${atMs}`, name: 'df', notebook: 'a.ipynb', execution: 'e' }
  return { ...nothing, ...about, cell, atMs, rows: 10, columns: 3, rowsLookedAt: 10, findings, ...rest }
}

const cells = ['load', 'fix', 'more']
const rules = (found: readonly CellData[] | undefined): string[] =>
  (found ?? []).flatMap(({ shown }) => shown.map(({ rule }) => rule))

describe('where findings are shown', () => {
  it('is under the cell that made the frame, at most three, never one that is only worth knowing', () => {
    const many = ['b', 'c', 'd', 'e'].map((rule) => finding(rule))
    const placed = placeFindings([look('load', 1, [...many, finding('note', 'info')])], cells)
    const [data] = placed.get('load') ?? []
    assert.deepEqual(rules(placed.get('load')), ['b', 'c', 'd'])
    assert.ok(data)
    assert.equal(describeCellData(data), 'df 10 × 3 · 3 to look at, +2 smaller')
  })
  it('is nowhere once a cell below has fixed it, and never twice', () => {
    const [gone, stays, news] = ['gone', 'stays', 'news'].map((rule) => finding(rule))
    assert.ok(gone && stays && news)
    const looks = [look('load', 1, [gone, stays]), look('fix', 2, [stays, news])]
    const placed = placeFindings(looks, cells)
    assert.deepEqual(rules(placed.get('load')), ['stays'])
    assert.deepEqual(rules(placed.get('fix')), ['news'])
  })
  it('is the first cell again when that is run again', () => {
    const [gone, stays] = ['gone', 'stays'].map((rule) => finding(rule))
    assert.ok(gone && stays)
    const placed = placeFindings([look('load', 3, [gone, stays]), look('fix', 2, [stays])], cells)
    assert.deepEqual(rules(placed.get('load')), ['gone', 'stays'])
    assert.deepEqual(rules(placed.get('fix')), [])
  })
  it('stays where a name later stands for another frame', () => {
    const other = look('more', 2, [finding('other')], { rows: 500, columns: 8 })
    const placed = placeFindings([look('load', 1, [finding('first')]), other], cells)
    assert.deepEqual(rules(placed.get('load')), ['first'])
    assert.deepEqual(rules(placed.get('more')), ['other'])
  })
  it('leaves out cells that are not in the notebook any more', () => {
    assert.equal(placeFindings([look('cut', 1, [finding('b')])], cells).size, 0)
  })
})

describe('a fix in a notebook', () => {
  it('brings the imports that the notebook lacks', () => {
    const code = 'df["a"] = df["a"].replace(["?"], np.nan)\ndf["a"] = pd.to_numeric(df["a"])'
    assert.equal(cellOfFix({ code }, 'import pandas as pd'), `import numpy as np\n${code}`)
    assert.equal(cellOfFix({ code: 'df = df.drop(columns=["a"])' }, ''), 'df = df.drop(columns=["a"])')
  })
  it('stands at the line that makes the frame', () => {
    const code = 'import pandas as pd\npath = "a"\ndf = pd.read_csv(path)\nprint(df == 3)'
    assert.equal(lineOfFrame(code, 'df'), 2)
    assert.equal(lineOfFrame('x = 1\nmodel.fit(df)', 'df'), 1)
    assert.equal(lineOfFrame('x = 1', 'df'), 0)
  })

  const marked: Finding = {
    ...finding('written-missing'),
    fixes: [{ title: '', language: 'pandas', code: 'df[["a"]] = df[["a"]].replace(["?", "n/a"], np.nan)' }],
  }
  function changed(code: string, name = 'df'): string | null {
    const change = changeOfRead(marked, code, name)
    return change === null ? null : code.slice(0, change.at) + change.text + code.slice(change.at)
  }
  it('can be an argument of the call that reads, for pandas and for polars', () => {
    assert.equal(
      changed('df = pd.read_csv("a(b.csv", sep=";")  # it )'),
      'df = pd.read_csv("a(b.csv", sep=";", na_values=["?", "n/a"])  # it )',
    )
    assert.equal(
      changed('df = pl.read_csv(\n    path,\n)\ndf.head()'),
      'df = pl.read_csv(\n    path, null_values=["?", "n/a"]\n)\ndf.head()',
    )
  })
  it('leaves calls alone that it does not understand', () => {
    for (const code of [
      'df = pd.read_csv("a", na_values="x")',
      'df = load("a")',
      'other = pd.read_csv("a")',
      'df = pd.read_csv("a"',
      'df = pd.read_csv("""a)',
    ])
      assert.equal(changed(code), null, code)
    assert.equal(changeOfRead(finding('cap'), 'df = pd.read_csv("a")', 'df'), null)
  })
})
