import assert from 'node:assert/strict'
import type { JournalEntry } from '../../shared/kernel/kernel.ts'
import type { Session } from '../../shared/kernel/session.ts'
import { journalOf, openProject, pause, type TestProject, textOf, typesOf } from './project.ts'
import { until } from '../until.ts'

describe('a kernel through the supervisor', function () {
  this.timeout(120_000)
  let project: TestProject
  let session: Session
  let id: Awaited<ReturnType<TestProject['session']>>['kernel']['id']

  before(async () => {
    project = await openProject()
    const started = await project.session()
    session = started.session
    id = started.kernel.id
  })
  after(() => project.close())

  async function run(code: string, input?: string): Promise<{ entries: JournalEntry[]; status: string }> {
    const entries: JournalEntry[] = []
    const outcome = await session.execute(code, {
      onMessage: (entry) => entries.push(entry),
      ...(input !== undefined && { onInput: () => input }),
    }).done
    return { entries, status: outcome.status }
  }

  it('is ready when start() returns: the first cell loses nothing', async () => {
    const { entries, status } = await run('print("first")')
    assert.equal(status, 'ok')
    const types = typesOf(entries).filter((type) => type !== 'execute_reply')
    assert.deepEqual(types, ['status', 'execute_input', 'stream', 'status'])
    const [info] = await project.supervisor.list()
    assert.match(info!.implementation ?? '', /^ipython .*protocol 5/)
    assert.equal(info!.state, 'idle')
    assert.equal(info!.clients, 1)
  })

  it('passes every kind of output', async () => {
    const { entries, status } = await run(
      [
        'import sys',
        'from IPython.display import display, clear_output',
        'print("out"); print("err", file=sys.stderr)',
        'display({"text/plain": "one", "text/html": "<b>one</b>"}, raw=True, display_id="d")',
        'display({"text/plain": "two"}, raw=True, display_id="d", update=True)',
        'clear_output(wait=True)',
        '{"a": float("nan")}',
      ].join('\n'),
    )
    assert.equal(status, 'ok')
    const of = (type: string): JournalEntry['message'] | undefined =>
      entries.find(({ message }) => message.header.msg_type === type)?.message
    assert.equal(textOf(entries), 'out\n')
    assert.equal(textOf(entries, 'stderr'), 'err\n')
    assert.deepEqual(of('display_data')?.content['transient'], { display_id: 'd' })
    assert.deepEqual(of('display_data')?.content['data'], { 'text/plain': 'one', 'text/html': '<b>one</b>' })
    assert.deepEqual(of('update_display_data')?.content['data'], { 'text/plain': 'two' })
    assert.equal(of('clear_output')?.content['wait'], true)
    assert.deepEqual(
      (of('execute_result')?.content['data'] as Record<string, string>)['text/plain'],
      "{'a': nan}",
    )
  })

  it('tells an error and aborts what is queued behind it', async () => {
    const failing = session.execute('1/0')
    const queued = session.execute('print("never")')
    const failed = await failing.done
    assert.equal(failed.status, 'error')
    assert.equal(failed.reply?.content['ename'], 'ZeroDivisionError')
    assert.equal((await queued.done).status, 'aborted')
  })

  it('asks for input, and never writes the answer down', async () => {
    const { entries, status } = await run(
      'import getpass; n = getpass.getpass("Secret? "); print(len(n))',
      'hunter2secret',
    )
    assert.equal(status, 'ok')
    assert.equal(textOf(entries), '13\n')
    const asked = entries.find(({ message }) => message.header.msg_type === 'input_request')
    assert.deepEqual(asked?.message.content, { prompt: 'Secret? ', password: true })
    const all = await journalOf(project, id)
    const reply = all.find(({ message }) => message.header.msg_type === 'input_reply')
    assert.deepEqual(reply?.message.content, {})
    assert.ok(!JSON.stringify(all).includes('hunter2secret'))
  })

  it('does not pass an answer on that nobody asked for', async () => {
    const stale = { value: 'stale' }
    const connection = await project.supervisor.attach(id, 'now')
    const { composeMessage } = await import('../../shared/kernel/compose.ts')
    connection.send('stdin', composeMessage('input_reply', stale, { session: 'x' }))
    const { entries } = await run('print(input())', 'fresh')
    connection.close()
    assert.equal(textOf(entries), 'fresh\n')
  })

  it('interrupts Python code, sleeping or busy', async () => {
    for (const code of ['import time; time.sleep(600)', 'while True: pass']) {
      const execution = session.execute(code)
      await until(async () => (await project.supervisor.list())[0]!.running === execution.id)
      await pause(100)
      await project.supervisor.interrupt(id)
      const outcome = await execution.done
      assert.equal(outcome.status, 'error', code)
      assert.equal(outcome.reply?.content['ename'], 'KeyboardInterrupt', code)
    }
    assert.equal((await run('print(1)')).status, 'ok')
  })

  it('completes, inspects and knows whether code is complete, while a cell runs too', async () => {
    // On a busy machine the kernel's own completer gives up after a moment.
    const matches = async (): Promise<unknown> =>
      (await session.complete('import os; os.path.joi', 22))['matches']
    const isCompleted = async (): Promise<boolean> => JSON.stringify(await matches()) === '["join"]'
    await until(isCompleted)
    const running = session.execute('import time; time.sleep(600)')
    await until(() => session.busy)
    await until(isCompleted)
    const [inspected, complete] = await Promise.all([
      session.inspect('len', 3),
      session.isComplete('for i in range(3):'),
    ])
    const silent: JournalEntry[] = []
    const tooling = session.execute('print(6 * 7)', {
      silent: true,
      tooling: true,
      onMessage: (entry) => silent.push(entry),
    })
    assert.equal((await tooling.done).status, 'ok')
    assert.equal(textOf(silent), '42\n')
    assert.equal(inspected['found'], true)
    assert.equal(complete['status'], 'incomplete')
    // It is the cell's turn only now, so all of that was answered while it ran.
    assert.equal((await project.supervisor.list())[0]!.running, running.id)
    await project.supervisor.interrupt(id)
    assert.equal((await running.done).status, 'error')
    const history = await session.history({ tail: 3 })
    assert.equal(history['status'], 'ok')
  })

  it('carries binary buffers both ways', async () => {
    await run(
      [
        'from ipykernel.comm import Comm',
        'import comm',
        'def opened(c, message):',
        '    @c.on_msg',
        '    def _(m): c.send({"n": len(m["buffers"])}, buffers=[bytes(reversed(bytes(m["buffers"][0])))])',
        'comm.get_comm_manager().register_target("echo", opened)',
      ].join('\n'),
    )
    const answered = new Promise<JournalEntry>((resolve) => {
      const stop = session.onEntry((entry) => {
        if (entry.direction !== 'in' || entry.message.header.msg_type !== 'comm_msg') return
        stop()
        resolve(entry)
      })
    })
    session.comm('comm_open', { comm_id: 'c1', target_name: 'echo', data: {} })
    session.comm('comm_msg', { comm_id: 'c1', data: {} }, { buffers: [Uint8Array.from([1, 2, 0, 255])] })
    const { message } = await answered
    assert.deepEqual(message.content['data'], { n: 1 })
    assert.deepEqual([...message.buffers[0]!], [255, 0, 2, 1])
    assert.ok('c1' in ((await session.commInfo())['comms'] as object))
  })

  it('restarts under the same id: what ran is told, the next cell finds an empty kernel', async () => {
    await run('kept = 1')
    const lost = session.execute('import time; time.sleep(600)')
    const queued = session.execute('print("must not run in the new process")')
    await until(async () => (await project.supervisor.list())[0]!.running === lost.id)
    const before = (await project.supervisor.list())[0]!.process
    const ended = Promise.allSettled([lost.done, queued.done])
    const info = await project.supervisor.restart(id)
    // The first may still have said that it was interrupted; none may wait for ever, none may have succeeded.
    for (const one of await ended) {
      if (one.status === 'fulfilled') assert.notEqual(one.value.status, 'ok')
      else assert.equal((one.reason as { code: string }).code, 'kernel_dead')
    }
    assert.equal(info.id, id)
    assert.notDeepEqual(info.process, before)
    const { entries } = await run('print("kept" in globals())')
    assert.equal(textOf(entries), 'False\n')
    const written = await journalOf(project, id)
    assert.ok(typesOf(written).includes('daybook_restarted'))
    // An interrupted ipykernel may still begin what was queued before it ends; its successor never does.
    const restartedAt = typesOf(written).lastIndexOf('daybook_restarted')
    assert.ok(!textOf(written.slice(restartedAt)).includes('must not run'))
  })

  it('ends by restart what no interrupt reaches: a loop in native code', async () => {
    const stuck = session.execute('sum(range(10**14))')
    await until(async () => (await project.supervisor.list())[0]!.running === stuck.id)
    await project.supervisor.interrupt(id)
    const told = assert.rejects(stuck.done, { code: 'kernel_dead' })
    await project.supervisor.restart(id)
    await told
    assert.equal((await run('1')).status, 'ok')
  })

  it('numbers the entries of the journal without a gap', async () => {
    const entries = await journalOf(project, id)
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      entries.map((_, i) => i + 1),
    )
  })
})
