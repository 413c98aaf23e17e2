import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { StudySummary, StudyTrial } from '../../../shared/api/study_methods.ts'
import type { Client } from '../../../shared/api/client.ts'
import { skip } from '../../skip.ts'
import { makeDaemonProject, python, type DaemonProject } from '../project.ts'

/** An environment with Optuna 5, made by `npm run bench:quality -- tuning`. */
const withOptuna = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  '.cache',
  'environments',
  'optuna-5',
  'bin',
  'python',
)

describe('searches that other code runs', function () {
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

  async function run(interpreter: string, name: string, lines: readonly string[]): Promise<string> {
    const script = project.file(name, `${lines.join('\n')}\n`)
    const ended = await project.daybook(['exec', '--', interpreter, script])
    assert.equal(ended.code, 0, ended.stderr)
    return ended.stdout
  }
  async function newest(): Promise<{ study: StudySummary; trials: StudyTrial[] }> {
    const [study] = await client.call('studies.list', {})
    assert.ok(study !== undefined)
    return { study, trials: (await client.call('studies.trials', { id: study.id })).trials }
  }

  const data = [
    'from sklearn.datasets import load_iris',
    'from sklearn.tree import DecisionTreeClassifier',
    'from sklearn.model_selection import GridSearchCV, RandomizedSearchCV',
    'X, y = load_iris(return_X_y=True)',
  ]

  it("tells scikit-learn's grid as a study: a candidate is a trial, its value as scikit-learn has it", async () => {
    const said = await run(python, 'grid.py', [
      ...data,
      "grid = {'max_depth': [1, 2, 3], 'criterion': ['gini', 'entropy']}",
      'search = GridSearchCV(DecisionTreeClassifier(random_state=0), grid, cv=3).fit(X, y)',
      "print(','.join(repr(float(one)) for one in search.cv_results_['mean_test_score']))",
    ])
    const { study, trials } = await newest()
    assert.equal(study.state, 'finished')
    assert.equal(study.madeBy, 'scikit-learn')
    assert.equal(study.name, 'GridSearchCV of DecisionTreeClassifier')
    assert.deepEqual(study.space, { criterion: 'choice(gini,entropy)', max_depth: 'ordered(1,2,3)' })
    const means = said.trim().split('\n').at(-1)?.split(',').map(Number) ?? []
    assert.equal(trials.length, 6)
    for (const [at, { values }] of trials.entries()) {
      assert.ok(Math.abs((values[0] ?? NaN) - (means[at] ?? NaN)) < 1e-12)
    }
    assert.ok(trials.every(({ startedAtMs, endedAtMs }) => startedAtMs !== null && endedAtMs !== null))
    await assert.rejects(client.call('studies.change', { id: study.id, to: 'pause' }), /is over/)
  })

  it('tells a random search over several processes, and one that fails, without a change to either', async () => {
    const said = await run(python, 'random.py', [
      ...data,
      'from scipy.stats import loguniform',
      "ranges = {'ccp_alpha': loguniform(1e-5, 1e-1)}",
      'search = RandomizedSearchCV(DecisionTreeClassifier(random_state=0), ranges, n_iter=20, cv=3, n_jobs=2, random_state=1)',
      'search.fit(X, y)',
      "print(len(search.cv_results_['params']))",
      'class Broken(DecisionTreeClassifier):',
      '    def fit(self, *a, **k): raise ValueError("no")',
      'try:',
      "    GridSearchCV(Broken(), {'max_depth': [1, 2]}, cv=3).fit(X, y)",
      'except ValueError as error:',
      "    print('as without Daybook:', str(error).startswith('\\nAll the 6 fits failed'))",
    ])
    assert.match(said, /20\nas without Daybook: True/)
    const studies = await client.call('studies.list', {})
    assert.equal(studies[0]?.state, 'cancelled')
    assert.equal(studies[1]?.trials.complete, 20)
    assert.match(studies[1].space['ccp_alpha'] ?? '', /^log\(/)
  })

  it("tells Optuna's study while it runs, with intermediate values and what was ended early", async function () {
    if (!existsSync(withOptuna))
      skip(this, 'no environment with Optuna: npm run bench:quality -- tuning makes it')
    const said = await run(withOptuna, 'optuna_study.py', [
      'import optuna',
      'optuna.logging.set_verbosity(optuna.logging.ERROR)',
      'heard = []',
      'def objective(trial):',
      "    x = trial.suggest_float('x', -1, 1)",
      "    kind = trial.suggest_categorical('kind', ['a', None, (1, 2)])",
      '    for step in range(3): trial.report(x * x + step, step)',
      '    if trial.number == 4: raise optuna.TrialPruned()',
      "    n = trial.suggest_int('n', 1, 1000, log=True) if kind == 'a' else 0",
      '    return x * x + n / 1e6',
      "study = optuna.create_study(study_name='mine', storage='sqlite:///mine.db', sampler=optuna.samplers.RandomSampler(seed=1))",
      'study.optimize(objective, n_trials=12, callbacks=[lambda s, t: heard.append(t.number)])',
      'asked = study.ask()',
      "asked.suggest_float('x', -1, 1)",
      'study.tell(asked, 0.5)',
      'print(len(heard), repr(study.best_value))',
    ])
    const [count, best] = said.trim().split('\n').at(-1)?.split(' ') ?? []
    assert.equal(count, '12')
    const { study, trials } = await newest()
    assert.equal(study.name, 'mine')
    assert.equal(study.madeBy, 'Optuna')
    assert.equal(study.best?.values[0], Number(best))
    assert.equal(trials.length, 13)
    assert.equal(study.state, 'finished')
    assert.equal(trials[4]?.state, 'pruned')
    assert.deepEqual(trials[0]?.lastReport?.step, 2)
    assert.equal(study.space['x'], 'float(-1,1)')
    assert.equal(study.space['n'], 'int(1,1000,log)')
  })

  it("takes over Optuna's database, twice with the same result", async function () {
    if (!existsSync(join(project.root, 'mine.db'))) skip(this, 'no environment with Optuna')
    for (const known of [0, 1]) {
      const done = await client.call('store.import', { source: join(project.root, 'mine.db') })
      assert.deepEqual([done.added, done.known, done.problems], [1 - known, known, []])
    }
    const study = await client.call('studies.get', { id: 'OPTUNA' })
    assert.equal(study.trials.complete, 12)
    assert.equal(study.trials.pruned, 1)
    assert.equal(study.state, 'finished')
    const { trials } = await client.call('studies.trials', { id: study.id })
    assert.ok(trials.every(({ point }) => ['a', null, '[1,2]', undefined].includes(point['kind'] as string)))
    const run = await client.call('runs.get', { id: study.runId })
    assert.equal(run.metrics['value'], study.best?.values[0])
  })
})
