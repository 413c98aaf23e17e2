import assert from 'node:assert/strict'
import { makeDaemonProject, type DaemonProject } from '../project.ts'
import { askSummary } from './followed_study.ts'
import { until } from '../../until.ts'
import { startJupyterServer, type JupyterServer } from './jupyter_server.ts'

describe('a study whose Jupyter server goes away', function () {
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

  it('goes on after kill -9 of the daemon, with the worker, and of the server, with another one', async () => {
    const path = project.notebook(
      'slow.ipynb',
      ['x = 1', 'import daybook, time', 'time.sleep(0.7)\ndaybook.log(loss=x)'],
      {
        parameters: true,
      },
    )
    const client = await project.client()
    const settings = {
      ...{ space: { x: 'float(0,10)' }, objectives: [{ metric: 'loss', mode: 'min' as const }], trials: 14 },
      ...{ parallel: 2, seed: 1, on: [server.address] },
    }
    const { id } = await client.call('studies.start', { notebook: path, settings })
    client.close()
    let now = await summary(id)
    const complete = async (count: number): Promise<boolean> =>
      (now = await summary(id)).trials.complete >= count
    await until(() => complete(2))
    await project.killDaemon()
    await until(() => complete(6))
    assert.ok(
      !now.notes.some((note) => /tried again/.test(note)),
      'the worker was found again, with its trials',
    )
    server.kill()
    await new Promise((resolve) => setTimeout(resolve, 3000))
    await server.start()
    await until(async () => (now = await summary(id)).endedAtMs !== null)
    assert.equal(now.state, 'finished')
    assert.equal(now.trials.complete, 14)
    assert.ok(
      now.notes.some((note) => /2 trials are tried again/.test(note)),
      now.notes.join(),
    )
  })

  const summary = (id: string) => askSummary(project, id)
})
