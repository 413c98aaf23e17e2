import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { WebSocket } from 'ws'
import { connect } from 'node:net'
import { composeMessage, messageParts, parseMessage } from '../../shared/kernel/compose.ts'
import { decodeFrame, encodeFrame, subprotocol } from '../../shared/kernel/frame.ts'
import type { JournalEntry, KernelId } from '../../shared/kernel/kernel.ts'
import type { Session } from '../../shared/kernel/session.ts'
import { connectOnce } from '../../shared/kernel/supervisor_connection.ts'
import { askSupervisor } from '../../shared/kernel/supervisor_request.ts'
import { journalOf, openProject, pause, type TestProject, textOf, typesOf } from './project.ts'
import { until } from '../until.ts'

describe('clients of one kernel', function () {
  this.timeout(240_000)
  let project: TestProject
  let session: Session
  let id: KernelId

  before(async () => {
    project = await openProject({
      limits: { executionBytes: 3_000_000, segmentBytes: 500_000, clientBytes: 200_000 },
    })
    const started = await project.session()
    session = started.session
    id = started.kernel.id
  })
  after(() => project.close())

  /** Physical memory of the supervisor, from the system. */
  function rssBytes(kind: 'VmRSS' | 'VmHWM'): number {
    const status = readFileSync(`/proc/${project.file().process.pid}/status`, 'utf8')
    return Number(new RegExp(`${kind}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024
  }

  it('each see all of what another one runs, once and in order, its code and its answers', async () => {
    const seen: JournalEntry[][] = [[], []]
    const lines = await Promise.all(seen.map(() => project.supervisor.attach(id, 'now')))
    lines.forEach((line, i) => line.onEntry((entry) => seen[i]!.push(entry)))
    const { id: execution } = await settled(
      session.execute('for i in range(300): print(i, flush=i % 10 == 0)'),
    )
    await until(() =>
      seen.every((entries) => typesOf(entries).includes('execute_reply') && isIdle(entries.at(-1))),
    )
    assert.deepEqual(
      seen[0]!.map(({ seq }) => seq),
      seen[1]!.map(({ seq }) => seq),
    )
    for (const entries of seen) {
      assert.deepEqual(
        entries.map(({ seq }) => seq),
        entries.map((_, i) => lines[0]!.head + 1 + i),
      )
      assert.equal(entries[0]!.direction, 'out')
      assert.equal(entries[0]!.message.header.msg_id, execution)
      assert.equal(textOf(entries), Array.from({ length: 300 }, (_, i) => `${i}\n`).join(''))
    }
    lines.forEach((line) => line.close())
  })

  it('miss nothing and see nothing twice when their lines break at random', async () => {
    const start = await project.supervisor.attach(id, 'now')
    start.close()
    const running = session.execute(
      'import time\nfor i in range(400):\n    print(i, flush=True)\n    if i % 20 == 0: time.sleep(0.05)',
    )
    const seen: JournalEntry[] = []
    let cursor = start.head
    const first = cursor
    const cell = { ended: false }
    void running.done.then(() => (cell.ended = true))
    let breaks = 0
    while (!cell.ended || !isIdle(seen.at(-1))) {
      const line = await connectOnce(project.file(), id, cursor)
      let stop = false
      line.listen((entry) => {
        if (stop) return
        assert.equal(entry.seq, cursor + 1)
        cursor = entry.seq
        seen.push(entry)
      })
      await pause(Math.random() * 40)
      stop = true
      line.close()
      breaks++
    }
    assert.ok(breaks > 5)
    assert.equal(textOf(seen), Array.from({ length: 400 }, (_, i) => `${i}\n`).join(''))
    assert.equal(seen[0]!.seq, first + 1)
  })

  it('are not held up by one that does not read, and that one gets everything later', async () => {
    const lazy = await project.supervisor.attach(id, 'now')
    const lateEntries: JournalEntry[] = []
    const before = rssBytes('VmRSS')
    const display =
      'from IPython.display import display\nfor i in range(60): display({"text/plain": "x" * 40_000}, raw=True)'
    const { entries } = await settled(session.execute(display))
    assert.equal(entries.filter(({ message }) => message.header.msg_type === 'display_data').length, 60)
    assert.ok(rssBytes('VmRSS') - before < 60_000_000)
    lazy.onEntry((entry) => lateEntries.push(entry))
    await until(() => isIdle(lateEntries.at(-1)))
    assert.deepEqual(
      lateEntries.filter(({ direction }) => direction === 'in').map(({ seq }) => seq),
      entries.map(({ seq }) => seq),
    )
    lazy.close()
  })

  it('get a bounded part of a flood with a mark, and the end of the cell; memory stays bounded', async () => {
    const lines = 1_000_000
    const { entries, status } = await settled(session.execute(`for i in range(${lines}): print(i)`))
    assert.equal(status, 'ok')
    const types = typesOf(entries)
    assert.equal(types.filter((type) => type === 'daybook_cut').length, 1)
    assert.ok(types.includes('execute_reply'))
    const text = textOf(entries)
    assert.ok(text.length <= 3_000_000 && text.length > 1_000_000, `${text.length}`)
    assert.ok(text.startsWith('0\n1\n2\n'))
    const shown = await settled(
      session.execute(
        'from IPython.display import display\nfor i in range(10_000): display({"text/plain": "y" * 300}, raw=True)\nprint("end")',
      ),
    )
    assert.equal(shown.status, 'ok')
    assert.equal(typesOf(shown.entries).filter((type) => type === 'daybook_cut').length, 1)
    // The requirement: what is recorded of a cell, what waits for a client and an empty supervisor, several times over.
    assert.ok(rssBytes('VmHWM') < 250_000_000, `${rssBytes('VmHWM')}`)
    assert.equal((await settled(session.execute('print("after")'))).entries.length, 5)
  })

  it('who speak Jupyter get frames without our prefix, replies to their own requests only', async () => {
    const { socket: path, token } = project.file()
    const open = (): WebSocket =>
      new WebSocket(`ws://s/api/kernels/${id}/channels?session_id=x`, subprotocol, {
        createConnection: () => connect(path),
        headers: { authorization: `token ${token}` },
      })
    const sockets = [open(), open()]
    const heard: { channel: string; type: string }[][] = [[], []]
    sockets.forEach((socket, i) =>
      socket.on('message', (data: Buffer) => {
        const { channel, parts } = decodeFrame(data)
        heard[i]!.push({ channel, type: parseMessage(parts).header.msg_type })
      }),
    )
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('open', resolve))))
    assert.equal(sockets[0]!.protocol, subprotocol)
    const content = {
      code: 'print(1)',
      silent: false,
      store_history: true,
      allow_stdin: false,
      stop_on_error: true,
    }
    const request = composeMessage('execute_request', content, { session: 'jupyter' })
    sockets[0]!.send(encodeFrame('shell', messageParts(request)))
    await until(() => heard.every((list) => list.filter(({ type }) => type === 'status').length === 2))
    await until(() => heard[0]!.some(({ type }) => type === 'execute_reply'))
    const kinds = (i: number): string[] => heard[i]!.map(({ type }) => type)
    assert.ok(kinds(1).includes('stream') && !kinds(1).includes('execute_reply'))
    assert.ok(!kinds(0).includes('execute_request'))
    sockets.forEach((socket) => socket.terminate())
  })

  it('who send nonsense are shown out, and nobody else notices', async () => {
    const line = await connectOnce(project.file(), id, 'now')
    const closed = new Promise((resolve) => line.onClose(resolve))
    line.listen(() => undefined)
    line.send(Uint8Array.from([1, 2, 3]))
    assert.equal(await closed, 'lost')
    assert.equal((await settled(session.execute('1'))).status, 'ok')
  })

  it('need the token, and get an answer that says so', async () => {
    const stranger = { ...project.file(), token: 'guess' }
    await assert.rejects(askSupervisor(stranger, { method: 'GET', path: '/api/kernels' }), /token/)
    await assert.rejects(connectOnce(stranger, id, 0), /403/)
    const file = project.file()
    await assert.rejects(askSupervisor(file, { method: 'GET', path: '/api/kernels/none' }), {
      code: 'kernel_not_found',
    })
    await assert.rejects(askSupervisor(file, { method: 'POST', path: '/api/kernels', body: {} }), {
      code: 'bad_request',
    })
    await assert.rejects(askSupervisor(file, { method: 'GET', path: '/other' }), { code: 'not_found' })
    await assert.rejects(project.supervisor.attach('none' as KernelId, 0), { code: 'kernel_not_found' })
  })

  it('find kernels in the shape of Jupyter Server', async () => {
    const list = (await askSupervisor(project.file(), { method: 'GET', path: '/api/kernels' })) as Record<
      string,
      unknown
    >[]
    assert.equal(list.length, 1)
    const { id: listed, name, execution_state: state, connections, last_activity: last } = list[0]!
    assert.deepEqual([listed, name, state, connections], [id, 'python3', 'idle', 1])
    assert.ok(!Number.isNaN(Date.parse(last as string)))
  })

  it('read the journal from its beginning after all of that', async () => {
    const entries = await journalOf(project, id)
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      entries.map((_, i) => i + 1),
    )
  })

  async function settled(
    execution: ReturnType<Session['execute']>,
  ): Promise<{ id: string; entries: JournalEntry[]; status: string }> {
    const entries: JournalEntry[] = []
    const stop = session.onEntry((entry) => {
      if (entry.message.parent_header.msg_id === execution.id) entries.push(entry)
    })
    const { status } = await execution.done
    stop()
    return { id: execution.id, entries, status }
  }
})

function isIdle(entry: JournalEntry | undefined): boolean {
  return (
    entry?.message.content['execution_state'] === 'idle' || entry?.message.header.msg_type === 'execute_reply'
  )
}
