import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Client } from '../../shared/api/client.ts'
import { openLastingClient } from '../../shared/api/lasting_client.ts'
import { openWebSocketWire } from '../../shared/api/websocket_wire.ts'
import { ensureDaemon } from '../../shared/daemon/ensure.ts'
import type { KernelInfo } from '../../shared/kernel/kernel.ts'
import type { Session } from '../../shared/kernel/session.ts'
import { denoKernel, openProject, pause, type TestProject } from '../kernel/project.ts'
import { showNotebook, type ShownNotebook } from './cells/shown_notebook.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

const ticking = (ticks: number): string =>
  `import time\nfor i in range(${ticks}):\n    print(i, flush=True); time.sleep(0.1)`
const all = (ticks: number): string => Array.from({ length: ticks }, (_, i) => `${i}\n`).join('')

describe('a notebook on a Jupyter server’s kernel', function () {
  this.timeout(120_000)
  let project: DaemonProject
  let client: Client
  /** Stands for the Jupyter server. */
  let server: TestProject
  let kernel: KernelInfo
  let session: Session
  const pages: ShownNotebook[] = []
  let notebook = ''
  let count = 0

  before(async () => {
    server = await openProject()
    project = makeDaemonProject()
    client = openLastingClient(async () => {
      const { url, token } = await ensureDaemon(project.root)
      return openWebSocketWire(url, token)
    })
  })
  after(async () => {
    client.close()
    await project.close()
    await server.close()
  })
  beforeEach(async () => {
    ;({ kernel, session } = await server.session())
    notebook = `n${++count}.ipynb`
    await attach()
  })
  afterEach(async () => {
    for (const page of pages.splice(0)) page.stop()
    await client.call('followed.detach', { id: kernel.id })
    await server.supervisor.stop(kernel.id)
  })

  const attach = (name = notebook) =>
    client.call('followed.attach', {
      ...{ id: kernel.id, pid: kernel.process.pid, notebook: name, name: 'python3', displayName: 'Python 3' },
      connectionFile: join(server.paths.kernels, `kernel-${kernel.id}.json`),
    })
  const open = async (page: string, name = notebook): Promise<ShownNotebook> => {
    const shown = await showNotebook(client, `${page} ${name}`, 'notebook.followed')
    pages.push(shown)
    return shown
  }
  /** A page executes a cell, and tells the daemon so. */
  const execute = async (cell: string, code: string, page = 'first') => {
    const execution = session.execute(code, { cellId: cell })
    const executions = [{ id: execution.id, cell }]
    await client.call('followed.sent', { kernel: kernel.id, notebook, page, executions })
    return execution
  }

  it('gives a page that comes back what came meanwhile, whole, and then what comes', async () => {
    await execute('one', 'print("one")')
    const { done } = await execute('two', ticking(20))
    await pause(700)
    const page = await open('second')
    assert.equal(page.text('one'), 'one\n')
    assert.equal(page.cell('two')?.execution.state, 'running')
    assert.match(page.text('two'), /^0\n1\n/)
    await done
    const { execution } = await page.ended('two')
    assert.equal(page.text('two'), all(20))
    assert.deepEqual([execution.success, execution.executionCount], [true, 2])
  })

  it('tells a page nothing of what it asked for itself', async () => {
    const first = await open('first')
    const second = await open('second')
    await (
      await execute('one', 'print("one")')
    ).done
    await second.ended('one')
    assert.deepEqual([...first.cells.keys()], [])
  })

  it('tells of each execution until what it gave is saved', async () => {
    const [one, two] = [await execute('one', 'print("one")'), await execute('two', '1 / 0')]
    await two.done
    const second = await open('second')
    assert.equal((await second.ended('two')).execution.success, false)
    await client.call('followed.confirm', { notebook, executions: [one.id] })
    const third = await open('third')
    assert.deepEqual([...third.cells.keys()], [two.id])
  })

  it('passes over what it has not heard from its beginning', async () => {
    await client.call('followed.detach', { id: kernel.id })
    const half = session.execute(ticking(20))
    await pause(500)
    await attach()
    const executions = [{ id: half.id, cell: 'half' }]
    await client.call('followed.sent', { kernel: kernel.id, notebook, page: 'first', executions })
    const next = await execute('next', 'print("next")')
    await next.done
    const second = await open('second')
    await second.ended('next')
    assert.equal(second.text('half'), '')
    assert.notEqual(second.cell('half')?.execution.success, true)
  })

  it('loses nothing when the daemon is killed', async () => {
    const { done } = await execute('one', ticking(30))
    await pause(500)
    await project.killDaemon()
    await done
    const second = await open('second')
    await second.ended('one')
    assert.equal(second.text('one'), all(30))
  })

  it('goes on under another name', async () => {
    const { done } = await execute('one', ticking(10))
    await client.call('followed.rename', { notebook, to: 'sub/b.ipynb' })
    await attach('sub/b.ipynb')
    await done
    assert.deepEqual([...(await open('second')).cells.keys()], [])
    const third = await open('third', 'sub/b.ipynb')
    assert.equal((await third.ended('one')).execution.notebook, 'sub/b.ipynb')
    assert.equal(third.text('one'), all(10))
  })

  it('keeps what no page has shown when the kernel is stopped', async () => {
    const { done } = await execute('one', 'print("last words")')
    await done
    await pause(200)
    await client.call('followed.detach', { id: kernel.id })
    const second = await open('second')
    assert.equal(second.text('one'), 'last words\n')
    await client.call('followed.confirm', {
      notebook,
      executions: [...second.cells.keys()],
    })
    assert.equal((await open('third')).cells.size, 0)
    await attach()
  })

  it('says so in the cell when the kernel died', async () => {
    const dying = await execute('one', 'print("a", flush=True); import os; os.kill(os.getpid(), 9)')
    const second = await open('second')
    const { outputs, execution } = await second.ended('one')
    assert.equal(execution.id, dying.id)
    const last = outputs.at(-1)
    assert.ok(last?.output_type === 'error' && last.ename === 'DeadKernel')
  })

  it('in another language, without our module, is followed all the same', async function () {
    // The first time it downloads.
    this.timeout(600_000)
    const other = await server.session(await denoKernel())
    await client.call('followed.attach', {
      ...{ id: other.kernel.id, pid: other.kernel.process.pid, notebook, name: 'deno', displayName: 'Deno' },
      connectionFile: join(server.paths.kernels, `kernel-${other.kernel.id}.json`),
    })
    const { id, done } = other.session.execute('console.log("hello"); 6 * 7')
    const executions = [{ id, cell: 'one' }]
    await client.call('followed.sent', { kernel: other.kernel.id, notebook, page: 'first', executions })
    await done
    const second = await open('second')
    const { outputs } = await second.ended('one')
    assert.deepEqual(
      outputs.map((output) => output.output_type),
      ['stream', 'execute_result'],
    )
    await client.call('followed.detach', { id: other.kernel.id })
    await server.supervisor.stop(other.kernel.id)
  })

  it('is no kernel of the project: it is neither listed nor stopped with them', async () => {
    assert.deepEqual(await client.call('kernels.list', {}), [])
    await assert.rejects(client.call('kernels.stop', { id: `jupyter-${kernel.id}` }), /No kernel/)
  })
})
