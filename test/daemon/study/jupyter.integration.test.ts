import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { RunDetail } from '../../../shared/api/run_methods.ts'
import type { StudySummary, StudyTrial } from '../../../shared/api/study_methods.ts'
import { makeDaemonProject, type DaemonProject } from '../project.ts'
import { askSummary } from './followed_study.ts'
import { until } from '../../until.ts'
import { startJupyterServer, type JupyterServer } from './jupyter_server.ts'

type Tuned = StudySummary & { allTrials: StudyTrial[] }

describe('a study on a Jupyter server elsewhere', function () {
  this.timeout(240_000)
  let project: DaemonProject
  let server: JupyterServer
  before(async () => {
    project = makeDaemonProject()
    server = await startJupyterServer()
  })
  after(async () => {
    await project.close()
    await server.close()
  })

  it('runs its trials there, and keeps metrics, parameters, outputs and files here', async () => {
    project.file('data.csv', 'a\n7\n')
    project.file('beside.py', 'def double(x): return 2 * x\n')
    const path = project.notebook(
      'there.ipynb',
      [
        'x = 1.0',
        'import os, beside\nbase = int(open("data.csv").read().split()[1])\nhere = os.getcwd()',
        'import daybook\nfor step in range(3): daybook.log(loss=base + beside.double(x) + step)',
        'print("ran in", here)\ndaybook.artifact(b"made there", "note.txt")',
      ],
      { parameters: true },
    )
    const study = await project.json<Tuned>([
      ...['tune', path, '--metric', 'loss:min', '--space', 'x=float(0,10)', '--trials', '6', '--seed', '1'],
      ...['--pruner', 'none', '--on', server.address],
    ])
    assert.equal(study.state, 'finished')
    assert.equal(study.trials.complete, 6)
    assert.equal(study.how.mode, 'fork')
    assert.equal(study.how.sharedCells, 2)
    assert.match(study.how.devices.join(), /^Jupyter server 2\.\S+ at 127\.0\.0\.1:\d+ \(\d+ at a time\)$/)
    assert.ok(!JSON.stringify(study).includes(server.token), 'the token is told to nobody')
    const best = await project.json<RunDetail>(['show', study.best?.runId ?? ''])
    assert.equal(best.metrics['loss'], 7 + 2 * Number(best.params['x']) + 2)
    assert.ok(
      ['notebook.ipynb', 'note.txt'].every((name) => best.artifacts.some(({ path }) => path === name)),
    )
    assert.equal(best.cells.length, 4)
    const shown = /ran in (\S+)\\n/.exec(artifact(best.id, 'notebook.ipynb'))?.[1] ?? ''
    assert.match(shown, /files$/)
    assert.equal(artifact(best.id, 'note.txt'), 'made there')
    await until(async () => (await server.kernels()).length === 0)
    assert.ok(!existsSync(shown), 'nothing is left there')
  })

  it('cancels what runs there, and says what is wrong with an address', async () => {
    const cells = ['x = 1', 'import daybook, time', 'time.sleep(0.7)\ndaybook.log(loss=x)']
    const path = project.notebook('slow.ipynb', cells, { parameters: true })
    const client = await project.client()
    const settings = {
      ...{ space: { x: 'float(0,10)' }, objectives: [{ metric: 'loss', mode: 'min' as const }], parallel: 2 },
      on: [server.address],
    }
    const { id } = await client.call('studies.start', { notebook: path, settings })
    await until(async () => (await summary(id)).trials.complete > 0)
    await client.call('studies.change', { id, to: 'cancel' })
    await until(async () => (await summary(id)).endedAtMs !== null)
    client.close()
    const { state, trials } = await summary(id)
    assert.deepEqual([state, trials.running, trials.queued], ['cancelled', 0, 0])
    await until(async () => (await server.kernels()).length === 0)
    const tune = ['tune', path, '--metric', 'loss:min', '--space', 'x=float(0,10)']
    const says = async (address: string): Promise<string> =>
      (await project.daybook([...tune, '--on', address])).stderr
    assert.match(await says(server.address.replace(server.token, 'wrong')), /does not accept the token/)
    assert.match(
      await says('http://127.0.0.1:19998/?token=secret'),
      /Nothing answers at 127\.0\.0\.1:19998: .*REFUSED/,
    )
    assert.match(await says('gpu-box'), /"gpu-box" is no address of workers/)
  })

  function artifact(run: string, name: string): string {
    const folder = join(project.root, '.daybook', 'artifacts')
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const path = found.find((one) => one.includes(run) && basename(one) === name)
    return readFileSync(join(folder, path ?? ''), 'utf8')
  }

  const summary = (id: string) => askSummary(project, id)
})
