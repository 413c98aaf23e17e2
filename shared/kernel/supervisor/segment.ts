import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { readPrefix } from '../frame.ts'
import { readRecord, recordHeaderBytes } from './record.ts'

/** One file of a journal: records of rising number, the first of them in the file's name. */
export interface Segment {
  firstSeq: number
  path: string
}

/** Path of the segment that begins with this number. */
export function segmentPath(folder: string, firstSeq: number): string {
  return join(folder, `${String(firstSeq).padStart(16, '0')}.seg`)
}

/** The segments in a folder, oldest first; none if there is no such folder. */
export function listSegments(folder: string): Segment[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  return names
    .filter((name) => /^\d{16}\.seg$/.test(name))
    .sort()
    .map((name) => ({ firstSeq: Number.parseInt(name, 10), path: join(folder, name) }))
}

/** How much is read at once. */
const chunkBytes = 256 * 1024

/** A file that is read record by record, from any record on. */
export interface SegmentReader {
  /** Where the next record begins. */
  readonly offset: number
  /** The next entries, about `chunkBytes` of them; none at the end of what is written or before damage. */
  next(): Buffer[]
  /** Whether next() stopped at bytes that are no record. */
  readonly damaged: boolean
  close(): void
}

/** @throws Error with code ENOENT if the segment was removed */
export function openSegment(path: string, offset = 0): SegmentReader {
  const file = openSync(path, 'r')
  let at = offset
  let damaged = false
  let open = true

  function readAt(bytes: number): Buffer {
    const size = Math.min(bytes, Math.max(0, fstatSync(file).size - at))
    const chunk = Buffer.allocUnsafeSlow(size)
    let filled = 0
    while (filled < size) {
      const count = readSync(file, chunk, filled, size - filled, at + filled)
      if (count === 0) break
      filled += count
    }
    return chunk.subarray(0, filled)
  }

  return {
    get offset() {
      return at
    },
    get damaged() {
      return damaged
    },
    next() {
      const entries: Buffer[] = []
      let chunk = readAt(chunkBytes)
      for (let start = 0; !damaged;) {
        const found = readRecord(chunk, start)
        if (found.kind === 'entry') {
          entries.push(found.entry)
          at += found.end - start
          start = found.end
        } else if (found.kind === 'damaged') {
          damaged = true
        } else if (
          entries.length > 0 ||
          found.needs <= chunk.length - start ||
          chunk.length < recordHeaderBytes
        ) {
          break
        } else {
          // A single record that is larger than a chunk, or the torn end of the file.
          const whole = readAt(found.needs)
          if (whole.length < found.needs) break
          chunk = whole
          start = 0
        }
      }
      return entries
    },
    close() {
      if (open) closeSync(file)
      open = false
    },
  }
}

/** All entries of a segment, and where the last whole record ends. */
export function scanSegment(
  path: string,
  onEntry: (entry: Buffer) => void,
): { end: number; lastSeq: number } {
  const reader = openSegment(path)
  let lastSeq = 0
  try {
    for (let entries = reader.next(); entries.length > 0; entries = reader.next()) {
      for (const entry of entries) {
        lastSeq = Math.max(lastSeq, readPrefix(entry).seq)
        onEntry(entry)
      }
    }
    return { end: reader.offset, lastSeq }
  } finally {
    reader.close()
  }
}
