import { crc32 } from 'node:zlib'
import {
  type Channel,
  frameLength,
  type Prefix,
  prefixBytes,
  readPrefix,
  writeFrame,
  writePrefix,
} from '../frame.ts'

/**
 * A record of a journal: length and CRC-32 of what follows (32 bits each, little-endian), then an entry as the
 * supervisor's clients get it: prefix and frame (shared/kernel/frame.ts). The check tells a record that was
 * half written when the process or the machine died.
 */
export const recordHeaderBytes = 8

/** No message is larger; a greater length means that the bytes are no record. */
const longestEntry = 0x7fff_ffff

/** A record for these parts of a message. */
export function encodeRecord(prefix: Prefix, channel: Channel, parts: readonly Uint8Array[]): Buffer {
  const record = Buffer.allocUnsafe(recordHeaderBytes + prefixBytes + frameLength(channel, parts))
  writePrefix(record, recordHeaderBytes, prefix)
  writeFrame(record, recordHeaderBytes + prefixBytes, channel, parts)
  return stampRecord(record)
}

/** Gives a record that was not yet seen by anybody another number. */
export function renumberRecord(record: Buffer, seq: number): void {
  const prefix = readPrefix(entryOf(record))
  writePrefix(record, recordHeaderBytes, { ...prefix, seq })
  stampRecord(record)
}

/** The entry in a record, sharing its memory. */
export function entryOf(record: Buffer): Buffer {
  return record.subarray(recordHeaderBytes)
}

/** What `readRecord` finds at a place. */
export type Found =
  { kind: 'entry'; entry: Buffer; end: number } | { kind: 'short'; needs: number } | { kind: 'damaged' }

/** Reads the record that begins at `start`; `short` says how many bytes from there on would be needed. */
export function readRecord(bytes: Buffer, start: number): Found {
  if (bytes.length - start < recordHeaderBytes) return { kind: 'short', needs: recordHeaderBytes }
  const length = bytes.readUInt32LE(start)
  if (length < prefixBytes || length > longestEntry) return { kind: 'damaged' }
  const end = start + recordHeaderBytes + length
  if (bytes.length < end) return { kind: 'short', needs: recordHeaderBytes + length }
  const entry = bytes.subarray(start + recordHeaderBytes, end)
  return crc32(entry) === bytes.readUInt32LE(start + 4) ? { kind: 'entry', entry, end } : { kind: 'damaged' }
}

function stampRecord(record: Buffer): Buffer {
  const entry = entryOf(record)
  record.writeUInt32LE(entry.length, 0)
  record.writeUInt32LE(crc32(entry), 4)
  return record
}
