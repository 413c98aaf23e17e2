import assert from 'node:assert/strict'
import fc from 'fast-check'
import { composeMessage, messageParts, parentId, parseMessage } from '../../shared/kernel/compose.ts'
import { decodeFrame, encodeFrame, prefixBytes, readPrefix, writePrefix } from '../../shared/kernel/frame.ts'

const parts = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 })
const channel = fc.constantFrom('shell', 'control', 'iopub', 'stdin')

describe('encodeFrame()', () => {
  it('is undone by decodeFrame()', () => {
    fc.assert(
      fc.property(channel, parts, (name, given) => {
        const { channel: found, parts: read } = decodeFrame(encodeFrame(name, given))
        assert.equal(found, name)
        assert.deepEqual(
          read.map((part) => [...part]),
          given.map((part) => [...part]),
        )
      }),
    )
  })

  // Written by hand after jupyter_server's documentation of v1.kernel.websocket.jupyter.org: number of offsets,
  // offsets, then channel, header, parent header, metadata, content.
  it('writes what Jupyter Server writes', () => {
    const long = (value: number): number[] => [value, 0, 0, 0, 0, 0, 0, 0]
    const text = (value: string): number[] => [...Buffer.from(value)]
    const frame = encodeFrame(
      'shell',
      ['{"a":1}', '{}', '{}', '{"b":2}'].map((part) => Buffer.from(part)),
    )
    assert.deepEqual(
      [...frame],
      [
        ...long(6),
        ...[56, 61, 68, 70, 72, 79].flatMap(long),
        ...text('shell'),
        ...text('{"a":1}'),
        ...text('{}{}'),
        ...text('{"b":2}'),
      ],
    )
  })
})

describe('decodeFrame()', () => {
  it('refuses any other bytes with a RangeError and never runs away', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeFrame(bytes)
        } catch (error) {
          assert.ok(error instanceof RangeError)
        }
      }),
    )
  })

  it('refuses a frame with any byte of its table changed, or reads parts that lie inside it', () => {
    fc.assert(
      fc.property(channel, parts, fc.nat(), fc.integer({ min: 1, max: 255 }), (name, given, at, change) => {
        const frame = encodeFrame(name, given)
        const place = at % (8 * (given.length + 3))
        frame[place] = (frame[place]! + change) % 256
        try {
          const read = decodeFrame(frame)
          assert.ok(read.parts.reduce((sum, part) => sum + part.length, 0) <= frame.length)
        } catch (error) {
          assert.ok(error instanceof RangeError)
        }
      }),
    )
  })
})

describe('writePrefix()', () => {
  it('is undone by readPrefix(), beyond 32 bits too', () => {
    const direction = fc.constantFrom('in' as const, 'out' as const, 'mark' as const)
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), direction, fc.nat(9), (seq, atMs, dir, start) => {
        const bytes = new Uint8Array(start + prefixBytes)
        writePrefix(bytes, start, { seq, atMs, direction: dir })
        assert.deepEqual(readPrefix(bytes.subarray(start)), { seq, atMs, direction: dir })
      }),
    )
  })
})

describe('parseMessage()', () => {
  it('undoes messageParts()', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), parts, (content, buffers) => {
        const message = composeMessage('comm_msg', content, { session: 's', buffers, subshell: 'x' })
        const read = parseMessage(messageParts(message))
        assert.deepEqual(JSON.stringify(read.content), JSON.stringify(message.content))
        assert.deepEqual(read.header, message.header)
        assert.deepEqual(read.parent_header, {})
        assert.deepEqual(read.buffers, buffers)
      }),
    )
  })

  const sloppy: [string, string[]][] = [
    ['no parts', []],
    ['empty parts', ['', '', '', '']],
    ['null for an empty dictionary', ['null', 'null', 'null', 'null']],
    ['a header without version and user', ['{"msg_id":"1","msg_type":"status"}', '{}', '{}', '{}']],
    ['fields of other types', ['{"msg_id":1,"date":null}', '{"msg_id":""}', '[]', '"x"']],
  ]
  for (const [name, given] of sloppy) {
    it(`fills what a sloppy kernel leaves out: ${name}`, () => {
      const message = parseMessage(given.map((part) => Buffer.from(part)))
      for (const field of ['msg_id', 'session', 'username', 'date', 'msg_type', 'version'] as const) {
        assert.equal(typeof message.header[field], 'string')
      }
      assert.deepEqual([message.parent_header, message.metadata, message.content], [{}, {}, {}])
      assert.equal(parentId(message), '')
    })
  }

  it('takes content that is no JSON for empty, and refuses a header that is none', () => {
    const given = ['{"msg_id":"1"}', '{}', '{', 'x'].map((part) => Buffer.from(part))
    assert.deepEqual(parseMessage(given).content, {})
    assert.throws(() => parseMessage([Buffer.from('x')]), SyntaxError)
  })

  it('reads NaN and Infinity as Python writes them', () => {
    const given = ['{}', '{}', '{}', '{"loss": NaN, "best": -Infinity, "text": "NaN"}'].map((part) =>
      Buffer.from(part),
    )
    assert.deepEqual(parseMessage(given).content, { loss: NaN, best: -Infinity, text: 'NaN' })
  })

  it('keeps what it does not know in a header', () => {
    const given = ['{"msg_id":"1","subshell_id":"s","extra":[1]}', '{"msg_id":"0","more":1}'].map((part) =>
      Buffer.from(part),
    )
    const message = parseMessage(given)
    assert.equal(message.header.subshell_id, 's')
    assert.deepEqual((message.header as unknown as Record<string, unknown>)['extra'], [1])
    assert.equal(parentId(message), '0')
  })
})
