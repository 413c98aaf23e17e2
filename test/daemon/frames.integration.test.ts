import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '../../shared/api/client.ts'
import type { DataSummary } from '../../shared/api/data_methods.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

const makeFrame = `
import pandas as pd
frame = pd.DataFrame({"n": list(range(60)), "same": ["x"] * 60, "t": ["a" if i % 2 else None for i in range(60)]})`

describe('frames that cells make', function () {
  this.timeout(120_000)
  let project: DaemonProject
  let client: Client
  before(async () => {
    project = makeDaemonProject()
    client = await project.client()
  })
  after(async () => {
    client.close()
    await project.close()
  })

  const isFirst = ({ notes }: DataSummary): boolean => notes.some((note) => note.startsWith('A first look'))
  async function found(notebook: string, count: number): Promise<DataSummary[]> {
    for (let tries = 0; tries < 300; tries++) {
      const list = await client.call('data.findings', { notebook })
      if (list.length >= count && !list.some(isFirst)) return list
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return client.call('data.findings', { notebook })
  }
  const read = async (run: string) =>
    (await client.call('data.findings', { run })).map(({ name, rows }) => [name, rows])
  const spooled = (): string[] =>
    readdirSync(join(project.root, '.daybook', 'spool')).filter((name) => name.startsWith('frame-'))

  it('are looked at, with findings under the cell that made or changed them', async () => {
    const changes: number[] = []
    client.onChange('data.changed', (version) => changes.push(version))
    project.notebook('frames.ipynb', [makeFrame, 'frame["twice"] = frame["n"] * 2', 'print(len(frame))'])
    const ended = await project.daybook(['run', 'frames.ipynb'])
    assert.equal(ended.code, 0, ended.stderr)
    const list = await found('frames.ipynb', 2)
    assert.deepEqual(
      list.map(({ name, rows, columns }) => [name, rows, columns]),
      [
        ['frame', 60, 4],
        ['frame', 60, 3],
      ],
    )
    assert.notEqual(list[0]?.cell, list[1]?.cell)
    const [first] = list
    const constant = first?.findings.find(({ rule }) => rule === 'constant-column')
    assert.match(constant?.says ?? '', /same \('x'\) is the same in all 60 rows/)
    assert.deepEqual(constant?.fixes, [
      { title: 'Drop the column', language: 'pandas', code: 'frame = frame.drop(columns=["same"])' },
    ])
    assert.match(first?.findings.map(({ says }) => says).join('\n') ?? '', /twice = 2 × n in all 60 rows/)
    const report = await client.call('data.report', { id: first!.id })
    assert.deepEqual(
      report.columns.map(({ name }) => name),
      ['n', 'same', 't', 'twice'],
    )
    assert.match(report.columns[0]?.type ?? '', /^int64$/i)
    assert.match((await client.call('data.page', { id: first!.id })).html, /^<!doctype html>/)
    assert.ok(changes.length > 0)
    assert.deepEqual(spooled(), [])
  })
  it('come as they are where Arrow does not take them', async () => {
    const odd = 'import pandas as pd\nodd = pd.DataFrame([[1, "a", 0.5, True], ["b", 2.5, None, False]] * 20)'
    project.notebook('odd.ipynb', [odd])
    assert.equal((await project.daybook(['run', 'odd.ipynb'])).code, 0)
    const [summary] = await found('odd.ipynb', 1)
    const { columns } = await client.call('data.report', { id: summary!.id })
    assert.deepEqual(
      columns.map(({ name, kind, nulls, distinct }) => [name, kind, nulls, distinct]),
      [
        ['0', 'text', 0, 2],
        ['1', 'text', 0, 2],
        ['2', 'number', 20, 1],
        ['3', 'boolean', 0, 2],
      ],
    )
  })
  it('may be arrays of NumPy, plain and structured, which hold up no cell', async () => {
    const make = `
import numpy as np
X = np.random.default_rng(0).normal(size=(250_000, 8))
X[:, 3] = 1.5
X[::2, 5] = np.nan
people = np.zeros(90, dtype=[("age", "i4"), ("town", "U9")])
people["age"], people["town"] = np.arange(90) % 7 * 9, "Bonn"
weights = np.zeros((40, 39))`
    project.notebook('arrays.ipynb', [make, 'X[:] = 0', 'del X'])
    const ended = await project.daybook(['run', 'arrays.ipynb'])
    assert.equal(ended.code, 0, ended.stderr)
    const list = await found('arrays.ipynb', 3)
    // Of 250,000 rows one in three is looked at.
    assert.deepEqual(list.map(({ name, cell, rows, columns }) => [name, cell, rows, columns]).sort(), [
      ['X', 'cell-0', 83_334, 8],
      ['X', 'cell-1', 83_334, 8],
      ['people', 'cell-0', 90, 2],
    ])
    const made = list.find(({ name, cell }) => name === 'X' && cell === 'cell-0')
    const says = made?.findings.map((finding) => finding.says).join('\n') ?? ''
    assert.match(says, /column 3 \('1\.5'\) is the same in all 83,334 rows\n.*column 5 is missing in 41,667/)
    assert.ok(list.every(({ findings }) => findings.every(({ fixes }) => fixes.length === 0)))
  })
  it('are looked at twice if they are large: at once in a few thousand rows, then in all that came', async () => {
    const make = `import pandas as pd
large = pd.DataFrame({"n": range(60_000), "same": "x", "half": [i % 2 for i in range(60_000)]})`
    const seen: DataSummary[] = []
    const off = client.onChange('data.changed', () => {
      void client.call('data.findings', { notebook: 'large.ipynb' }).then((list) => seen.push(...list))
    })
    project.notebook('large.ipynb', [make])
    assert.equal((await project.daybook(['run', 'large.ipynb'])).code, 0)
    const [whole] = await found('large.ipynb', 1)
    off()
    assert.deepEqual([whole?.rows, whole?.notes], [60_000, []])
    const first = seen.find(isFirst)
    assert.deepEqual(
      [first?.id, first?.rows, first?.notes],
      [whole?.id, 2_000, ['A first look at one row in 30 of 60,000.']],
    )
    assert.ok(first?.findings.some(({ rule }) => rule === 'constant-column'))
    assert.deepEqual(spooled(), [])
  })
  it('are told of the run that the cell is', async () => {
    project.notebook('run.ipynb', [`${makeFrame}\nimport daybook\ndaybook.log(loss=0.5)`])
    assert.equal((await project.daybook(['run', 'run.ipynb'])).code, 0)
    const [summary] = await found('run.ipynb', 1)
    assert.match(summary?.run ?? '', /^[0-9a-f]{32}$/)
    assert.equal((await client.call('data.findings', { run: summary!.run })).length, 1)
  })
  it('stay with the run that read them, also when the cell is run again', async () => {
    const make = `${makeFrame}\nX = frame[["n"]]`
    const fit = 'from sklearn.tree import DecisionTreeRegressor\nDecisionTreeRegressor().fit(X, X["n"])'
    const runIds: string[] = []
    for (const code of [make, make.replaceAll('60', '80')]) {
      project.notebook('kept.ipynb', [code, fit])
      assert.equal((await project.daybook(['run', 'kept.ipynb'])).code, 0)
      const { runs } = await client.call('runs.search', { nested: true })
      const isOurs = ({ id, tags }: (typeof runs)[number]): boolean =>
        tags['daybook.notebook'] === 'kept.ipynb' && tags['daybook.cell'] === 'cell-1' && !runIds.includes(id)
      const run = runs.find(isOurs)
      assert.ok(run)
      runIds.push(run.id)
      for (let tries = 0; tries < 300 && (await read(run.id)).length === 0; tries++)
        await new Promise((resolve) => setTimeout(resolve, 100))
    }
    assert.deepEqual(await Promise.all(runIds.map(read)), [[['X', 60]], [['X', 80]]])
    const now = await client.call('data.findings', { notebook: 'kept.ipynb' })
    assert.deepEqual(now.map(({ name, rows }) => [name, rows]).sort(), [
      ['X', 80],
      ['frame', 80],
    ])
  })
  it('are not looked at when that is switched off', async () => {
    project.file('daybook.yaml', 'lint: {onRun: false}\n')
    project.notebook('off.ipynb', [makeFrame])
    assert.equal((await project.daybook(['run', 'off.ipynb'])).code, 0)
    await new Promise((resolve) => setTimeout(resolve, 2000))
    assert.deepEqual(await client.call('data.findings', { notebook: 'off.ipynb' }), [])
    for (let tries = 0; tries < 100 && spooled().length > 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100))
    assert.deepEqual(spooled(), [])
    project.file('daybook.yaml', '')
  })
  it('and files are looked at when asked', async () => {
    project.file('a.csv', `a,b\n${Array.from({ length: 30 }, (_, i) => `${i},same`).join('\n')}\n`)
    const summary = await client.call('data.lint', { path: 'a.csv' })
    assert.deepEqual(
      [summary.name, summary.rows, summary.findings[0]?.rule],
      ['a.csv', 30, 'constant-column'],
    )
    assert.equal((await client.call('data.findings', {}))[0]?.name, 'a.csv')
    await assert.rejects(client.call('data.lint', { path: 'none.csv' }), /There is no file/)
  })
})
