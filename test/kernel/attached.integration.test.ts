import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive } from '../../shared/base/process.ts'
import type { AttachKernel, KernelId, KernelInfo, KernelState } from '../../shared/kernel/kernel.ts'
import type { Session } from '../../shared/kernel/session.ts'
import { journalOf, openProject, pause, type TestProject, textOf, typesOf } from './project.ts'
import { until } from '../until.ts'

const id = 'jupyter-1' as KernelId
const ticking = 'import time\nfor i in range(30):\n    print(i, flush=True); time.sleep(0.1)'

describe('a kernel of another program', function () {
  this.timeout(120_000)
  /** Stands for the Jupyter server: it owns the kernel. */
  let owner: TestProject
  let follower: TestProject
  let kernel: KernelInfo
  let session: Session

  beforeEach(async () => {
    owner = await openProject()
    follower = await openProject()
    ;({ kernel, session } = await owner.session())
  })
  afterEach(async () => {
    await follower.close()
    await owner.close()
  })

  const wanted = (change: Partial<AttachKernel> = {}): AttachKernel => ({
    id,
    connectionFile: join(owner.paths.kernels, `kernel-${kernel.id}.json`),
    pid: kernel.process.pid,
    name: 'python3',
    displayName: 'Python 3',
    language: 'python',
    notebook: 'a.ipynb',
    cwd: owner.root,
    ...change,
  })
  const state = async (): Promise<KernelState | undefined> => (await follower.supervisor.list())[0]?.state

  it('is followed as one more client, from the first message on', async () => {
    const info = await follower.supervisor.follow(wanted())
    assert.deepEqual([info.state, info.attached, info.notebook], ['idle', true, 'a.ipynb'])
    const { id: execution, done } = session.execute('print("a"); 1 / 0')
    await done
    await until(async () => (await state()) === 'idle')
    const entries = await journalOf(follower, id)
    const own = entries.filter(({ message }) => message.parent_header.msg_id === execution)
    assert.deepEqual(typesOf(own), ['status', 'execute_input', 'stream', 'error', 'status'])
    assert.equal(textOf(own), 'a\n')
    const connection = await follower.supervisor.attach(id, 'now')
    assert.deepEqual(connection.open, [])
    connection.close()
  })

  it('is never interrupted, restarted or ended from here, and lives on when it is let go', async () => {
    await follower.supervisor.follow(wanted())
    await assert.rejects(follower.supervisor.interrupt(id), /belongs to a Jupyter server/)
    await assert.rejects(follower.supervisor.restart(id), /belongs to a Jupyter server/)
    await follower.supervisor.stop(id)
    assert.deepEqual(await follower.supervisor.list(), [])
    assert.ok(!existsSync(join(follower.paths.kernels, `kernel-${id}.json`)))
    assert.equal((await session.execute('1').done).status, 'ok')
  })

  it('is followed on by the next supervisor, which tells what was open', async () => {
    await follower.supervisor.follow(wanted())
    const { id: execution, done } = session.execute(ticking)
    await pause(600)
    await follower.killSupervisor()
    assert.equal((await follower.supervisor.list())[0]!.state, 'busy')
    await done
    await until(async () => (await state()) === 'idle')
    const entries = await journalOf(follower, id)
    const gap = entries.find(({ message }) => message.header.msg_type === 'daybook_gap')
    assert.deepEqual(gap!.message.content['open'], [execution])
    assert.ok(textOf(entries).endsWith('29\n'))
  })

  it('that ended in the meantime is said to have ended', async () => {
    await follower.supervisor.follow(wanted())
    const { id: execution } = session.execute(ticking)
    await pause(600)
    process.kill(kernel.process.pid, 'SIGKILL')
    await until(async () => (await state()) === 'dead')
    const marks = (await journalOf(follower, id)).filter(({ direction }) => direction === 'mark')
    assert.deepEqual(typesOf(marks), ['daybook_dead'])
    assert.deepEqual(marks[0]!.message.content['open'], [execution])
  })

  it('that is restarted is followed on, under the name it has by then', async () => {
    await follower.supervisor.follow(wanted())
    const { process: next } = await owner.supervisor.restart(kernel.id)
    await until(async () => (await state()) === 'dead')
    const info = await follower.supervisor.follow(wanted({ pid: next.pid, notebook: 'b.ipynb' }))
    assert.deepEqual([info.state, info.notebook], ['idle', 'b.ipynb'])
    await session.execute('print("again")').done
    await until(async () => (await state()) === 'idle')
    const entries = await journalOf(follower, id)
    assert.ok(typesOf(entries).includes('daybook_restarted'))
    assert.equal(textOf(entries), 'again\n')
  })

  it('is not followed by a file that others may read, or that leads elsewhere', async () => {
    const copy = join(owner.root, 'copy.json')
    copyFileSync(wanted().connectionFile, copy)
    chmodSync(copy, 0o644)
    await assert.rejects(
      follower.supervisor.follow(wanted({ connectionFile: copy })),
      /can be read by others/,
    )
    const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 }
    writeFileSync(copy, JSON.stringify({ transport: 'tcp', ip: '10.0.0.1', ...ports }))
    chmodSync(copy, 0o600)
    await assert.rejects(follower.supervisor.follow(wanted({ connectionFile: copy })), /not this machine/)
    await assert.rejects(follower.supervisor.follow(wanted({ pid: 2 ** 22 - 1 })), /no process/)
    assert.ok(isAlive(kernel.process))
  })
})
