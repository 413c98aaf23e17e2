import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { composeMessage, messageParts, parseMessage } from '../../shared/kernel/compose.ts'
import { openSigner } from '../../shared/kernel/wire.ts'
import { venvPython } from './project.ts'

const key = 'a-key-of-ours'

/** Reads frames of ours, answers with frames of jupyter_client's for the same content. */
const peer = `
import json, sys
from jupyter_client.session import Session
session = Session(key=b"${key}")
given = [bytes.fromhex(frame) for frame in json.load(sys.stdin)]
idents, frames = session.feed_identities([b"identity"] + given)
message = session.deserialize(frames)
buffers = [bytes(buffer) for buffer in message["buffers"]]
answer = session.msg("execute_reply", content=message["content"], parent=message["header"], metadata=message["metadata"])
wire = session.serialize(answer, ident=[b"a", b"b"]) + buffers
print(json.dumps([frame.hex() for frame in wire]))
`

describe('the wire, with jupyter_client on the other side', function () {
  this.timeout(30_000)

  it('is read by it, and reads it: signature, header, Unicode, NaN, buffers', () => {
    const content = { code: 'naïve = "🙂"', nested: [1, null, { a: 1.5 }] }
    const message = composeMessage('execute_request', content, {
      session: 'ours',
      metadata: { cellId: 'c1' },
      buffers: [Uint8Array.from([0, 1, 255])],
    })
    const frames = openSigner(key).seal(messageParts(message))
    const output = execFileSync(venvPython, ['-c', peer], {
      input: JSON.stringify(frames.map((frame) => Buffer.from(frame).toString('hex'))),
    })
    const wire = (JSON.parse(output.toString()) as string[]).map((frame) => Buffer.from(frame, 'hex'))
    const opened = openSigner(key).open(wire)
    assert.ok('parts' in opened)
    const answer = parseMessage(opened.parts)
    assert.equal(answer.header.msg_type, 'execute_reply')
    assert.deepEqual(answer.content, content)
    assert.deepEqual(answer.metadata, { cellId: 'c1' })
    assert.equal(answer.parent_header.msg_id, message.header.msg_id)
    assert.equal(answer.parent_header.session, 'ours')
    assert.deepEqual([...answer.buffers[0]!], [0, 1, 255])
  })
})
