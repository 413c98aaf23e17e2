import assert from 'node:assert/strict'
import { symlinkSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cachedEnvironment } from '../../../scripts/python.mjs'
import type { StudySummary, StudyTrial } from '../../../shared/api/study_methods.ts'
import { makeDaemonProject, type DaemonProject } from '../project.ts'

type Tuned = StudySummary & { allTrials: StudyTrial[] }

/**
 * What a library does in the shared cells, and then in each trial: the cases of docs/experiments.md, 57. None names
 * the parameter `x`, or its cell would not be shared.
 */
const works = {
  sklearn:
    'import numpy as np\nfrom sklearn.ensemble import HistGradientBoostingRegressor\n' +
    'def work():\n    X = np.random.default_rng(0).normal(size=(3000, 8))\n' +
    '    return float(HistGradientBoostingRegressor(max_iter=8, early_stopping=False).fit(X, X[:, 0]).predict(X).sum())',
  polars:
    'import polars as pl\n' +
    'def work():\n    frame = pl.DataFrame({"k": [i % 97 for i in range(20000)], "v": range(20000)})\n' +
    '    return float(frame.lazy().group_by("k").agg(pl.col("v").mean()).sort("k").collect()["v"].sum())',
  torch:
    'import torch\n' +
    'def work():\n    torch.manual_seed(0)\n    rows = torch.randn(1024, 64)\n' +
    '    net = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 1))\n' +
    '    loss = ((net(rows) - rows.sum(1, keepdim=True)) ** 2).mean()\n    loss.backward()\n    return float(loss)',
}

describe('forking trials after a library has run', function () {
  this.timeout(1_200_000)
  let project: DaemonProject
  before(async () => {
    const packages = ['polars', 'numpy', 'scikit-learn', 'ipykernel==7.4.0', 'torch']
    const python = await cachedEnvironment('fork-libraries', packages)
    project = makeDaemonProject()
    unlinkSync(join(project.root, '.venv'))
    symlinkSync(dirname(dirname(python)), join(project.root, '.venv'))
  })
  after(() => project.close())

  async function tune(
    library: keyof typeof works,
    use: string,
    env: Record<string, string> = {},
  ): Promise<Tuned> {
    const path = project.notebook(
      `${library}.ipynb`,
      ['x = 1.0', `import daybook\n${works[library]}\n${use}`, 'daybook.log(score=work() * 0 + x)'],
      { parameters: true },
    )
    const args = [
      'tune',
      path,
      '--metric',
      'score:max',
      '--space',
      'x=float(0,1)',
      '--trials',
      '10',
      '--json',
    ]
    const { code, stdout } = await project.daybook([...args, '--parallel', '2'], env)
    assert.equal(code, 0, stdout)
    return JSON.parse(stdout) as Tuned
  }

  for (const library of Object.keys(works) as (keyof typeof works)[]) {
    it(`works for ${library} that is only imported there`, async () => {
      const { trials, how } = await tune(library, '')
      assert.equal(trials.complete, 10)
      assert.equal(how.sharedCells, 2)
      assert.equal(how.mode, 'fork', how.why ?? '')
    })
  }

  for (const library of ['sklearn', 'torch'] as const) {
    it(`works for ${library} that has run there, with pools of one thread`, async () => {
      const { trials, how } = await tune(library, 'work()')
      assert.equal(trials.complete, 10)
      assert.equal(how.sharedCells, 2)
      assert.equal(how.mode, 'fork', how.why ?? '')
    })
  }

  it('is not done where polars has run, and where pools were widened', async () => {
    const polars = await tune('polars', 'work()')
    assert.equal(polars.trials.complete, 10)
    assert.equal(polars.how.mode, 'prepared')
    assert.match(polars.how.why ?? '', /polars has run/)
    const torch = await tune('torch', 'torch.set_num_threads(2)\nwork()')
    assert.equal(torch.trials.complete, 10)
    assert.match(torch.how.why ?? '', /gave torch 2 threads/)
  })
})
