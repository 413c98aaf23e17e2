import { readPrefix } from '../frame.ts'
import { entryOf } from './record.ts'
import { openSegment, type Segment, type SegmentReader } from './segment.ts'

/** One client's place in a journal. */
export interface JournalReader {
  /** The next entries (prefix and frame), an empty list at the end. */
  next(): readonly Buffer[]
  close(): void
}

/** What was written last. */
export interface Batch {
  firstSeq: number
  records: readonly Buffer[]
  segment: Segment
  /** Where it ends in its segment. */
  end: number
}

/** What a reader sees of a journal. */
export interface Source {
  /** Number of the last entry that stands in a file. */
  written(): number
  segments(): readonly Segment[]
  /** For readers that stand right before it: they need no file. */
  batch(): Batch | null
  /** Entries from `next` on that could not be written yet. */
  unwritten(next: number): Buffer[]
}

interface Place {
  segment: Segment
  offset: number
}

/** Reads on after entry number `cursor`. Parts of the journal that were removed are passed over. */
export function openReader(source: Source, cursor: number): JournalReader {
  let next = cursor + 1
  let place: Place | null = null
  let file: SegmentReader | null = null

  function leaveFile(): void {
    file?.close()
    file = null
  }

  function fromBatch(): readonly Buffer[] {
    const batch = source.batch()
    if (batch?.firstSeq !== next) return []
    leaveFile()
    next += batch.records.length
    place = { segment: batch.segment, offset: batch.end }
    return batch.records.map(entryOf)
  }

  function fromFile(): readonly Buffer[] {
    while (next <= source.written()) {
      place ??= find()
      if (place === null) return []
      try {
        file ??= openSegment(place.segment.path, place.offset)
      } catch {
        // It was removed in the meantime.
        if (!goOn(place.segment)) return []
        continue
      }
      const read = file.next()
      place.offset = file.offset
      const entries = read.filter((entry) => readPrefix(entry).seq >= next)
      const newest = entries.at(-1)
      if (newest !== undefined) {
        next = readPrefix(newest).seq + 1
        return entries
      }
      // Nothing more in this file, be it at its end or before damage.
      if (read.length === 0 && !goOn(place.segment)) return []
    }
    return []
  }

  function find(): Place | null {
    const segments = source.segments()
    const segment = segments.findLast(({ firstSeq }) => firstSeq <= next) ?? segments[0]
    return segment === undefined ? null : { segment, offset: 0 }
  }

  function goOn(from: Segment): boolean {
    const following = source.segments().find(({ firstSeq }) => firstSeq > from.firstSeq)
    leaveFile()
    if (following === undefined) return false
    place = { segment: following, offset: 0 }
    return true
  }

  return {
    next() {
      let entries = fromBatch()
      if (entries.length === 0) entries = fromFile()
      if (entries.length > 0) return entries
      leaveFile()
      const first = Math.max(next, source.written() + 1)
      entries = source.unwritten(first)
      if (entries.length > 0) next = first + entries.length
      return entries
    },
    close: leaveFile,
  }
}
