import assert from 'node:assert/strict'
import { composeMessage } from '../../shared/kernel/compose.ts'
import { openSession } from '../../shared/kernel/session.ts'
import { fakeConnection } from './fake_kernel.ts'
import { typesOf } from './project.ts'
import type { JournalEntry } from '../../shared/kernel/kernel.ts'

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  return (await Promise.race([promise.catch(() => null), Promise.resolve(pending)])) !== pending
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const ok = { status: 'ok', execution_count: 1 }

describe('openSession()', () => {
  it('ends an execution when both reply and idle came, in either order', async () => {
    for (const replyFirst of [true, false]) {
      const line = fakeConnection()
      const { done } = openSession(line).execute('1')
      const request = line.last('execute_request')
      line.say('status', { execution_state: 'busy' }, request)
      if (replyFirst) line.say('execute_reply', ok, request)
      else line.say('status', { execution_state: 'idle' }, request)
      await tick()
      assert.equal(await isSettled(done), false)
      if (replyFirst) line.say('status', { execution_state: 'idle' }, request)
      else line.say('execute_reply', ok, request)
      assert.equal((await done).status, 'ok')
    }
  })

  const statuses: [string, string][] = [
    ['ok', 'ok'],
    ['error', 'error'],
    ['aborted', 'aborted'],
    ['abort', 'aborted'],
  ]
  for (const [said, meant] of statuses) {
    it(`reads the status "${said}" of a reply as ${meant}`, async () => {
      const line = fakeConnection()
      const { done } = openSession(line).execute('1')
      line.say('execute_reply', { status: said }, line.last('execute_request'))
      line.say('status', { execution_state: 'idle' }, line.last('execute_request'))
      assert.equal((await done).status, meant)
    })
  }

  it('sends what was asked for: cell id, history, input, errors', () => {
    const line = fakeConnection()
    const session = openSession(line, { session: 'mine' })
    const { id } = session.execute('x', {
      cellId: 'c',
      silent: true,
      stopOnError: false,
      metadata: { more: 1 },
    })
    const { header, content, metadata } = line.last('execute_request')
    assert.equal(header.msg_id, id)
    assert.equal(header.session, 'mine')
    assert.deepEqual(metadata, { more: 1, cellId: 'c' })
    assert.deepEqual(content, {
      code: 'x',
      silent: true,
      store_history: false,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
    })
    session.execute('y', { onInput: () => '' })
    assert.equal(line.last('execute_request').content['allow_stdin'], true)
    assert.equal(line.last('execute_request').content['store_history'], true)
  })

  it('gives an execution its own messages and no others, late ones too', async () => {
    const line = fakeConnection()
    const session = openSession(line)
    const [first, second]: JournalEntry[][] = [[], []]
    const one = session.execute('1', { onMessage: (entry) => first!.push(entry) })
    const request = line.last('execute_request')
    const two = session.execute('2', { onMessage: (entry) => second!.push(entry) })
    const other = line.last('execute_request')
    line.say('stream', { name: 'stdout', text: 'one' }, request)
    line.say('execute_reply', ok, request)
    line.say('status', { execution_state: 'idle' }, request)
    await one.done
    line.say('stream', { name: 'stdout', text: 'two' }, other)
    line.say('stream', { name: 'stdout', text: 'late' }, request)
    line.say('stream', { name: 'stdout', text: 'of nobody' })
    assert.deepEqual(typesOf(first!), ['stream', 'execute_reply', 'status', 'stream'])
    assert.deepEqual(typesOf(second!), ['stream'])
    one.forget()
    line.say('stream', { name: 'stdout', text: 'later still' }, request)
    assert.equal(first!.length, 4)
    two.forget()
  })

  it('answers a question of the cell, once, on stdin', async () => {
    const line = fakeConnection()
    openSession(line).execute('input()', { onInput: async ({ prompt, password }) => `${prompt} ${password}` })
    line.say('input_request', { prompt: 'Key?', password: true }, line.last('execute_request'))
    await tick()
    assert.deepEqual(line.last('input_reply').content, { value: 'Key? true', status: 'ok' })
    assert.equal(line.last('input_reply').parent_header.msg_type, 'input_request')
    assert.equal(line.sent.filter(({ channel }) => channel === 'stdin').length, 1)
  })

  it('rejects all that waits as soon as the kernel dies, with what is known of it', async () => {
    const line = fakeConnection()
    const session = openSession(line)
    const execution = session.execute('1')
    const completion = session.complete('a', 1)
    await tick()
    line.mark('daybook_dead', { reason: 'killed (SIGKILL)', open: [execution.id] })
    await assert.rejects(execution.done, { code: 'kernel_dead', message: /SIGKILL/ })
    await assert.rejects(completion, { code: 'kernel_dead' })
  })

  it('is not moved by a death of the past', async () => {
    const line = fakeConnection(10)
    const session = openSession(line)
    const { done, id } = session.execute('1')
    line.mark('daybook_dead', { reason: 'long ago', open: ['another'] })
    assert.equal(await isSettled(done), false)
    line.mark('daybook_dead', { reason: 'now', open: [id] })
    await assert.rejects(done, { code: 'kernel_dead' })
  })

  it('does not end the process when nobody awaits an execution whose kernel dies', async () => {
    const line = fakeConnection()
    const { id } = openSession(line).execute('1')
    line.mark('daybook_dead', { reason: 'x', open: [id] })
    await tick()
  })

  it('tells executions of a gap, and ends those that were lost in it', async () => {
    const line = fakeConnection(0, ['a', 'b'])
    const session = openSession(line)
    const seen: JournalEntry[] = []
    const [a, b] = [session.follow('a', { onMessage: (entry) => seen.push(entry) }), session.follow('b')]
    assert.equal(session.busy, true)
    line.mark('daybook_gap', { open: ['a', 'b'] })
    line.mark('daybook_gap', { lost: ['a'], open: ['b'] })
    assert.deepEqual(await a.done, { status: 'lost', reply: null })
    assert.equal(await isSettled(b.done), false)
    assert.deepEqual(typesOf(seen), ['daybook_gap'])
  })

  it('does not wait for an execution of the past whose end is not in the journal any more', async () => {
    const line = fakeConnection()
    Object.assign(line, { head: 3 })
    const session = openSession(line)
    const [gone, halfGone] = [session.follow('gone'), session.follow('half')]
    const half = composeMessage('execute_request', {}, { session: 's', msgId: 'half' })
    line.say('status', { execution_state: 'busy' }, half)
    line.say('execute_reply', ok, half)
    assert.equal(await isSettled(gone.done), false)
    line.say('status', { execution_state: 'busy' })
    assert.deepEqual(await gone.done, { status: 'lost', reply: null })
    assert.equal((await halfGone.done).status, 'ok')
  })

  it('shows an execution where its output was cut', () => {
    const line = fakeConnection()
    const seen: JournalEntry[] = []
    openSession(line).execute('1', { onMessage: (entry) => seen.push(entry) })
    line.mark('daybook_cut', { reason: 'limit' }, line.last('execute_request'))
    assert.deepEqual(typesOf(seen), ['daybook_cut'])
  })

  it('rejects everything when the line is closed for good', async () => {
    const line = fakeConnection()
    const session = openSession(line)
    const { done } = session.execute('1')
    line.break('the kernel was stopped')
    await assert.rejects(done, { code: 'kernel_dead', message: /stopped/ })
    assert.throws(() => session.execute('2'), { code: 'kernel_dead' })
    await assert.rejects(session.kernelInfo(), { code: 'kernel_dead' })
  })

  it('makes a subshell when a tool asks while a cell runs, once, and none for cells', async () => {
    const line = fakeConnection()
    const session = openSession(line, { subshells: true })
    void session.complete('a', 1)
    await tick()
    assert.equal(line.last('complete_request').header.subshell_id, undefined)
    session.execute('long')
    void session.complete('b', 1)
    void session.inspect('b', 1)
    await tick()
    const asked = line.sent.filter(({ message }) => message.header.msg_type === 'create_subshell_request')
    assert.equal(asked.length, 1)
    assert.equal(asked[0]!.channel, 'control')
    line.say('create_subshell_reply', { status: 'ok', subshell_id: 'sub' }, asked[0]!.message)
    await tick()
    assert.equal(line.last('complete_request').header.subshell_id, 'sub')
    assert.equal(line.last('inspect_request').header.subshell_id, 'sub')
    session.execute('another cell')
    assert.equal(line.last('execute_request').header.subshell_id, undefined)
    session.close()
    assert.deepEqual(line.last('delete_subshell_request').content, { subshell_id: 'sub' })
  })

  it('uses the main shell where the kernel has no subshells, or makes none', async () => {
    const plain = fakeConnection()
    const session = openSession(plain)
    session.execute('long')
    void session.complete('b', 1)
    await tick()
    assert.equal(plain.last('complete_request').header.subshell_id, undefined)
    const refusing = fakeConnection()
    const other = openSession(refusing, { subshells: true })
    other.execute('long')
    void other.complete('b', 1)
    await tick()
    refusing.say('create_subshell_reply', { status: 'error' }, refusing.last('create_subshell_request'))
    await tick()
    assert.equal(refusing.last('complete_request').header.subshell_id, undefined)
  })

  it('gives up on a request when its time is over', async () => {
    const session = openSession(fakeConnection())
    await assert.rejects(session.request('history_request', {}, { timeoutMs: 5 }), { code: 'busy' })
  })
})
