import { createHmac, hash, timingSafeEqual } from 'node:crypto'

const delimiter = Buffer.from('<IDS|MSG>')

/** How many signatures are remembered to refuse a message that comes twice; jupyter_client keeps as many. */
const rememberedSignatures = 65_536

/** Signs and checks the messages of one kernel, whose connection file names the key. */
export interface Signer {
  /** Frames for a ZeroMQ socket: delimiter, signature, then the parts. */
  seal(parts: readonly Uint8Array[]): Uint8Array[]
  /**
   * The parts of a message (header, parent header, metadata, content, buffers), or the reason why it must be
   * ignored. Buffers are not signed: the protocol has it so.
   */
  open(frames: readonly Uint8Array[]): { parts: Uint8Array[] } | { refused: string }
}

/**
 * A signer for a key; an empty key means no signatures.
 * @param scheme `hmac-sha256` or another hash that Node knows after `hmac-`
 * @throws RangeError for an unknown scheme
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */
export function openSigner(key: string, scheme = 'hmac-sha256'): Signer {
  const algorithm = algorithmOf(scheme)
  const seen = new Set<string>()

  function sign(parts: readonly Uint8Array[]): string {
    if (key === '') return ''
    const hmac = createHmac(algorithm, key)
    for (let i = 0; i < 4; i++) hmac.update(parts[i] ?? Buffer.alloc(0))
    return hmac.digest('hex')
  }

  function isReplay(signature: string): boolean {
    if (seen.has(signature)) return true
    seen.add(signature)
    if (seen.size > rememberedSignatures) {
      // A set keeps the order of insertion: these are the oldest.
      let surplus = rememberedSignatures / 16
      for (const oldest of seen) {
        if (surplus-- === 0) break
        seen.delete(oldest)
      }
    }
    return false
  }

  return {
    seal: (parts) => [delimiter, Buffer.from(sign(parts)), ...parts],
    open(frames) {
      const at = frames.findIndex((frame) => delimiter.equals(frame))
      if (at < 0) return { refused: 'no delimiter' }
      const parts = frames.slice(at + 2)
      if (parts.length < 4) return { refused: 'too few parts' }
      if (key === '') return { parts }
      const signature = Buffer.from(frames[at + 1] ?? [])
      const expected = sign(parts)
      if (signature.length !== expected.length || !timingSafeEqual(signature, Buffer.from(expected))) {
        return { refused: 'wrong signature' }
      }
      return isReplay(expected) ? { refused: 'replayed' } : { parts }
    },
  }
}

function algorithmOf(scheme: string): string {
  const name = /^hmac-([a-z0-9_-]+)$/i.exec(scheme)?.[1]?.toLowerCase().replace('_', '-')
  try {
    if (name === undefined) throw new RangeError('no hmac')
    hash(name, '')
    return name
  } catch (error) {
    throw new RangeError(`Cannot sign messages as the signature scheme is unknown: "${scheme}"`, {
      cause: error,
    })
  }
}
