import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writevSync } from 'node:fs'
import type { Clock } from '../../base/clock.ts'
import { type Channel, type Prefix, readPrefix } from '../frame.ts'
import { encodeRecord, entryOf, renumberRecord } from './record.ts'
import {
  listSegments,
  openSegment,
  scanSegment,
  type Segment,
  segmentPath,
  type SegmentReader,
} from './segment.ts'

/*
 * Invariants
 * (1) Entries are numbered 1, 2, 3… without a gap in the order of append().
 * (2) Nobody sees an entry before it is written; while the disk is full, before it stands in memory for good.
 * (3) After kill -9 at any moment the journal opens again and holds whole records only.
 * (4) A write that fails never throws at the caller: the journal turns `full`, keeps what is essential in memory
 *     (bounded) and tries again.
 */

/** What a journal needs to know. */
export interface JournalOptions {
  clock: Clock
  /** A segment that has grown beyond this is followed by a new one. */
  segmentBytes: number
  /** What a new segment begins with, so that the last segment alone tells how things stand. */
  snapshot: () => Uint8Array
  /** Called after entries became visible to readers. */
  onWritten: () => void
  /** Called when the disk refused a write, once until it takes one again. */
  onFull: (why: string) => void
  /** Called when a new segment was begun: the moment to remove old ones. */
  onSegment: () => void
}

/** What to write. */
export interface Draft {
  direction: Prefix['direction']
  channel: Channel
  parts: readonly Uint8Array[]
  /** Kept in memory while the disk is full; the rest is dropped then. */
  essential: boolean
}

/** A kernel's journal: written by one, read by many. */
export interface Journal {
  /** Number of the last entry, 0 for none. */
  readonly head: number
  readonly full: boolean
  readonly closed: boolean
  /** Adds an entry; it is written with the others of this turn of the event loop. */
  append(draft: Draft): void
  /** Writes what was added. */
  flush(): void
  /** A reader that begins after entry number `cursor`. */
  read(cursor: number): JournalReader
  /** The segments that may be removed: all but the one that is written to. */
  closedSegments(): readonly Segment[]
  removeSegment(segment: Segment): void
  close(): void
}

/** One client's place in a journal. */
export interface JournalReader {
  /** The next entries (prefix and frame), an empty list at the end. */
  next(): readonly Buffer[]
  close(): void
}

/** What was written last, for readers that stand right before it: they need no file. */
interface Batch {
  firstSeq: number
  records: readonly Buffer[]
  segment: Segment
  endOffset: number
}

/** While the disk is full: how much of what is essential is kept in memory. */
const keptBytes = 8_000_000
/** So many buffers go into one call of the system (IOV_MAX). */
const buffersPerWrite = 1024
/** A turn of the event loop that brings more is written in parts. */
const pendingLimit = 1_000_000

/**
 * Opens the journal in a folder, or begins one. A torn end is cut off.
 * @param onTail is given the entries of the last segment, its snapshot (number 0) first
 * @throws Error if the folder cannot be made or read
 */
export function openJournal(
  folder: string,
  options: JournalOptions,
  onTail?: (entry: Buffer) => void,
): Journal {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  let segments = listSegments(folder)
  let pending: { record: Buffer; essential: boolean }[] = []
  let pendingBytes = 0
  let head = 0
  let written = 0
  let offset = 0
  let file = -1
  let full = false
  let retryAtMs = 0
  let batch: Batch | null = null
  let scheduled: NodeJS.Immediate | null = null
  let retry: NodeJS.Timeout | null = null
  let closed = false

  const last = segments.at(-1)
  if (last !== undefined) {
    const { end, lastSeq } = scanSegment(last.path, (entry) => onTail?.(entry))
    head = written = Math.max(lastSeq, last.firstSeq - 1)
    file = openSync(last.path, 'r+', 0o600)
    ftruncateSync(file, end)
    offset = end
  }

  function append(draft: Draft): void {
    if (closed || (full && (!draft.essential || pendingBytes > keptBytes))) return
    const prefix = { seq: ++head, atMs: options.clock.nowMs(), direction: draft.direction }
    const record = encodeRecord(prefix, draft.channel, draft.parts)
    pending.push({ record, essential: draft.essential })
    pendingBytes += record.length
    if (pendingBytes > pendingLimit && !full) flush()
    else scheduled ??= setImmediate(flush)
  }

  function flush(): void {
    if (scheduled !== null) clearImmediate(scheduled)
    scheduled = null
    if (closed || pending.length === 0) return
    if (full && options.clock.nowMs() < retryAtMs) {
      options.onWritten()
      return
    }
    try {
      writePending()
      full = false
    } catch (error) {
      turnFull(error as Error)
    }
    options.onWritten()
  }

  function writePending(): void {
    if (file < 0 || offset > options.segmentBytes) beginSegment()
    const segment = segments.at(-1)
    if (segment === undefined) return
    const firstSeq = written + 1
    const records = pending.map((each) => each.record)
    writeAll(records)
    written += records.length
    pending = []
    pendingBytes = 0
    batch = { firstSeq, records, segment, endOffset: offset }
  }

  function beginSegment(): void {
    const segment = { firstSeq: written + 1, path: segmentPath(folder, written + 1) }
    const prefix: Prefix = { seq: 0, atMs: options.clock.nowMs(), direction: 'mark' }
    const snapshot = encodeRecord(prefix, 'control', [options.snapshot()])
    const next = openSync(segment.path, 'w+', 0o600)
    try {
      if (writevSync(next, [snapshot], 0) < snapshot.length) throw noSpace()
    } catch (error) {
      closeSync(next)
      rmSync(segment.path, { force: true })
      throw error
    }
    if (file >= 0) closeSync(file)
    file = next
    offset = snapshot.length
    segments = [...segments, segment]
    options.onSegment()
  }

  function writeAll(records: readonly Buffer[]): void {
    let end = offset
    try {
      for (let i = 0; i < records.length; i += buffersPerWrite) {
        const slice = records.slice(i, i + buffersPerWrite)
        const bytes = slice.reduce((sum, record) => sum + record.length, 0)
        const count = writevSync(file, slice, end)
        if (count < bytes) throw noSpace()
        end += count
      }
    } catch (error) {
      // What was written of these records must not be taken for a part of the next ones.
      ftruncateSync(file, offset)
      throw error
    }
    offset = end
  }

  function turnFull(error: Error): void {
    const news = !full
    full = true
    retryAtMs = options.clock.nowMs() + 1000
    pending = pending.filter((each) => each.essential)
    // (1) (2): nobody has seen those that went, so the rest can close the ranks, unless it was shown before.
    if (news) pending.forEach((each, i) => renumberRecord(each.record, written + 1 + i))
    head = written + pending.length
    pendingBytes = pending.reduce((sum, each) => sum + each.record.length, 0)
    retry ??= setTimeout(() => {
      retry = null
      flush()
    }, 1000).unref()
    if (news) options.onFull(error.message)
  }

  function inMemory(next: number): Buffer[] {
    // (2) Outside of `full`, pending entries are not yet anybody's.
    if (!full || next > head || next <= written) return []
    return pending.slice(next - written - 1).map((each) => entryOf(each.record))
  }

  function read(cursor: number): JournalReader {
    let next = Math.min(cursor, head) + 1
    let place: { segment: Segment; offset: number } | null = null
    let reader: SegmentReader | null = null

    function drop(): void {
      reader?.close()
      reader = null
    }

    function fromBatch(): readonly Buffer[] {
      if (batch?.firstSeq !== next) return []
      drop()
      next += batch.records.length
      place = { segment: batch.segment, offset: batch.endOffset }
      return batch.records.map(entryOf)
    }

    function fromFile(): readonly Buffer[] {
      while (next <= written) {
        if (reader === null) {
          const segment = place?.segment ?? segments.findLast((each) => each.firstSeq <= next) ?? segments[0]
          if (segment === undefined) return []
          try {
            reader = openSegment(segment.path, place?.offset ?? 0)
            place = { segment, offset: 0 }
          } catch {
            advance(segment)
            continue
          }
        }
        const entries = reader.next().filter((entry) => readPrefix(entry).seq >= next)
        const newest = entries.at(-1)
        if (newest !== undefined) {
          next = readPrefix(newest).seq + 1
          if (place !== null) place = { segment: place.segment, offset: reader.offset }
          return entries
        }
        if (place !== null && (reader.damaged || place.segment !== segments.at(-1))) advance(place.segment)
        else if (place === null || reader.offset === place.offset) return []
        else place = { segment: place.segment, offset: reader.offset }
      }
      return []
    }

    function advance(from: Segment): void {
      drop()
      const following = segments.find((each) => each.firstSeq > from.firstSeq)
      place = following === undefined ? null : { segment: following, offset: 0 }
      next = Math.max(next, following?.firstSeq ?? written + 1)
    }

    return {
      next() {
        let entries = fromBatch()
        if (entries.length === 0) entries = fromFile()
        if (entries.length === 0) {
          drop()
          entries = inMemory(next)
          next += entries.length
        }
        return entries
      },
      close: drop,
    }
  }

  return {
    get head() {
      return head
    },
    get full() {
      return full
    },
    get closed() {
      return closed
    },
    append,
    flush,
    read,
    closedSegments: () => segments.slice(0, -1),
    removeSegment(segment) {
      segments = segments.filter((each) => each !== segment)
      rmSync(segment.path, { force: true })
    },
    close() {
      if (closed) return
      flush()
      closed = true
      if (retry !== null) clearTimeout(retry)
      if (file >= 0) closeSync(file)
    },
  }
}

function noSpace(): Error {
  return new Error('no space left on device')
}
