import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { Publisher, Reply, Router } from 'zeromq'
import { systemClock } from '../../../shared/base/clock.ts'
import { composeMessage, messageParts, parseMessage } from '../../../shared/kernel/compose.ts'
import { type ConnectionInfo, endpointOf, newConnection } from '../../../shared/kernel/connection.ts'
import { decodeFrame, prefixBytes, readPrefix } from '../../../shared/kernel/frame.ts'
import type { KernelMessage } from '../../../shared/kernel/message.ts'
import { defaultLimits } from '../../../shared/kernel/supervisor/limits.ts'
import { type Line, openLine } from '../../../shared/kernel/supervisor/line.ts'
import { openSigner } from '../../../shared/kernel/wire.ts'
import { ipykernel } from '../project.ts'
import { until } from '../../until.ts'

/** A kernel that is the test: it says what it is told to. */
async function openFakeKernel(info: ConnectionInfo): Promise<{
  /** Sends frames as they are. */
  raw: (channel: 'iopub' | 'shell', frames: Uint8Array[]) => Promise<void>
  say: (channel: 'iopub' | 'shell', message: KernelMessage) => Promise<void>
  heard: KernelMessage[]
  close: () => void
}> {
  // As ipykernel: who comes with a name that is known takes the place of the one before.
  const router = (): Router => new Router({ handover: true })
  const [shell, control, stdin] = [router(), router(), router()]
  const iopub = new Publisher()
  const heart = new Reply()
  await shell.bind(endpointOf(info, 'shell_port'))
  await control.bind(endpointOf(info, 'control_port'))
  await stdin.bind(endpointOf(info, 'stdin_port'))
  await iopub.bind(endpointOf(info, 'iopub_port'))
  await heart.bind(endpointOf(info, 'hb_port'))
  const signer = openSigner(info.key)
  const heard: KernelMessage[] = []
  let client: Buffer | undefined

  async function listen(socket: Router): Promise<void> {
    for await (const frames of socket) {
      client = frames[0]
      const opened = signer.open(frames)
      if ('parts' in opened) heard.push(parseMessage(opened.parts))
    }
  }
  for (const socket of [shell, control, stdin]) void listen(socket).catch(() => undefined)

  async function raw(channel: 'iopub' | 'shell', frames: Uint8Array[]): Promise<void> {
    if (channel === 'iopub') await iopub.send(frames)
    else await shell.send([client ?? Buffer.from('nobody'), ...frames])
  }
  return {
    raw,
    say: (channel, message) => raw(channel, signer.seal(messageParts(message))),
    heard,
    close() {
      for (const socket of [shell, control, stdin, iopub, heart]) {
        socket.linger = 0
        socket.close()
      }
    },
  }
}

describe('a line to a kernel that says anything', function () {
  this.timeout(60_000)
  let folder: string
  let line: Line
  let kernel: Awaited<ReturnType<typeof openFakeKernel>>
  let info: ConnectionInfo
  let logged: string[]

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'line-'))
    logged = []
    info = await newConnection({
      launch: ipykernel(),
      runtime: folder,
      curveKeys: () => ({ publicKey: '', secretKey: '' }),
      taken: new Set(),
    })
    kernel = await openFakeKernel(info)
    line = openLine({
      connection: info,
      routingId: 'the-same-for-ever',
      session: 'supervisor',
      journalFolder: join(folder, 'journal'),
      limits: defaultLimits,
      clock: systemClock,
      log: (message) => logged.push(message),
      onSegment: () => undefined,
    })
    line.send(
      'shell',
      messageParts(composeMessage('execute_request', { code: '1' }, { session: 'client', msgId: 'e' })),
    )
    await until(() => kernel.heard.length === 1)
    // The subscription takes a moment; what is said before is heard by nobody.
    await until(async () => {
      await kernel.say('iopub', composeMessage('status', { execution_state: 'starting' }, { session: 'k' }))
      return line.heard
    })
  })
  afterEach(() => {
    line.close()
    kernel.close()
    rmSync(folder, { recursive: true })
  })

  function read(): { direction: string; channel: string; type: string; content: Record<string, unknown> }[] {
    line.journal.flush()
    const reader = line.journal.read(0)
    const all: Buffer[] = []
    for (let entries = reader.next(); entries.length > 0; entries = reader.next()) all.push(...entries)
    return all.map((entry) => {
      const { channel, parts } = decodeFrame(entry.subarray(prefixBytes))
      const { header, content } = parseMessage(parts)
      return { direction: readPrefix(entry).direction, channel, type: header.msg_type, content }
    })
  }

  const stream = (text: string): KernelMessage =>
    composeMessage('stream', { name: 'stdout', text }, { session: 'k' })

  it('records what is signed with the key, and nothing else', async () => {
    await kernel.raw('iopub', openSigner('another key').seal(messageParts(stream('forged'))))
    await kernel.raw('iopub', openSigner('').seal(messageParts(stream('unsigned'))))
    const sealed = openSigner(info.key).seal(messageParts(stream('once')))
    await kernel.raw('iopub', sealed)
    await kernel.raw('iopub', sealed)
    await kernel.say('iopub', stream('last'))
    await until(() => read().some(({ content }) => content['text'] === 'last'))
    const texts = read()
      .filter(({ type }) => type === 'stream')
      .map(({ content }) => content['text'])
    assert.deepEqual(texts, ['once', 'last'])
    assert.deepEqual(logged, [
      'message on iopub ignored: wrong signature',
      'message on iopub ignored: wrong signature',
      'message on iopub ignored: replayed',
    ])
  })

  it('lives through any frames, signed or not, and hears the next message', async () => {
    const parts = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc.json({ maxDepth: 2 }).map((text) => Buffer.from(text)),
        fc
          .constantFrom(
            '<IDS|MSG>',
            '{}',
            'null',
            '[]',
            '{"msg_id":1}',
            '{"msg_type":"status"}',
            '{"execution_state":{}}',
            'NaN',
          )
          .map((text) => Buffer.from(text)),
      ),
      { minLength: 1, maxLength: 8 },
    )
    let round = 0
    await fc.assert(
      fc.asyncProperty(
        parts,
        fc.boolean(),
        fc.constantFrom('iopub' as const, 'shell' as const),
        async (given, sign, channel) => {
          await kernel.raw(channel, sign ? openSigner(info.key).seal(given) : given)
          const text = `round ${round++}`
          await kernel.say('iopub', stream(text))
          await until(
            () => {
              line.journal.flush()
              const last = read().findLast(({ type }) => type === 'stream')
              return last?.content['text'] === text
            },
            { everyMs: 1 },
          )
        },
      ),
      { numRuns: 150 },
    )
    // A kernel that goes on like this does not fill the log.
    assert.ok(logged.length <= 20)
  })

  it('fills in for a kernel that leaves half of its messages out', async () => {
    const bare = ['{"msg_type":"status","msg_id":"x"}', '{"msg_id":"e"}', '', '{"execution_state":"busy"}']
    await kernel.raw('iopub', openSigner(info.key).seal(bare.map((part) => Buffer.from(part))))
    await until(() => line.activity.busy)
    const reply = ['{"msg_type":"execute_reply","msg_id":"y"}', '{"msg_id":"e"}', 'null', '{"status":"ok"}']
    await kernel.raw('shell', openSigner(info.key).seal(reply.map((part) => Buffer.from(part))))
    const idle = ['{"msg_type":"status","msg_id":"z"}', '{"msg_id":"e"}', '', '{"execution_state":"idle"}']
    await kernel.raw('iopub', openSigner(info.key).seal(idle.map((part) => Buffer.from(part))))
    await until(() => line.ledger.open().length === 0)
    assert.equal(line.activity.busy, false)
  })

  it('journals a request before it goes out, and hides what answers a question', async () => {
    const asked = composeMessage('input_request', { prompt: '?' }, { session: 'k' })
    line.send(
      'stdin',
      messageParts(
        composeMessage('input_reply', { value: 'secret' }, { session: 'client', parent: asked.header }),
      ),
    )
    assert.deepEqual(
      read()
        .filter(({ direction }) => direction === 'out')
        .map(({ type, content }) => [type, content]),
      [
        ['execute_request', { code: '1' }],
        ['input_reply', {}],
      ],
    )
    await until(() => kernel.heard.length === 2)
    assert.deepEqual(kernel.heard[1]!.content, { value: 'secret' })
  })

  it('tells who asks a kernel that is no more, and passes nothing on', async () => {
    line.refusal = 'it is gone'
    line.send(
      'shell',
      messageParts(composeMessage('complete_request', {}, { session: 'client', msgId: 'c' })),
    )
    const { content } = read().at(-1)!
    assert.deepEqual(content, { reason: 'it is gone', open: ['c'] })
    assert.equal(kernel.heard.length, 1)
  })

  it('comes back with the same name and gets the replies that were owed to the one before', async () => {
    line.close()
    const again = openLine({
      connection: info,
      routingId: 'the-same-for-ever',
      session: 'supervisor',
      journalFolder: join(folder, 'journal'),
      limits: defaultLimits,
      clock: systemClock,
      log: () => undefined,
      onSegment: () => undefined,
    })
    assert.deepEqual(again.ledger.open(), ['e'])
    const owed = composeMessage(
      'execute_reply',
      { status: 'ok' },
      { session: 'k', parent: kernel.heard[0]!.header },
    )
    await until(async () => {
      await kernel.say('shell', { ...owed, header: { ...owed.header, msg_id: crypto.randomUUID() } })
      return again.journal.head > 0 && again.ledger.snapshot().open[0]?.[1].replied === true
    })
    again.close()
  })
})
