import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writevSync } from 'node:fs'
import type { Clock } from '../../base/clock.ts'
import type { Channel, Prefix } from '../frame.ts'
import { type Batch, type JournalReader, openReader } from './journal_reader.ts'
import { encodeRecord, entryOf, renumberRecord } from './record.ts'
import { listSegments, scanSegment, type Segment, segmentPath } from './segment.ts'

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
  /** How bytes come into a file; default: the system's writev. */
  write?: (file: number, buffers: readonly Buffer[], position: number) => number
}

/** What to write. */
export interface Draft {
  direction: Prefix['direction']
  channel: Channel
  parts: readonly Uint8Array[]
  /** Kept in memory while the disk is full; the rest is dropped then. */
  essential: boolean
  /** Written at the end of this turn of the event loop; the rest within two milliseconds, with what follows. */
  urgent: boolean
}

/** A kernel's journal: written by one, read by many. */
export interface Journal {
  /** Number of the last entry, 0 for none. */
  readonly head: number
  /** Whether the disk refuses to take more. */
  readonly full: boolean
  /** Adds an entry; it is written a moment later, with those around it. */
  append(draft: Draft): void
  /** Writes what was added. */
  flush(): void
  /** A reader that begins after entry number `cursor`. */
  read(cursor: number): JournalReader
  /** The segments, oldest first; the last one is written to and must stay. */
  segments(): readonly Segment[]
  removeSegment(segment: Segment): void
  close(): void
}

/** While the disk is full: how much of what is essential is kept in memory. */
const keptBytes = 8_000_000
/** So many buffers go into one call of the system (IOV_MAX). */
const buffersPerWrite = 1024
/** A turn of the event loop that brings more is written in parts. */
const pendingLimit = 1_000_000
/** Each write costs as much as handling ten messages: so long, those that nobody waits for are gathered. */
const gatherMs = 2
/** How long to wait before a disk that was full is tried again. */
const retryMs = 1000

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
  const { clock, write = systemWrite } = options
  let segments = listSegments(folder)
  let pending: { record: Buffer; essential: boolean }[] = []
  let pendingBytes = 0
  let head = 0
  let written = 0
  let file = -1
  let end = 0
  let full = false
  let retryAtMs = 0
  let batch: Batch | null = null
  let scheduled: NodeJS.Immediate | null = null
  let later: NodeJS.Timeout | null = null
  let retry: NodeJS.Timeout | null = null
  let closed = false

  const last = segments.at(-1)
  if (last !== undefined) {
    const found = scanSegment(last.path, (entry) => onTail?.(entry))
    head = written = Math.max(found.lastSeq, last.firstSeq - 1)
    end = found.end
    file = openSync(last.path, 'r+', 0o600)
    ftruncateSync(file, end)
  }

  function append(draft: Draft): void {
    if (closed || (full && (!draft.essential || pendingBytes > keptBytes))) return
    const prefix = { seq: ++head, atMs: clock.nowMs(), direction: draft.direction }
    const record = encodeRecord(prefix, draft.channel, draft.parts)
    pending.push({ record, essential: draft.essential })
    pendingBytes += record.length
    if (pendingBytes > pendingLimit && !full) flush()
    else if (draft.urgent) scheduled ??= setImmediate(flush)
    else later ??= setTimeout(flush, gatherMs)
  }

  function flush(): void {
    if (scheduled !== null) clearImmediate(scheduled)
    if (later !== null) clearTimeout(later)
    scheduled = null
    later = null
    if (closed || pending.length === 0) return
    if (!full || clock.nowMs() >= retryAtMs) {
      try {
        writePending()
        full = false
      } catch (error) {
        turnFull(error as Error)
      }
    }
    options.onWritten()
  }

  function writePending(): void {
    if (file < 0 || end > options.segmentBytes) beginSegment()
    const segment = segments.at(-1)
    if (segment === undefined) return
    const records = pending.map((each) => each.record)
    writeAll(records)
    batch = { firstSeq: written + 1, records, segment, end }
    written += records.length
    pending = []
    pendingBytes = 0
  }

  function beginSegment(): void {
    const segment = { firstSeq: written + 1, path: segmentPath(folder, written + 1) }
    const prefix: Prefix = { seq: 0, atMs: clock.nowMs(), direction: 'mark' }
    const snapshot = encodeRecord(prefix, 'control', [options.snapshot()])
    const next = openSync(segment.path, 'w+', 0o600)
    try {
      if (write(next, [snapshot], 0) < snapshot.length) throw noSpace()
    } catch (error) {
      closeSync(next)
      rmSync(segment.path, { force: true })
      throw error
    }
    if (file >= 0) closeSync(file)
    file = next
    end = snapshot.length
    segments = [...segments.filter(({ firstSeq }) => firstSeq !== segment.firstSeq), segment]
    options.onSegment()
  }

  function writeAll(records: readonly Buffer[]): void {
    let at = end
    try {
      for (let i = 0; i < records.length; i += buffersPerWrite) {
        const slice = records.slice(i, i + buffersPerWrite)
        const bytes = slice.reduce((sum, record) => sum + record.length, 0)
        if (write(file, slice, at) < bytes) throw noSpace()
        at += bytes
      }
    } catch (error) {
      // What was written of these records must not be taken for a part of the next ones.
      ftruncateSync(file, end)
      throw error
    }
    end = at
  }

  function turnFull(error: Error): void {
    const isNews = !full
    full = true
    retryAtMs = clock.nowMs() + retryMs
    retry ??= setTimeout(() => {
      retry = null
      flush()
    }, retryMs).unref()
    if (!isNews) return
    // (1) (2): nobody has seen what goes here, so that the rest can close the ranks.
    pending = pending.filter((each) => each.essential)
    pending.forEach((each, i) => renumberRecord(each.record, written + 1 + i))
    head = written + pending.length
    pendingBytes = pending.reduce((sum, each) => sum + each.record.length, 0)
    options.onFull(error.message)
  }

  const source = {
    written: () => written,
    segments: () => segments,
    batch: () => batch,
    // (2): outside of `full`, pending entries are not yet anybody's.
    unwritten: (next: number) =>
      full ? pending.slice(next - written - 1).map(({ record }) => entryOf(record)) : [],
  }

  return {
    get head() {
      return head
    },
    get full() {
      return full
    },
    append,
    flush,
    read: (cursor) => openReader(source, Math.min(cursor, head)),
    segments: () => segments,
    removeSegment(segment) {
      if (segment === segments.at(-1)) return
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

function systemWrite(file: number, buffers: readonly Buffer[], position: number): number {
  return writevSync(file, [...buffers], position)
}
