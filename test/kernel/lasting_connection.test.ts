import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Problem } from '../../shared/base/problem.ts'
import { composeMessage, parseMessage } from '../../shared/kernel/compose.ts'
import { decodeFrame } from '../../shared/kernel/frame.ts'
import type { JournalEntry, KernelId } from '../../shared/kernel/kernel.ts'
import { openLastingConnection } from '../../shared/kernel/lasting_connection.ts'
import type { SingleConnection } from '../../shared/kernel/supervisor_connection.ts'

const id = 'k' as KernelId

/** A journal with one writer, and lines to it that break when told. */
function fakeSupervisor(): {
  journal: JournalEntry[]
  write: (direction: JournalEntry['direction'], msgId: string) => void
  connect: (cursor: number | 'now') => Promise<SingleConnection>
  /** Breaks the line; what is sent until `repair()` reaches nobody. */
  break: (kind: 'gone' | 'lost') => void
  down: boolean
} {
  const journal: JournalEntry[] = []
  const taps = new Set<() => void>()
  let breakers: ((kind: 'gone' | 'lost') => void)[] = []
  const fake = {
    journal,
    down: false,
    write(direction: JournalEntry['direction'], msgId: string) {
      const message = composeMessage('x', {}, { session: 's', msgId })
      journal.push({ seq: journal.length + 1, atMs: 0, direction, channel: 'shell', message })
      taps.forEach((tap) => tap())
    },
    async connect(cursor: number | 'now'): Promise<SingleConnection> {
      if (fake.down) throw new Error('down')
      let at = cursor === 'now' ? journal.length : cursor
      let listener: ((entry: JournalEntry) => void) | null = null
      let alive = true
      const tap = (): void => {
        while (alive && listener !== null && at < journal.length) listener(journal[at++]!)
      }
      taps.add(tap)
      return {
        head: journal.length,
        open: [],
        send(frame) {
          if (!alive) return false
          const { parts } = decodeFrame(frame)
          fake.write('out', parseMessage(parts).header.msg_id)
          return true
        },
        listen(onEntry) {
          listener = onEntry
          setImmediate(tap)
        },
        onClose(closed) {
          breakers.push((kind) => {
            alive = false
            taps.delete(tap)
            closed(kind)
          })
        },
        pause: () => undefined,
        resume: () => undefined,
        close: () => undefined,
      }
    },
    break(kind: 'gone' | 'lost') {
      const now = breakers
      breakers = []
      now.forEach((each) => each(kind))
    },
  }
  return fake
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0))
}

describe('openLastingConnection()', () => {
  it('shows every entry once and in order, and sends every request once, wherever the line breaks', async () => {
    const event = fc.constantFrom('in', 'send', 'break', 'wait' as const)
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 25 }), fc.nat(3), async (events, cursor) => {
        const fake = fakeSupervisor()
        for (let i = 0; i < 3; i++) fake.write('in', `past ${i}`)
        const line = await openLastingConnection(id, cursor, fake.connect)
        const seen: number[] = []
        line.onEntry(({ seq }) => seen.push(seq))
        let sent = 0
        for (const one of events) {
          if (one === 'in') fake.write('in', 'x')
          if (one === 'send')
            line.send('shell', composeMessage('y', {}, { session: 's', msgId: `sent ${sent++}` }))
          if (one === 'break') fake.break('lost')
          if (one === 'wait') await settle()
        }
        await settle()
        await settle()
        assert.deepEqual(
          seen,
          fake.journal.slice(cursor).map(({ seq }) => seq),
        )
        const out = fake.journal
          .filter(({ direction }) => direction === 'out')
          .map(({ message }) => message.header.msg_id)
        assert.deepEqual(
          out,
          Array.from({ length: sent }, (_, i) => `sent ${i}`),
        )
        line.close()
      }),
      { numRuns: 60 },
    )
  })

  it('does not read before somebody listens', async () => {
    const fake = fakeSupervisor()
    fake.write('in', 'a')
    const line = await openLastingConnection(id, 0, fake.connect)
    await settle()
    const seen: JournalEntry[] = []
    line.onEntry((entry) => seen.push(entry))
    await settle()
    assert.equal(seen.length, 1)
    assert.equal(line.head, 1)
    line.close()
  })

  it('ends when the kernel was stopped, and says so once', async () => {
    const fake = fakeSupervisor()
    const line = await openLastingConnection(id, 0, fake.connect)
    const said: string[] = []
    line.onClose((why) => said.push(why))
    fake.break('gone')
    await settle()
    assert.deepEqual(said, ['the kernel was stopped'])
    assert.throws(() => line.send('shell', composeMessage('y', {}, { session: 's' })), {
      code: 'kernel_dead',
    })
    line.onClose((why) => said.push(why))
    await settle()
    assert.equal(said.length, 2)
  })

  it('ends when the next supervisor does not know the kernel', async () => {
    const fake = fakeSupervisor()
    let known = true
    const line = await openLastingConnection(id, 0, (cursor) => {
      if (!known) return Promise.reject(new Problem('kernel_not_found', 'No such kernel'))
      return fake.connect(cursor)
    })
    const why = new Promise((resolve) => line.onClose(resolve))
    known = false
    fake.break('lost')
    assert.equal(await why, 'No such kernel')
  })

  it('tries again when the next supervisor takes a moment', async () => {
    const fake = fakeSupervisor()
    const line = await openLastingConnection(id, 0, fake.connect)
    const seen: number[] = []
    line.onEntry(({ seq }) => seen.push(seq))
    fake.down = true
    fake.break('lost')
    fake.write('in', 'in the meantime')
    await settle()
    fake.down = false
    while (seen.length === 0) await settle()
    assert.deepEqual(seen, [1])
    line.close()
  })
})
