import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writevSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { decodeFrame, encodeText, prefixBytes, readPrefix } from '../../../shared/kernel/frame.ts'
import { type Journal, type JournalOptions, openJournal } from '../../../shared/kernel/supervisor/journal.ts'
import type { JournalReader } from '../../../shared/kernel/supervisor/journal_reader.ts'

/** An entry as a test sees it: its number and what it says. */
type Seen = [seq: number, text: string]

function look(entries: readonly Buffer[]): Seen[] {
  return entries.map((entry) => {
    const { parts } = decodeFrame(entry.subarray(prefixBytes))
    return [readPrefix(entry).seq, Buffer.from(parts[0]!).toString()]
  })
}

function drain(reader: JournalReader): Seen[] {
  const seen: Seen[] = []
  for (let entries = reader.next(); entries.length > 0; entries = reader.next()) seen.push(...look(entries))
  return seen
}

describe('openJournal()', () => {
  let folder: string
  let nowMs = 0
  let wide = true
  let said: string[] = []

  const options: JournalOptions = {
    clock: { nowMs: () => nowMs },
    segmentBytes: 500,
    snapshot: () => encodeText('snapshot'),
    onWritten: () => undefined,
    onFull: (why) => said.push(why),
    onSegment: () => undefined,
    write: (file, buffers, position) => {
      if (wide) return writevSync(file, [...buffers], position)
      // A disk with room for three more bytes.
      return writevSync(file, [buffers[0]!.subarray(0, 3)], position)
    },
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'))
    wide = true
    said = []
    nowMs = 1000
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const add = (journal: Journal, text: string, essential = true): void =>
    journal.append({ direction: 'in', channel: 'iopub', parts: [encodeText(text)], essential, urgent: true })

  it('gives every reader everything after its cursor, in order and once', () => {
    const journal = openJournal(folder, options)
    for (let i = 1; i <= 50; i++) {
      add(journal, `entry ${i}`)
      if (i % 7 === 0) journal.flush()
    }
    journal.flush()
    assert.ok(journal.segments().length > 3)
    for (const cursor of [0, 1, 17, 49, 50]) {
      const expected = Array.from({ length: 50 - cursor }, (_, i): Seen => [
        cursor + i + 1,
        `entry ${cursor + i + 1}`,
      ])
      assert.deepEqual(drain(journal.read(cursor)), expected)
    }
    journal.close()
  })

  it('shows nothing that is not written (2), and writes at the end of the turn', async () => {
    const journal = openJournal(folder, options)
    const reader = journal.read(0)
    add(journal, 'a')
    assert.deepEqual(drain(reader), [])
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    assert.deepEqual(drain(reader), [[1, 'a']])
    journal.close()
  })

  it('gathers what is not urgent, and writes it with what is, or a moment later', async () => {
    let writes = 0
    const journal = openJournal(folder, { ...options, onWritten: () => writes++ })
    const draft = { direction: 'in', channel: 'iopub', parts: [encodeText('x')], essential: true } as const
    for (let i = 0; i < 5; i++) journal.append({ ...draft, urgent: false })
    await new Promise((resolve) => setImmediate(resolve))
    journal.append({ ...draft, urgent: true })
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    assert.equal(writes, 1)
    assert.equal(drain(journal.read(0)).length, 6)
    journal.append({ ...draft, urgent: false })
    const reader = journal.read(6)
    while (drain(reader).length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    assert.equal(writes, 2)
    journal.close()
  })

  it('keeps its files to their owner', () => {
    const journal = openJournal(folder, options)
    add(journal, 'a')
    journal.close()
    assert.equal(statSync(journal.segments()[0]!.path).mode & 0o777, 0o600)
  })

  it('opens again after its end was torn at any byte, with whole records only (3)', () => {
    const journal = openJournal(folder, { ...options, segmentBytes: 1e9 })
    const ends = [0]
    for (let i = 1; i <= 5; i++) {
      add(journal, 'x'.repeat(i))
      journal.flush()
      ends.push(statSync(journal.segments()[0]!.path).size)
    }
    journal.close()
    const path = journal.segments()[0]!.path
    const whole = readFileSync(path)
    for (let size = whole.length; size >= 0; size--) {
      writeFileSync(path, whole.subarray(0, size))
      const again = openJournal(folder, options)
      const kept = ends.findLastIndex((end) => end <= size)
      assert.equal(again.head, kept, `${size} bytes`)
      add(again, 'next')
      again.flush()
      const expected = Array.from({ length: kept }, (_, i): Seen => [i + 1, 'x'.repeat(i + 1)])
      assert.deepEqual(drain(again.read(0)), [...expected, [kept + 1, 'next']])
      again.close()
    }
  })

  it('passes over damage in the middle to the next file', () => {
    const journal = openJournal(folder, options)
    for (let i = 1; i <= 40; i++) {
      add(journal, `entry ${i}`)
      journal.flush()
    }
    journal.close()
    const [first, second] = journal.segments()
    const bytes = readFileSync(first!.path)
    bytes[Math.floor(bytes.length / 2)]! ^= 0xff
    writeFileSync(first!.path, bytes)
    const again = openJournal(folder, options)
    const numbers = drain(again.read(0)).map(([seq]) => seq)
    assert.ok(numbers.length > 0 && numbers.length < 40)
    const after = Array.from({ length: 40 - second!.firstSeq + 1 }, (_, i) => second!.firstSeq + i)
    assert.deepEqual(numbers.slice(-after.length), after)
    again.close()
  })

  it('gives the last file to whoever takes over, its snapshot first', () => {
    const journal = openJournal(folder, options)
    for (let i = 1; i <= 40; i++) {
      add(journal, `entry ${i}`)
      journal.flush()
    }
    journal.close()
    const tail: Buffer[] = []
    openJournal(folder, options, (entry) => tail.push(entry)).close()
    const seen = look(tail)
    assert.deepEqual(seen[0], [0, 'snapshot'])
    assert.deepEqual(seen.at(-1), [40, 'entry 40'])
    assert.equal(seen[1]![0], journal.segments().at(-1)!.firstSeq)
  })

  it('keeps what is essential while the disk is full, says so once, and catches up (4)', () => {
    const journal = openJournal(folder, options)
    add(journal, 'before')
    journal.flush()
    const early = journal.read(0)
    assert.deepEqual(drain(early), [[1, 'before']])
    wide = false
    add(journal, 'output', false)
    add(journal, 'status')
    journal.flush()
    assert.deepEqual(said, ['no space left on device'])
    assert.equal(journal.full, true)
    assert.deepEqual(drain(early), [[2, 'status']])
    add(journal, 'more output', false)
    add(journal, 'reply')
    journal.flush()
    assert.deepEqual(drain(early), [[3, 'reply']])
    nowMs += 2000
    journal.flush()
    assert.equal(said.length, 1)
    wide = true
    nowMs += 2000
    add(journal, 'after')
    journal.flush()
    assert.equal(journal.full, false)
    assert.deepEqual(drain(early), [[4, 'after']])
    const all: Seen[] = [
      [1, 'before'],
      [2, 'status'],
      [3, 'reply'],
      [4, 'after'],
    ]
    assert.deepEqual(drain(journal.read(0)), all)
    journal.close()
    const again = openJournal(folder, options)
    assert.deepEqual(drain(again.read(0)), all)
    again.close()
  })

  it('does not count without bound while the disk is full', () => {
    const journal = openJournal(folder, options)
    wide = false
    for (let i = 0; i < 200; i++) {
      add(journal, 'x'.repeat(100_000))
      journal.flush()
    }
    assert.ok(journal.head > 10 && journal.head < 100)
    journal.close()
  })

  it('holds its promises under any order of events', () => {
    const event = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({ do: fc.constant('add' as const), size: fc.nat(300), essential: fc.boolean() }),
      },
      { weight: 5, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
      { weight: 5, arbitrary: fc.record({ do: fc.constant('read' as const), reader: fc.nat(3) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('attach' as const),
          reader: fc.nat(3),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('disk' as const), wide: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), torn: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const) }) },
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const place = mkdtempSync(join(folder, 'p-'))
        wide = true
        let journal = openJournal(place, options)
        let readers: ({ reader: JournalReader; next: number } | undefined)[] = []
        let texts = new Map<number, string>()
        let count = 0
        let oldest = 1

        function read(each: (typeof readers)[number]): void {
          if (each === undefined) return
          for (const [seq, text] of drain(each.reader)) {
            // (1): in order, once, no gap but where the journal was removed.
            assert.equal(seq, Math.max(each.next, seq > each.next ? oldest : 0))
            const known = texts.get(seq)
            if (known === undefined) texts.set(seq, text)
            else assert.equal(text, known)
            each.next = seq + 1
          }
        }

        for (const one of events) {
          if (one.do === 'add') add(journal, `${count++} ${'x'.repeat(one.size)}`, one.essential)
          if (one.do === 'flush') {
            nowMs += 1500
            journal.flush()
          }
          if (one.do === 'read') read(readers[one.reader])
          if (one.do === 'attach') {
            const cursor = Math.floor(one.share * journal.head)
            readers[one.reader]?.reader.close()
            readers[one.reader] = { reader: journal.read(cursor), next: cursor + 1 }
          }
          if (one.do === 'disk') wide = one.wide
          if (one.do === 'remove' && journal.segments().length > 1) {
            journal.removeSegment(journal.segments()[0]!)
            oldest = journal.segments()[0]!.firstSeq
          }
          if (one.do === 'kill') {
            // What was not written is gone; what was half written is cut off.
            readers.forEach((each) => each?.reader.close())
            readers = []
            texts = new Map()
            const last = journal.segments().at(-1)
            if (last !== undefined) appendFileSync(last.path, Buffer.alloc(one.torn, 7))
            journal = openJournal(place, options)
          }
        }
        wide = true
        nowMs += 1500
        journal.flush()
        readers.forEach(read)
        const all = { reader: journal.read(0), next: 1 }
        read(all)
        assert.equal(all.next, Math.max(journal.head + 1, 1))
        for (const each of readers) if (each !== undefined) assert.equal(each.next, journal.head + 1)
        journal.close()
      }),
      { numRuns: 300 },
    )
  })
})
