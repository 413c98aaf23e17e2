import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Database } from '../../shared/data/database.ts'
import type { DriftReport } from '../../shared/monitor/drift_report.ts'
import type { BatchResult } from '../../shared/serving/batch_predict.ts'
import { readPredictions } from '../../shared/serving/prediction_reader.ts'
import { makeTestModels, type TestModels } from '../serving/gateway_harness.ts'
import { makeDaemonProject, python, type DaemonProject } from './project.ts'

/** A run whose model and training rows are kept; beside it rows of which one column has moved. */
const training = `
import mlflow, numpy as np, pandas as pd, warnings
from sklearn.linear_model import LogisticRegression
warnings.filterwarnings('ignore')
r = np.random.default_rng(0)
rows = pd.DataFrame({'a': r.normal(size=2000), 'b': r.normal(size=2000)})
label = np.where(rows.a + rows.b > 0, 'yes', 'no')
model = LogisticRegression().fit(rows, label)
with mlflow.start_run():
    mlflow.sklearn.log_model(model, name='model', input_example=rows[:3], serialization_format='pickle')
    rows.assign(target=label).to_parquet('training.parquet')
    mlflow.log_artifact('training.parquet', 'daybook')
    print('RUN', mlflow.active_run().info.run_id)
now = pd.DataFrame({'key': np.arange(25000), 'a': r.normal(1, 1, 25000), 'b': r.normal(size=25000)})
now.to_parquet('now.parquet')
now.assign(says=model.predict(now[['a', 'b']]), chance=model.predict_proba(now[['a', 'b']])[:, 1]).to_csv('says.csv')
`

describe('daybook predict', function () {
  this.timeout(180_000)
  let models: TestModels
  let project: DaemonProject
  before(() => {
    models = makeTestModels()
    project = makeDaemonProject()
  })
  after(async () => {
    await project.close()
    models.close()
  })

  const path = (name: string): string => join(project.root, name)
  const one = (): string => join(models.folder, 'one')
  async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
    const database = await Database.open({ memoryBytes: 2e8, threads: 1, spillFolder: project.root })
    try {
      return await database.rows(sql)
    } finally {
      database.close()
    }
  }

  it("writes a run's answers beside the rows, and says what has moved since it learned", async () => {
    writeFileSync(path('train.py'), training)
    const { stdout, stderr } = await project.daybook(['exec', '--', python, 'train.py'])
    const run = /RUN ([0-9a-f]{32})/.exec(stdout)?.[1] ?? assert.fail(stderr)
    const args = ['predict', run, 'now.parquet', 'out.parquet', '--fail-on', 'drift', '--json']
    const ended = await project.daybook(args)
    assert.equal(ended.code, 3, ended.stderr)
    const told = JSON.parse(ended.stdout) as BatchResult & { drift: DriftReport }
    assert.deepEqual(
      [told.rows, told.failed, told.added],
      [25_000, 0, ['prediction', 'chance_no', 'chance_yes']],
    )
    assert.deepEqual(
      told.drift.columns.map(({ name, answer }) => [name, answer]),
      [
        ['a', 'drift'],
        ['b', 'no'],
      ],
    )
    const [compared] = await rowsOf(
      `SELECT count(*) AS n, sum((o.prediction = s.says)::INT) AS same, max(abs(o.chance_yes - s.chance)) AS off
       FROM '${path('out.parquet')}' o JOIN '${path('says.csv')}' s ON o.key = s.key`,
    )
    assert.deepEqual([compared?.['n'], compared?.['same']], [25_000, 25_000])
    assert.ok(Number(compared?.['off']) < 1e-12)
  })

  it('answers CSV, keeps the order, and tells the rows that the model cannot answer', async () => {
    project.file('in.csv', 'id,age,hours,city\n1,30,1,Bern\n2,-1,2,Rom\n3,50,,Genf\n')
    const refused = await project.daybook(['predict', one(), 'in.csv', 'out.csv'])
    assert.match(refused.stderr, /--trust/)
    const ended = await project.daybook(['predict', one(), 'in.csv', 'out.csv', '--trust'])
    assert.equal(ended.code, 3)
    assert.match(ended.stdout, /1 row not answered: ValueError: an age below zero/)
    assert.equal(
      readFileSync(path('out.csv'), 'utf8'),
      'id,age,hours,city,prediction,error\n1,30,1,Bern,1030,\n2,-1,2,Rom,,ValueError: an age below zero\n3,50,,Genf,1050,\n',
    )
  })

  it('names the column that is missing, and the row whose value is of another type', async () => {
    const says = async (text: string): Promise<string> => {
      project.file('bad.csv', text)
      const { code, stderr } = await project.daybook(['predict', one(), 'bad.csv', 'no.csv', '--trust'])
      assert.equal(code, 1)
      return stderr
    }
    assert.match(await says('id\n1\n2\n'), /missing: "age"/)
    assert.match(
      await says('age\n30\n31.5\n'),
      /"age", row 1: the value is 31.5, the model wants a whole number/,
    )
    assert.equal(readdirSync(project.root).includes('no.csv'), false)
    const text = await project.daybook(['predict', one(), 'bad.csv', 'no.txt', '--trust'])
    assert.match(text.stderr, /must end in .parquet or .csv/)
  })

  it("goes to a deployment's prediction log, beside what the gateway writes there", async () => {
    await project.json(['deploy', one(), '--name', 'ages', '--trust'])
    project.file('more.csv', 'age,hours,city\n30,1,Bern\n40,2,Rom\n')
    const told = await project.json<BatchResult>(['predict', 'ages', 'more.csv', 'more.parquet'])
    assert.equal(told.recorded, 2)
    assert.equal(
      (await project.json<BatchResult>(['predict', 'ages', 'more.csv', 'x.csv', '--no-log'])).recorded,
      0,
    )
    const database = await Database.open({ memoryBytes: 2e8, threads: 1, spillFolder: project.root })
    const found = []
    const log = path('.daybook/deployments/ages/predictions')
    for await (const batch of readPredictions(database, log)) found.push(...batch)
    database.close()
    assert.deepEqual(
      found.map(({ revision, slot, output, inputs }) => [revision, slot, output, inputs['city']]),
      [
        [1, 'champion', 1030, 'Bern'],
        [1, 'champion', 1040, 'Rom'],
      ],
    )
  })
})
