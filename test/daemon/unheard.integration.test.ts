import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { NotebookRun } from '../../shared/api/notebook_methods.ts'
import { isAlive } from '../../shared/base/process.ts'
import { openState } from '../../shared/base/project.ts'
import { readSupervisorFile } from '../../shared/kernel/supervisor_file.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'
import { until } from '../until.ts'

describe('a cell that ends while neither daemon nor supervisor runs', function () {
  this.timeout(180_000)
  let project: DaemonProject
  before(() => (project = makeDaemonProject()))
  after(() => project.close())

  /** Runs a notebook of two cells, kills everything but the kernel in the first, and starts anew when that is over. */
  async function runUnheard(name: string, how: string): Promise<NotebookRun> {
    const path = project.notebook(name, [
      `import time, pathlib\npathlib.Path("${name}.begun").touch()\ntime.sleep(4)\n` +
        `pathlib.Path("${name}.done").touch()\n${how}`,
      'after = 1',
    ])
    const client = await project.client()
    const { id } = await client.call('notebooks.run', { path })
    await until(() => existsSync(join(project.root, `${name}.begun`)))
    // The module says at once that the cell has begun; give it a moment.
    await new Promise((resolve) => setTimeout(resolve, 500))
    const supervisor = readSupervisorFile(openState(project.root))?.process
    assert.ok(supervisor !== undefined)
    client.close()
    await project.killDaemon()
    process.kill(supervisor.pid, 'SIGKILL')
    await until(() => !isAlive(supervisor))
    await until(() => existsSync(join(project.root, `${name}.done`)))
    await new Promise((resolve) => setTimeout(resolve, 500))
    const again = await project.client()
    let run = await again.call('notebooks.get', { id })
    while (run.endedAtMs === null) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      run = await again.call('notebooks.get', { id })
    }
    again.close()
    return run
  }

  it('goes on with the next cell if the module says that it succeeded', async () => {
    const run = await runUnheard('good.ipynb', '')
    assert.deepEqual([run.state, run.failure], ['finished', null])
    assert.deepEqual(
      run.cells.map(({ state }) => state),
      ['done', 'done'],
    )
  })

  it('fails, and says that the error was missed, if the module says that it failed', async () => {
    const run = await runUnheard('bad.ipynb', 'raise ValueError("unheard")')
    assert.equal(run.state, 'failed')
    assert.match(run.failure?.message ?? '', /with an error that was missed/)
    assert.deepEqual(
      run.cells.map(({ state }) => state),
      ['failed', 'waiting'],
    )
  })
})
