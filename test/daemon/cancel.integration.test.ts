import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { KernelInfo } from '../../shared/kernel/kernel.ts'
import type { RunPage } from '../../shared/api/run_methods.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

const cli = join(import.meta.dirname, '..', '..', 'shared', 'daemon', 'cli', 'main.ts')

describe('Ctrl-C at daybook run', function () {
  this.timeout(120_000)
  let project: DaemonProject
  before(() => (project = makeDaemonProject()))
  after(() => project.close())

  /** Starts a run and resolves once its cell has logged something. */
  async function startRun(name: string, code: string): Promise<ChildProcess> {
    const path = project.notebook(name, [`import daybook, time\ndaybook.log(begun=1)\n${code}`])
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', cli, 'run', path], {
      cwd: project.root,
      stdio: 'ignore',
    })
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      const { runs } = await project
        .json<RunPage>(['runs', '--nested', '--experiment', name])
        .catch(() => ({ runs: [] }))
      if (runs.some(({ metrics }) => metrics['begun'] === 1)) return child
    }
  }
  const ended = (child: ChildProcess): Promise<number | null> =>
    new Promise((resolve) => child.on('exit', (code) => resolve(code)))

  async function runsOf(name: string): Promise<RunPage['runs']> {
    return (await project.json<RunPage>(['runs', '--experiment', name])).runs
  }

  it('interrupts the kernel, ends with 130, keeps what was logged, and leaves no kernel', async () => {
    const child = await startRun('sleep.ipynb', 'time.sleep(100)')
    child.kill('SIGINT')
    assert.equal(await ended(child), 130)
    const [run] = await runsOf('sleep.ipynb')
    assert.equal(run?.status, 'KILLED')
    assert.equal(run.metrics['begun'], 1)
    const { running } = await project.json<{ running: KernelInfo[] }>(['kernels', 'list'])
    assert.deepEqual(running, [])
  })
  it('stops the kernel the second time, when the first is of no use', async () => {
    const deaf = 'while True:\n    try:\n        time.sleep(1)\n    except KeyboardInterrupt:\n        pass'
    const child = await startRun('deaf.ipynb', deaf)
    child.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    child.kill('SIGINT')
    assert.equal(await ended(child), 130)
    assert.equal((await runsOf('deaf.ipynb'))[0]?.status, 'KILLED')
  })
})
