import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { NotebookRun } from '../../shared/api/notebook_methods.ts'
import type { RunDetail, RunPage } from '../../shared/api/run_methods.ts'
import { parseNotebook } from '../../shared/notebook/document.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

type Executed = NotebookRun & { run: RunDetail }

describe('daybook run', function () {
  this.timeout(120_000)
  let project: DaemonProject
  before(() => (project = makeDaemonProject()))
  after(() => project.close())

  it('executes a notebook with parameters and keeps what it logged, in the table and in the file', async () => {
    const path = project.notebook(
      'study.ipynb',
      ['rate = 0.1\nname = "a"', 'import daybook\nprint("rate", rate)', 'daybook.log(loss=rate * 2)'],
      { parameters: true },
    )
    const before = readFileSync(path, 'utf8')
    const done = await project.json<Executed>([
      'run',
      path,
      '-p',
      'rate=0.5',
      '--output',
      `${project.root}/out.ipynb`,
    ])
    assert.equal(done.state, 'finished')
    assert.equal(done.run.status, 'FINISHED')
    assert.equal(done.run.params['rate'], '0.5')
    assert.equal(done.run.params['name'], '"a"')
    assert.equal(done.run.metrics['loss'], 1)
    assert.equal(done.run.experiment, 'study.ipynb')
    assert.deepEqual(
      done.run.cells.map(({ code, ok }) => [code.split('\n')[0], ok]),
      [
        ['rate = 0.1', true],
        ['# Parameters', true],
        ['import daybook', true],
        ['daybook.log(loss=rate * 2)', true],
      ],
    )
    assert.equal(readFileSync(path, 'utf8'), before, 'the notebook itself is not touched')
    const out = parseNotebook(readFileSync(`${project.root}/out.ipynb`, 'utf8'))
    assert.deepEqual(
      out.cells.map((cell) => cell.executionCount),
      [1, 2, 3, 4],
    )
    assert.deepEqual(out.cells[2]?.outputs, [{ output_type: 'stream', name: 'stdout', text: 'rate 0.5\n' }])
  })

  it('nests the runs of cells in the run of the notebook; the table shows the latter', async () => {
    const table = await project.json<RunPage>(['runs'])
    assert.deepEqual(
      table.runs.map(({ name }) => name),
      ['study 1'],
    )
    const all = await project.json<RunPage>(['runs', '--nested'])
    const child = all.runs.find(({ parentId }) => parentId === table.runs[0]?.id)
    assert.equal(child?.metrics['loss'], 1)
    assert.equal(child.tags['daybook.cell'], 'cell-2')
    assert.equal(child.tags['mlflow.source.name'], 'study.ipynb')
  })

  it("ends with 1 at a failing cell, in the kernel's own words, and keeps what was logged", async () => {
    const path = project.notebook('bad.ipynb', [
      'import daybook\ndaybook.log(loss=3)',
      '1 / 0',
      'print("never")',
    ])
    const { code, stdout } = await project.daybook(['run', path])
    assert.equal(code, 1)
    assert.match(stdout, /ZeroDivisionError.*division by zero/)
    assert.match(stdout, /Failed in cell 2/)
    const { runs } = await project.json<RunPage>(['runs', '--experiment', 'bad.ipynb'])
    assert.equal(runs[0]?.status, 'FAILED')
    assert.equal(runs[0].metrics['loss'], 3)
    assert.match(runs[0].tags['daybook.error'] ?? '', /ZeroDivisionError/)
  })

  it('ends with 1 when the kernel dies, and says how', async () => {
    const path = project.notebook('dies.ipynb', ['import os, signal\nos.kill(os.getpid(), signal.SIGKILL)'])
    const { code, stdout } = await project.daybook(['run', path])
    assert.equal(code, 1)
    assert.match(stdout, /SIGKILL/)
  })

  it('says what is wrong with a notebook, a parameter or a kernel that is not there', async () => {
    const missing = await project.daybook(['run', 'no.ipynb'])
    assert.equal(missing.code, 1)
    assert.match(missing.stderr, /no\.ipynb/)
    project.file('broken.ipynb', '{"cells": [')
    assert.match((await project.daybook(['run', 'broken.ipynb'])).stderr, /broken\.ipynb.*line 1/s)
    const path = project.notebook('fine.ipynb', ['1'])
    assert.match((await project.daybook(['run', path, '-p', 'novalue'])).stderr, /name=value/)
    const other = await project.daybook(['run', path, '--kernel', 'no-such-kernel'])
    assert.equal(other.code, 1)
    assert.match(other.stdout + other.stderr, /no-such-kernel/)
  })

  it('goes on, complete, when the daemon is killed again and again under it', async () => {
    const path = project.notebook('long.ipynb', [
      'import time, daybook',
      'for i in range(50):\n    print("tick", i)\n    daybook.log(loss=1 / (i + 1), step=i)\n    time.sleep(0.1)',
      'print("end")',
    ])
    const running = project.json<Executed>(['run', path, '--output', `${project.root}/long-out.ipynb`])
    for (let kill = 0; kill < 3; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await project.killDaemon()
    }
    const done = await running
    assert.equal(done.state, 'finished')
    const out = parseNotebook(readFileSync(`${project.root}/long-out.ipynb`, 'utf8'))
    const text = out.cells[1]?.outputs.map((output) => ('text' in output ? output.text : '')).join('')
    assert.equal(text, Array.from({ length: 50 }, (_, i) => `tick ${i}\n`).join(''))
    const client = await project.client()
    const history = await client.call('runs.history', { id: done.run.children[0]?.id ?? '', key: 'loss' })
    client.close()
    assert.deepEqual(
      history.map(({ step }) => step),
      Array.from({ length: 50 }, (_, i) => i),
    )
  })
})
