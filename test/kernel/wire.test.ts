import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { openSigner } from '../../shared/kernel/wire.ts'

const text = (value: string): Uint8Array => Buffer.from(value)
const four = fc.tuple(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), fc.uint8Array())

describe('openSigner()', () => {
  it('opens what another signer with the same key has sealed, whatever stands before the delimiter', () => {
    fc.assert(
      fc.property(
        four,
        fc.array(fc.uint8Array()),
        fc.string(),
        fc.array(fc.uint8Array({ maxLength: 5 })),
        (parts, buffers, key, idents) => {
          const sealed = openSigner(key).seal([...parts, ...buffers])
          const opened = openSigner(key).open([...idents, ...sealed])
          assert.deepEqual(opened, { parts: [...parts, ...buffers] })
        },
      ),
    )
  })

  it('signs the four JSON parts and nothing else, as the protocol says', () => {
    const [delimiter, signature] = openSigner('secret').seal(['h', 'p', 'm', 'c', 'buffer'].map(text))
    assert.equal(Buffer.from(delimiter!).toString(), '<IDS|MSG>')
    assert.equal(
      Buffer.from(signature!).toString(),
      createHmac('sha256', 'secret').update('hpmc').digest('hex'),
    )
  })

  it('refuses a message with any bit changed in what is signed', () => {
    fc.assert(
      fc.property(four, fc.nat(), fc.nat(7), (parts, at, bit) => {
        const frames = openSigner('key')
          .seal(parts)
          .map((frame) => Uint8Array.from(frame))
        const signed = frames.slice(1).filter((frame) => frame.length > 0)
        const frame = signed[at % signed.length]!
        frame[at % frame.length]! ^= 1 << bit
        assert.ok('refused' in openSigner('key').open(frames))
      }),
    )
  })

  it('refuses a message of another key, an empty signature, and one that comes twice', () => {
    const parts = ['{}', '{}', '{}', '{}'].map(text)
    const signer = openSigner('key')
    assert.deepEqual(signer.open(openSigner('other').seal(parts)), { refused: 'wrong signature' })
    assert.deepEqual(signer.open(openSigner('').seal(parts)), { refused: 'wrong signature' })
    assert.deepEqual(signer.open(openSigner('key').seal(parts)), { parts })
    assert.deepEqual(signer.open(openSigner('key').seal(parts)), { refused: 'replayed' })
  })

  it('refuses whatever is no message, and does not throw', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.uint8Array(), fc.constant(text('<IDS|MSG>')))), (frames) => {
        assert.ok('refused' in openSigner('key').open(frames))
      }),
    )
  })

  it('remembers a bounded number of signatures, the newest', () => {
    const signer = openSigner('key')
    const sealed = (n: number): Uint8Array[] =>
      openSigner('key').seal([text(String(n)), text(''), text(''), text('')])
    for (let n = 0; n < 70_000; n++) assert.ok('parts' in signer.open(sealed(n)))
    assert.ok('refused' in signer.open(sealed(69_999)))
    assert.ok('refused' in signer.open(sealed(20_000)))
    // The oldest is forgotten: this is the price of a bound.
    assert.ok('parts' in signer.open(sealed(0)))
  })

  it('takes other hashes and refuses unknown schemes', () => {
    const parts = ['1', '2', '3', '4'].map(text)
    assert.deepEqual(openSigner('key', 'hmac-sha512').open(openSigner('key', 'hmac-sha512').seal(parts)), {
      parts,
    })
    assert.throws(() => openSigner('key', 'hmac-none'), RangeError)
    assert.throws(() => openSigner('key', 'sha256'), RangeError)
  })
})
