import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DaemonStatus } from '../../shared/api/daemon_methods.ts'
import type { NotebookRun } from '../../shared/api/notebook_methods.ts'
import type { RunDetail, RunPage } from '../../shared/api/run_methods.ts'
import { makeDaemonProject, python, type DaemonProject, type Ended } from './project.ts'

/** Logs one metric after another with the real mlflow client; prints every step that was acknowledged. */
const client = `
import sys, mlflow
from mlflow.tracking import MlflowClient
name, count = sys.argv[1], int(sys.argv[2])
client = MlflowClient()
run = client.create_run("0", run_name=name)
print("run", run.info.run_id, flush=True)
for step in range(count):
    client.log_metric(run.info.run_id, "loss", 1 / (step + 1), step=step)
    print("step", step, flush=True)
client.set_terminated(run.info.run_id)
`

describe('tracking', function () {
  this.timeout(240_000)
  let project: DaemonProject
  let trackingUri: string
  before(async () => {
    project = makeDaemonProject()
    await project.json(['daemon', 'start'])
    trackingUri = (await project.json<DaemonStatus>(['daemon', 'status'])).trackingUri
  })
  after(() => project.close())

  function script(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
    const child = spawn(python, args, {
      cwd: project.root,
      env: { ...process.env, MLFLOW_TRACKING_URI: trackingUri, ...env },
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += String(chunk)))
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
  }

  async function stepsOf(runId: string, key = 'loss'): Promise<number[]> {
    const line = await project.client()
    const history = await line.call('runs.history', { id: runId, key })
    line.close()
    return history.map(({ step }) => step)
  }

  it('keeps every acknowledged metric of four clients and a training cell while the daemon is killed', async () => {
    const home = join(project.root, 'home')
    mkdirSync(join(home, '.mlflow'), { recursive: true })
    // A user's own credentials for another server must neither break the tracking here nor be asked for.
    writeFileSync(
      join(home, '.mlflow', 'credentials'),
      '[mlflow]\nmlflow_tracking_username = me\nmlflow_tracking_password = pw\n',
    )
    const path = project.file('client.py', client)
    const notebook = project.notebook('train.ipynb', [
      'import time, daybook',
      'for i in range(80):\n    daybook.log(loss=1 / (i + 1), step=i)\n    time.sleep(0.1)',
    ])
    const clients = [1, 2, 3, 4].map((n) => script([path, `client ${n}`, '120'], { HOME: home }))
    const training = project.json<NotebookRun & { run: RunDetail }>(['run', notebook])
    for (let kill = 0; kill < 3; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 4000))
      await project.killDaemon()
      await project.json(['daemon', 'start'])
    }
    for (const ended of await Promise.all(clients)) {
      assert.equal(ended.code, 0, ended.stderr)
      const runId = /^run (\w+)$/m.exec(ended.stdout)?.[1] ?? ''
      const acknowledged = [...ended.stdout.matchAll(/^step (\d+)$/gm)].map((match) => Number(match[1]))
      assert.equal(acknowledged.length, 120)
      assert.deepEqual(await stepsOf(runId), acknowledged)
    }
    const { state, run } = await training
    assert.equal(state, 'finished')
    assert.deepEqual(
      await stepsOf(run.children[0]?.id ?? ''),
      Array.from({ length: 80 }, (_, i) => i),
    )
  })

  it('takes mlflow autologging in a cell, complete, and ties it to the cell', async () => {
    const path = project.notebook('auto.ipynb', [
      'import mlflow, numpy as np\nfrom sklearn.linear_model import LogisticRegression\nmlflow.sklearn.autolog()',
      'x = np.arange(40.0).reshape(-1, 1)\nmodel = LogisticRegression(C=0.5).fit(x, x[:, 0] > 20)',
    ])
    const { run } = await project.json<NotebookRun & { run: RunDetail }>(['run', path])
    assert.equal(run.children.length, 1, 'one fit is one run, whoever logs it')
    const [fit] = run.children
    assert.equal(fit?.params['C'], '0.5')
    assert.equal(fit.tags['daybook.cell'], 'cell-1')
    assert.equal(fit.experiment, 'auto.ipynb')
    assert.ok((fit.metrics['training_accuracy_score'] ?? 0) > 0.9)
    const detail = await project.json<RunDetail>(['show', fit.id])
    assert.ok(detail.artifacts.some((artifact) => artifact.path === 'estimator.html'))
    assert.deepEqual(
      detail.cells.map(({ cell }) => cell),
      ['cell-0', 'cell-1'],
    )
  })

  it('sends nothing of ours to a server that the user chooses in the code', async () => {
    const headers: string[] = []
    const foreign = createServer((request, response) => {
      headers.push(`${request.url ?? ''} ${JSON.stringify(request.headers)}`)
      response.end('{"experiments": []}')
    })
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`
    const path = project.notebook('elsewhere.ipynb', [
      `import mlflow\nmlflow.set_tracking_uri("${url}")\nmlflow.search_experiments()`,
    ])
    await project.json(['run', path])
    foreign.close()
    assert.ok(headers.length > 0, 'the foreign server was asked')
    assert.ok(!headers.some((line) => /\/k\/|authorization|daybook/i.test(line)), headers.join('\n'))
  })

  it('makes one run of a command, whatever it logs with, and ends with its exit code', async () => {
    project.file(
      'train.py',
      'import daybook, mlflow, sys\ndaybook.log(a=1.5)\nmlflow.log_metric("b", 2)\nsys.exit(3)',
    )
    const { code } = await project.daybook(['exec', '--', python, 'train.py'])
    assert.equal(code, 3)
    const { runs } = await project.json<RunPage>(['runs', '--experiment', 'scripts'])
    const run = runs.find(({ name }) => name === 'train.py')
    assert.equal(run?.status, 'FAILED')
    assert.deepEqual([run.metrics['a'], run.metrics['b']], [1.5, 2])
  })

  it('puts runs together that differ in their seed only, with the interval of their mean', async () => {
    project.file(
      'seeds.py',
      `import mlflow
for seed, accuracy in [(0, 0.80), (1, 0.81), (2, 0.82)]:
    with mlflow.start_run():
        mlflow.log_params({"depth": 3, "seed": seed})
        mlflow.log_metric("accuracy", accuracy)
with mlflow.start_run():
    mlflow.log_params({"depth": 9, "seed": 0})
    mlflow.log_metric("accuracy", 0.7)`,
    )
    const ended = await script(['seeds.py'])
    assert.equal(ended.code, 0, ended.stderr)
    const { code, stdout, stderr } = await project.daybook([
      ...['runs', '--group-by-seed', '--search', "params.depth = '3' OR params.depth = '9'"],
      ...['--order-by', 'metrics.accuracy DESC'],
    ])
    assert.equal(code, 0, stderr)
    // t(0.975, 2) = 4.302653; times 0.01/sqrt(3) is 0.02484.
    assert.match(stdout, /^RUNS +depth +accuracy\n +3 +3 +0\.81 ± 0\.025\n +1 +9 +0\.7\n/)
    const by = await project.daybook(['runs', '--group-by', 'params.depth', '--group-by', 'nothing.x'])
    assert.equal(by.code, 1)
    assert.match(by.stderr, /Cannot group runs by "nothing.x"/)
  })

  it('marks what a killed process left open as KILLED', async () => {
    const path = project.file(
      'hang.py',
      'import mlflow, time, os\nr = mlflow.start_run()\nprint(r.info.run_id, flush=True)\ntime.sleep(100)',
    )
    const running = project.daybook(['exec', '--', 'sh', '-c', `timeout -s KILL 6 ${python} ${path}`])
    await running
    const { runs } = await project.json<RunPage>(['runs', '--experiment', 'scripts'])
    const run = runs.find(({ tags }) => tags['daybook.command']?.includes('hang.py'))
    assert.ok(run !== undefined && run.status !== 'RUNNING' && run.status !== 'FINISHED', run?.status)
  })
})
