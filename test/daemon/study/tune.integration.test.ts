import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunDetail } from '../../../shared/api/run_methods.ts'
import type { StudySummary, StudyTrial } from '../../../shared/api/study_methods.ts'
import { parseNotebook } from '../../../shared/notebook/document.ts'
import { makeDaemonProject, type DaemonProject } from '../project.ts'

type Tuned = StudySummary & { allTrials: StudyTrial[]; written: { written: Record<string, string> } | null }

describe('daybook tune', function () {
  this.timeout(180_000)
  let project: DaemonProject
  before(() => (project = makeDaemonProject()))
  after(() => project.close())
  const tune = (...args: string[]): Promise<Tuned> => project.json<Tuned>(['tune', ...args])

  it('runs shared cells once, forks each trial, finds the best and writes it into the notebook', async () => {
    const path = project.notebook(
      'curve.ipynb',
      [
        'lr = 0.5  # step size\nkind = "b"',
        'import os\nwith open("loaded", "a") as file: file.write("x")\nparent = os.getpid()',
        'import daybook\nassert os.getpid() != parent\nprint("lr", lr)',
        'daybook.log(score=-(lr - 0.2) ** 2 + (0.1 if kind == "a" else 0))\nlr',
      ],
      { parameters: true },
    )
    const args = ['--metric', 'score:max', '--space', 'lr=float(0,1)', '--space', 'kind=choice(a,b)']
    const study = await tune(
      path,
      ...args,
      '--trials',
      '12',
      '--parallel',
      '2',
      '--seed',
      '1',
      '--write-best',
    )
    assert.equal(study.state, 'finished')
    assert.equal(study.trials.complete, 12)
    assert.equal(study.how.mode, 'fork')
    assert.equal(study.how.sharedCells, 2)
    assert.equal(readFileSync(join(project.root, 'loaded'), 'utf8'), 'x', 'what all trials share ran once')
    const values = study.allTrials.map(({ values }) => values[0] ?? NaN)
    assert.equal(study.best?.values[0], Math.max(...values))
    assert.deepEqual(
      study.allTrials[0]?.point,
      { lr: 0.5, kind: 'b' },
      "the notebook's own values come first",
    )
    assert.ok(Math.abs((study.gain?.gain ?? NaN) - (Math.max(...values) - (values[0] ?? NaN))) < 1e-12)
    const written = parseNotebook(readFileSync(path, 'utf8')).cells[0]?.source ?? ''
    assert.equal(
      written,
      `lr = ${String(study.best.point['lr'])}  # step size\nkind = "${String(study.best.point['kind'])}"`,
    )
  })

  it("keeps a run a trial, nested in the study's, with parameters, code and the executed notebook", async () => {
    const study = (await project.json<StudySummary[]>(['studies']))[0] as StudySummary
    const run = await project.json<RunDetail>(['show', study.runId])
    assert.equal(run.status, 'FINISHED')
    assert.equal(run.children.length, 12)
    assert.equal(run.metrics['score'], study.best?.values[0])
    const best = await project.json<RunDetail>(['show', study.best?.runId ?? ''])
    assert.equal(best.params['lr'], String(study.best?.point['lr']))
    assert.equal(best.name, `trial ${String(study.best?.number)}`)
    assert.deepEqual(
      best.cells.map(({ cell, ok }) => [cell, ok]),
      [
        ['cell-0', true],
        ['cell-1', true],
        ['cell-2', true],
        ['cell-3', true],
      ],
    )
    const file = join(project.root, '.daybook', 'artifacts')
    assert.ok(best.artifacts.some(({ path }) => path === 'notebook.ipynb'))
    assert.ok(best.artifacts.some(({ path }) => path === 'daybook/environment.json'))
    const text = readFileSync(findArtifact(file, best.id), 'utf8')
    const point = study.best?.point ?? {}
    const executed = parseNotebook(text)
    assert.match(executed.cells[1]?.source ?? '', /^# Parameters\nlr = /)
    assert.deepEqual(executed.cells[3]?.outputs, [
      { output_type: 'stream', name: 'stdout', text: `lr ${String(point['lr'])}\n` },
    ])
  })

  it('makes every proposal again from the log', async () => {
    const study = (await project.json<StudySummary[]>(['studies']))[0] as StudySummary
    const replayed = await project.json<{ trials: number; different: number[] }>([
      'studies',
      study.id,
      '--replay',
    ])
    assert.deepEqual(replayed, { trials: 11, different: [] })
  })

  it('registers the model that the best trial kept, the same version the second time', async () => {
    const path = project.notebook(
      'ridge.ipynb',
      [
        'alpha = 1.0',
        'import daybook\nimport numpy as np\nfrom sklearn.linear_model import Ridge\n' +
          'x = np.arange(20.0).reshape(-1, 1)',
        'model = Ridge(alpha=alpha).fit(x, 2 * x[:, 0])\ndaybook.log(score=model.score(x, 2 * x[:, 0]))',
      ],
      { parameters: true },
    )
    const study = await tune(path, '--metric', 'score:max', '--space', 'alpha=float(0,9)', '--trials', '2')
    const register = () =>
      project.json<{ name: string; version: number }>(['studies', study.id, '--register'])
    assert.deepEqual(await register(), { name: 'ridge', version: 1 })
    assert.deepEqual(await register(), { name: 'ridge', version: 1 })
  })

  it('ends trials early that have no use, whether their code asks or not', async () => {
    const path = project.notebook(
      'epochs.ipynb',
      [
        'lr = 0.1\nasks = True',
        'import daybook, time',
        'for epoch in range(12):\n' +
          '    daybook.report(lr * (epoch + 1), epoch)\n' +
          '    time.sleep(0.05 if asks else 1)\n' +
          '    if asks and daybook.should_stop(): break\n' +
          'daybook.log(score=lr * (epoch + 1), step=epoch)',
      ],
      { parameters: true },
    )
    const args = [
      path,
      '--metric',
      'score:max',
      '--space',
      'lr=float(0,1)',
      '--seed',
      '4',
      '--sampler',
      'random',
      '--parallel',
      '2',
    ]
    const study = await tune(...args, '--trials', '14', '--pruner', 'median')
    const pruned = study.allTrials.filter(({ state }) => state === 'pruned')
    assert.ok(pruned.length >= 2, `${pruned.length} were ended early`)
    assert.ok(pruned.every(({ reports }) => reports < 12))
    assert.ok(study.allTrials.every(({ state }) => state === 'pruned' || state === 'complete'))
    const stubborn = await tune(
      ...args,
      '--trials',
      '8',
      '--pruner',
      'median',
      '-p',
      'asks=False',
      '--timeout',
      '40s',
    )
    assert.ok(stubborn.allTrials.some(({ state, reports }) => state === 'pruned' && reports < 12))
  })

  it('gives the same study for the same seed where asked to, in parallel too', async () => {
    const path = project.notebook(
      'same.ipynb',
      [
        'lr = 0.1',
        'import daybook, random, time',
        'for epoch in range(5):\n' +
          '    time.sleep(random.SystemRandom().random() * 0.1)\n' +
          '    daybook.report(-abs(lr - 0.3) * (6 - epoch) + random.random() * 0.01, epoch)\n' +
          '    if daybook.should_stop(): break\n' +
          'daybook.log(score=-abs(lr - 0.3) + random.random() * 0.01)',
      ],
      { parameters: true },
    )
    const args = ['--metric', 'score', '--mode', 'max', '--space', 'lr=float(0,1)', '--parallel', '3']
    const once = (): Promise<Tuned> =>
      tune(path, ...args, '--trials', '12', '--seed', '7', '--deterministic', '--pruner', 'median')
    const told = ({ allTrials }: Tuned): unknown =>
      allTrials.map(({ point, state, values }) => [point, state, values])
    assert.deepEqual(told(await once()), told(await once()))
  })

  it('goes on where some parameters fail, and says which and why; all failing ends it', async () => {
    const path = project.notebook(
      'fails.ipynb',
      ['x = 1', 'import daybook', 'if x > 5: raise ValueError(f"{x} is too much")\ndaybook.log(loss=x)'],
      { parameters: true },
    )
    const args = [path, '--metric', 'loss', '--space', 'x=int(1,10)', '--seed', '2', '--parallel', '2']
    const junit = join(project.root, 'junit.xml')
    const study = await tune(...args, '--trials', '20', '--junit', junit)
    assert.equal(study.state, 'finished')
    assert.equal(study.trials.complete, 5)
    assert.equal(study.trials.failed, 5)
    assert.equal(study.best?.point['x'], 1)
    assert.ok(
      study.notes.some((note) => /The search is over/.test(note)),
      'all ten were tried',
    )
    const failed = study.allTrials.find(({ state }) => state === 'failed')
    assert.match(failed?.failure?.message ?? '', /is too much/)
    assert.equal(failed?.failure?.cell, 2)
    assert.match(readFileSync(junit, 'utf8'), /<failure type="ValueError" message="\d+ is too much">/)
    const none = project.notebook('none.ipynb', ['x = 7', 'if x > 5: raise ValueError("too much")'], {
      parameters: true,
    })
    const hopeless = await project.daybook(['tune', none, '--metric', 'loss', '--space', 'x=int(6,99)'])
    assert.equal(hopeless.code, 1)
    assert.match(hopeless.stdout, /trials all failed, the last one in cell 2 with ValueError/)
    const missing = await project.daybook(['tune', path, '--metric', 'nothing:max', '--space', 'x=int(1,3)'])
    assert.match(missing.stdout, /did not log "nothing": it logged loss/)
  })

  it('exits with 1 if the best is not good enough, and says what is wrong with what it was given', async () => {
    const path = join(project.root, 'fails.ipynb')
    const args = [
      'tune',
      path,
      '--metric',
      'loss',
      '--space',
      'x=int(1,3)',
      '--trials',
      '2',
      '--fail-if',
      'best > 0.5',
    ]
    const ended = await project.daybook(args)
    assert.equal(ended.code, 1)
    assert.match(ended.stderr, /Fails, as best > 0.5/)
    const wrong: [string[], RegExp][] = [
      [['tune', path], /Which metric/],
      [['tune', path, '--metric', 'q'], /Is more or less of "q" better/],
      [['tune', path, '--metric', 'loss', '--space', 'x=log(0,1)'], /logarithmic/],
      [['tune', path, '--metric', 'loss', '--sampler', 'magic'], /There is no sampler "magic"/],
      [['tune', 'absent.ipynb', '--metric', 'loss'], /absent\.ipynb/],
      [['tune', path, '--metric', 'loss', '--fail-if', 'best is bad'], /--fail-if cannot be read/],
    ]
    for (const [words, says] of wrong) {
      const { code, stderr } = await project.daybook(words)
      assert.notEqual(code, 0)
      assert.match(stderr, says)
    }
  })

  it('keeps settings in a readable file beside the notebook, and runs it again from there', async () => {
    const path = join(project.root, 'curve.ipynb')
    const args = [
      '--metric',
      'score:max',
      '--space',
      'lr=float(0,1)',
      '--trials',
      '3',
      '--seed',
      '5',
      '--save',
    ]
    const first = await tune(path, ...args)
    const file = join(project.root, 'curve.study.yaml')
    assert.ok(existsSync(file))
    const commented = readFileSync(file, 'utf8').replace('trials: 3', '# few, for a test\ntrials: 3')
    project.file('curve.study.yaml', commented)
    const again = await tune(path)
    assert.deepEqual(
      again.allTrials.map(({ point }) => point),
      first.allTrials.map(({ point }) => point),
    )
    await tune('--study', file, '--seed', '6', '--save')
    assert.match(readFileSync(file, 'utf8'), /# few, for a test\ntrials: 3/)
    assert.match(readFileSync(file, 'utf8'), /seed: 6/)
  })

  it('measures best and default again where asked to, which tells how sure the gain is', async () => {
    const path = project.notebook(
      'noisy.ipynb',
      [
        'x = 9.0\nseed = 0',
        'import daybook, random',
        'random.seed(seed)\ndaybook.log(loss=x + random.random())',
      ],
      { parameters: true },
    )
    const args = [
      '--metric',
      'loss',
      '--space',
      'x=float(0,9)',
      '--trials',
      '4',
      '--seed',
      '1',
      '--repeats',
      '4',
    ]
    const { gain, trials, allTrials } = await tune(path, ...args)
    assert.equal(trials.complete, 12)
    const repeated = allTrials.filter(({ role }) => role === 'repeat').map(({ values }) => values[0])
    assert.equal(new Set(repeated).size, 8, 'each with another seed')
    assert.equal(gain?.verdict, 'real')
    assert.ok((gain.interval?.low ?? NaN) < gain.gain && gain.gain < (gain.interval?.high ?? NaN))
  })

  it('chooses values that cells ask for, as their calls say it; alone, the notebook has its defaults', async () => {
    const path = project.notebook('asks.ipynb', [
      'import daybook\nprint("loaded")',
      'kind = daybook.suggest_categorical("kind", ["a", "b"])\n' +
        'rate = daybook.suggest_float("rate", 1e-4, 1, log=True, default=0.5)\n' +
        'n = daybook.suggest_int("n", 1, 9)  # not trial.suggest_int("m", 1, 2)\n' +
        'daybook.log(loss=abs(rate - 0.01) + n + (kind == "b"))',
    ])
    const study = await tune(path, '--metric', 'loss', '--trials', '10', '--seed', '1')
    assert.deepEqual(study.space, { kind: 'choice(a,b)', rate: 'log(0.0001,1)', n: 'int(1,9)' })
    assert.equal(study.trials.complete, 10)
    assert.equal(study.how.sharedCells, 1)
    for (const { point, values } of study.allTrials) {
      const expected =
        Math.abs(Number(point['rate']) - 0.01) + Number(point['n']) + (point['kind'] === 'b' ? 1 : 0)
      assert.ok(Math.abs((values[0] ?? NaN) - expected) < 1e-12)
    }
    const alone = await project.json<{ runId: string }>(['run', path])
    const run = await project.json<RunDetail>(['show', alone.runId])
    const { params } =
      run.children.length === 0 ? run : await project.json<RunDetail>(['show', run.children[0]?.id ?? ''])
    assert.deepEqual([params['kind'], params['rate'], params['n']], ['a', '0.5', '5'])
  })

  it('ends by itself once nothing more is to be expected, where asked to, and tells what came after that', async () => {
    const path = project.notebook('flat.ipynb', ['x = 0.5', 'import daybook\ndaybook.log(score=1)'], {
      parameters: true,
    })
    const args = ['--metric', 'score:max', '--space', 'x=float(0,1)', '--trials', '60', '--parallel', '2']
    const ended = await tune(path, ...args, '--stop-on-plateau', '--price', '3')
    assert.ok(ended.trials.complete >= 20 && ended.trials.complete < 30, String(ended.trials.complete))
    assert.match(ended.notes.join(), /The search is over: half of \d+ trials are as good as the best/)
    assert.ok(Math.abs((ended.used.cost ?? NaN) - 3 * ended.used.hours) < 1e-9)
    const whole = await tune(path, ...args)
    assert.equal(whole.trials.complete, 60)
    assert.equal(whole.plateau?.spent, 60 - (whole.plateau?.trial ?? NaN))
  })
})

function findArtifact(folder: string, run: string): string {
  for (const experiment of ['1', '2', '3', '4', '5']) {
    const path = join(folder, experiment, run, 'artifacts', 'notebook.ipynb')
    if (existsSync(path)) return path
  }
  throw new Error('the executed notebook is not there')
}
