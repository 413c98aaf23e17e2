import type { JournalEntry } from './kernel.ts'

/**
 * Frames of the subprotocol `v1.kernel.websocket.jupyter.org`: a table of offsets (each 64 bits, little-endian),
 * then the channel's name, then the message's parts as they are on the wire: header, parent header, metadata,
 * content, buffers. Before such a frame the supervisor puts a prefix of its own where a client asked with a
 * cursor: sequence number (64 bits), UTC milliseconds (double), direction (one byte).
 */
export const subprotocol = 'v1.kernel.websocket.jupyter.org'

/** Bytes of the prefix. */
export const prefixBytes = 17

/** Names of the channels in the order of their numbers; a frame carries the name. */
export type Channel = JournalEntry['channel']

const directions = ['in', 'out', 'mark'] as const
const text = new TextDecoder()
const bytes = new TextEncoder()

/** Length of the frame of these parts. */
export function frameLength(channel: Channel, parts: readonly Uint8Array[]): number {
  let length = 8 * (parts.length + 3) + channel.length
  for (const part of parts) length += part.length
  return length
}

/** Writes a frame into `target` at `start`; there must be room for `frameLength()` bytes. */
export function writeFrame(
  target: Uint8Array,
  start: number,
  channel: Channel,
  parts: readonly Uint8Array[],
): void {
  const view = new DataView(target.buffer, target.byteOffset + start)
  const count = parts.length + 2
  let at = 8 * (count + 1)
  setLong(view, 0, count)
  setLong(view, 8, at)
  for (let i = 0; i < channel.length; i++) target[start + at + i] = channel.charCodeAt(i)
  at += channel.length
  setLong(view, 16, at)
  let slot = 24
  for (const part of parts) {
    target.set(part, start + at)
    at += part.length
    setLong(view, slot, at)
    slot += 8
  }
}

/** The frame of these parts. */
export function encodeFrame(channel: Channel, parts: readonly Uint8Array[]): Uint8Array {
  const frame = new Uint8Array(frameLength(channel, parts))
  writeFrame(frame, 0, channel, parts)
  return frame
}

/**
 * Takes a frame apart; the parts share its memory.
 * @throws RangeError if it is not such a frame
 */
export function decodeFrame(frame: Uint8Array): { channel: string; parts: Uint8Array[] } {
  if (frame.length < 16) throw new RangeError(`Cannot read a frame of ${frame.length} bytes`)
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  const count = getLong(view, 0)
  if (count < 2 || count > frame.length / 8 - 1)
    throw new RangeError(`Cannot read a frame with ${count} offsets`)
  const slices: Uint8Array[] = []
  let from = getLong(view, 8)
  if (from < 8 * (count + 1)) throw new RangeError('Cannot read a frame whose offsets lie inside their table')
  for (let i = 1; i < count; i++) {
    const to = getLong(view, 8 * (i + 1))
    if (to < from || to > frame.length) throw new RangeError('Cannot read a frame whose offsets do not rise')
    slices.push(frame.subarray(from, to))
    from = to
  }
  const [channel, ...parts] = slices
  return { channel: text.decode(channel), parts }
}

/** Where and when an entry was written. */
export type Prefix = Pick<JournalEntry, 'seq' | 'atMs' | 'direction'>

/** Writes the prefix into `target` at `start`. */
export function writePrefix(target: Uint8Array, start: number, prefix: Prefix): void {
  const view = new DataView(target.buffer, target.byteOffset + start, prefixBytes)
  setLong(view, 0, prefix.seq)
  view.setFloat64(8, prefix.atMs, true)
  view.setUint8(16, directions.indexOf(prefix.direction))
}

/**
 * Reads a prefix.
 * @throws RangeError if it is none
 */
export function readPrefix(entry: Uint8Array): Prefix {
  if (entry.length < prefixBytes) throw new RangeError(`Cannot read an entry of ${entry.length} bytes`)
  const view = new DataView(entry.buffer, entry.byteOffset, prefixBytes)
  const direction = directions[view.getUint8(16)]
  if (direction === undefined) throw new RangeError('Cannot read an entry without direction')
  return { seq: getLong(view, 0), atMs: view.getFloat64(8, true), direction }
}

/** A text as UTF-8. */
export function encodeText(value: string): Uint8Array {
  return bytes.encode(value)
}

// BigInt is many times slower than two halves.
function setLong(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 0x1_0000_0000, true)
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true)
}

function getLong(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000
}
