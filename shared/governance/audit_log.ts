import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from './canonical_json.ts'
import { leafHash, rootOf } from './merkle_tree.ts'

/** What happened, as it is told to the log. */
export interface AuditEvent {
  atMs: number
  /** Who did it: a user's name, or `daybook` for what it does by itself. */
  actor: string
  /** `deployment.created`, `revision.promoted`, `gate.overridden`, `alert.raised`… */
  action: string
  /** What it is about, by kind and id: `deployment income`, `run 4f2…`. */
  subject: string
  /** Why, in the actor's words; empty if nobody was asked. */
  reason: string
  /** Numbers and ids that led to it: its causes stand here by id. */
  details: Readonly<Record<string, Json>>
}

/** An event in its place. Each entry holds the hash of the one before, so that none can be changed or taken out. */
export interface AuditEntry extends AuditEvent {
  /** 0, 1, 2… */
  seq: number
  /** SHA-256 of the entry before in hexadecimal; 64 zeros for the first. */
  previous: string
  /** SHA-256 of this entry's canonical JSON without `hash` itself. */
  hash: string
}

/** How long the log was once, and the root of its tree: only with it can it be seen that its end was cut off. */
export interface AuditCheckpoint {
  size: number
  root: string
}

/** What checking the log found. */
export type AuditCheck =
  { kind: 'whole'; checkpoint: AuditCheckpoint } | { kind: 'broken'; seq: number; why: string }

const beginning = '0'.repeat(64)

/** The entry that follows the last one. */
export function nextEntry(last: AuditEntry | null, event: AuditEvent): AuditEntry {
  const entry = { ...event, seq: last === null ? 0 : last.seq + 1, previous: last?.hash ?? beginning }
  return { ...entry, hash: hashOf(entry) }
}

/** A line of the log's file. */
export function writeEntry(entry: AuditEntry): string {
  return canonicalJson(entry as unknown as Json)
}

/**
 * Checks a log line by line, and against checkpoints of former days.
 * @param lines the log's file without its last line end
 * @returns the first entry that is not as it was written
 */
export function checkAuditLog(
  lines: readonly string[],
  checkpoints: readonly AuditCheckpoint[] = [],
): AuditCheck {
  const leaves: Uint8Array[] = []
  let previous = beginning
  for (const [seq, line] of lines.entries()) {
    const entry = parseEntry(line)
    const broken = entry === null ? 'it cannot be read' : faultOf(entry, line, { seq, previous })
    if (broken !== null) return { kind: 'broken', seq, why: `Entry ${seq} was changed: ${broken}` }
    previous = entry?.hash ?? ''
    leaves.push(leafHash(Buffer.from(line)))
  }
  for (const { size, root } of checkpoints) {
    if (size > lines.length) {
      const why = `Entries from ${lines.length} to ${size - 1} are gone: there were ${size}`
      return { kind: 'broken', seq: lines.length, why }
    }
    if (hex(rootOf(leaves.slice(0, size))) !== root) {
      const why = `The log was written anew: its first ${size} entries are not those of the checkpoint`
      return { kind: 'broken', seq: 0, why }
    }
  }
  return { kind: 'whole', checkpoint: { size: lines.length, root: hex(rootOf(leaves)) } }
}

function faultOf(
  entry: AuditEntry,
  line: string,
  expected: { seq: number; previous: string },
): string | null {
  if (entry.seq !== expected.seq)
    return `it says it is entry ${entry.seq}, so that some were taken out or put in`
  if (entry.previous !== expected.previous) return 'it does not follow the entry before it'
  const { hash, ...rest } = entry
  if (hashOf(rest) !== hash) return 'its hash does not fit its content'
  return writeEntry(entry) === line ? null : 'it is not written in canonical form'
}

/** An entry of a line of the file; null if it is none. */
export function parseEntry(line: string): AuditEntry | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as AuditEntry) : null
  } catch {
    return null
  }
}

function hashOf(entry: Omit<AuditEntry, 'hash'>): string {
  return hex(createHash('sha256').update(canonicalJson(entry)).digest())
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
