import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { NotebookRun } from '../../shared/api/notebook_methods.ts'
import type { RunDetail } from '../../shared/api/run_methods.ts'
import { findRunArtifact } from '../../shared/runs/run_artifact.ts'
import type { RunId } from '../../shared/runs/run_data.ts'
import type { ExperimentId } from '../../shared/runs/experiment.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

const secret = 'ghp_0123456789abcdefghijABCDEFGHIJ'

describe('capture', function () {
  this.timeout(120_000)
  let project: DaemonProject
  let run: RunDetail

  before(async () => {
    project = makeDaemonProject()
    const git = (...args: string[]): void => {
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
        cwd: project.root,
        stdio: 'ignore',
      })
    }
    git('init', '-b', 'main')
    project.file('features.py', 'rate = 1\n')
    project.file('table.csv', 'a,b\n1,2\n')
    git('add', 'features.py', 'table.csv')
    git('commit', '-m', 'first')
    project.file('features.py', `rate = 2\napi_key = "${secret}"\n`)
    project.file('table.csv', 'a,b\n1,2\nprivate,row\n')
    const path = project.notebook('study.ipynb', [
      'import daybook',
      `token = "${secret}"`,
      'rows = open("table.csv").read()\ndaybook.params(token=token, rate=2)\ndaybook.log(loss=1)\n' +
        'import pandas\ndaybook.dataset(pandas.DataFrame({"a": [1]}), "made")',
    ])
    run = (await project.json<NotebookRun & { run: RunDetail }>(['run', path])).run
  })
  after(() => project.close())

  function artifact(id: string, path: string): string {
    const experimentId = '1' as ExperimentId
    const artifactUri = `mlflow-artifacts:/1/${id}/artifacts`
    const where = {
      artifactsDir: join(project.root, '.daybook', 'artifacts'),
      run: { id: id as RunId, experimentId, artifactUri },
    }
    const file = findRunArtifact(where, path)
    assert.ok(file !== null, `${path} is among the artifacts`)
    return readFileSync(file, 'utf8')
  }

  it('keeps the commit, the branch and the uncommitted changes of code, never of data', () => {
    const head = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: project.root, encoding: 'utf8' }).trim()
    assert.equal(run.tags['mlflow.source.git.commit'], head)
    assert.equal(run.tags['daybook.git.branch'], 'main')
    const diff = artifact(run.id, 'daybook/uncommitted.diff')
    assert.match(diff, /^\+rate = 2$/m)
    assert.doesNotMatch(diff, /private,row/)
  })

  it('keeps the cells in the order in which they ran, with their outcome', () => {
    const cells = JSON.parse(artifact(run.id, 'daybook/cells.json')) as {
      cell: string
      count: number
      ok: boolean
    }[]
    assert.deepEqual(
      cells.map(({ cell, count, ok }) => [cell, count, ok]),
      [
        ['cell-0', 1, true],
        ['cell-1', 2, true],
        ['cell-2', 3, true],
      ],
    )
  })

  it('keeps Python and the packages with their versions', () => {
    const environment = JSON.parse(artifact(run.id, 'daybook/environment.json')) as {
      python: string
      packages: Record<string, string>
    }
    assert.match(environment.python, /^3\.\d+\.\d+/)
    assert.match(environment.packages['scikit-learn'] ?? '', /^\d+\.\d+/)
  })

  it('writes no secret anywhere but into the private journal', () => {
    const found: string[] = []
    const walk = (folder: string): void => {
      for (const name of readdirSync(folder)) {
        const path = join(folder, name)
        if (statSync(path).isDirectory()) {
          if (name !== 'journal') walk(path)
        } else if (readFileSync(path).includes(secret)) found.push(path)
      }
    }
    walk(join(project.root, '.daybook'))
    assert.deepEqual(found, [])
    assert.equal(run.children[0]?.params['token'], '[redacted]')
  })

  it('keeps a copy of the data that was read, and writes it back after the file has changed', async () => {
    const { id } = run.children[0] ?? assert.fail()
    const { datasets } = await project.json<RunDetail>(['show', id])
    assert.deepEqual(
      datasets.map(({ name, reproduce, hasCopy }) => [name, reproduce, hasCopy]),
      [
        ['table.csv', 'from its copy', true],
        ['made', 'cannot be reproduced', false],
      ],
    )
    assert.match((await project.daybook(['show', id])).stdout, /table\.csv .* 20 B .*from its copy/)
    project.file('table.csv', 'changed')
    const restored = await project.daybook(['restore-data', id, '--to', 'before'])
    assert.equal(restored.code, 0, restored.stderr)
    assert.equal(readFileSync(join(project.root, 'before', 'table.csv'), 'utf8'), 'a,b\n1,2\nprivate,row\n')
    const again = await project.daybook(['restore-data', id, 'table.csv', '--to', '.'])
    assert.equal(again.code, 1, 'the changed file stays')
    assert.match(again.stderr, /another content/)
    assert.match(
      (await project.daybook(['restore-data', id, 'made', '--to', '.'])).stderr,
      /no copy of "made"/,
    )
  })

  it('keeps its state to the user alone', () => {
    assert.equal(statSync(join(project.root, '.daybook')).mode & 0o077, 0)
    for (const name of ['daemon.json', 'identity.json']) {
      assert.equal(statSync(join(project.root, '.daybook', name)).mode & 0o077, 0, name)
    }
  })
})
