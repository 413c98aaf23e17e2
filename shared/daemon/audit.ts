import {
  appendFileSync,
  existsSync,
  fsyncSync,
  closeSync,
  openSync,
  readFileSync,
  truncateSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { StatePaths } from '../base/project.ts'
import {
  checkAuditLog,
  nextEntry,
  parseEntry,
  writeEntry,
  type AuditCheck,
  type AuditCheckpoint,
  type AuditEntry,
} from '../governance/audit_log.ts'
import type { Json } from '../governance/canonical_json.ts'
import type { Store } from '../store/store.ts'

/** What happened, as whoever did it tells it. */
export interface AuditedEvent {
  /** `deployment.created`, `revision.promoted`, `gate.overridden`, `alert.raised`… */
  action: string
  /** What it is about, by kind and id: `deployment income`, `model bikes/3`. */
  subject: string
  /** Why, in the words of who did it. */
  reason?: string
  /** Numbers and ids that led to it: its causes stand here by id. Values that are undefined are left out. */
  details?: Readonly<Record<string, Json | undefined>>
  /** Who did it, if not the user of this machine: `daybook` for what happens by itself. */
  actor?: string
}

/** What the audit log needs. */
export interface AuditParts {
  paths: StatePaths
  store: Store
  clock: Clock
  /** Told after each entry. */
  changed?(): void
}

/**
 * Who did what to which model and why, in `.daybook/audit.jsonl`: lines that are only ever added.
 *
 * Invariants. (1) What `record` returned is on the disk. (2) Each entry holds the hash of the one before, the
 * database the length and the last hash, a checkpoint the root of the whole: an entry that was changed, taken out,
 * put in or cut off is told with its place.
 */
export class AuditTrail {
  readonly #parts: AuditParts
  readonly #path: string
  #last: AuditEntry | null

  constructor(parts: AuditParts) {
    this.#parts = parts
    this.#path = join(parts.paths.dir, 'audit.jsonl')
    dropTornLine(this.#path)
    this.#last = parseEntry(this.#lines().at(-1) ?? '')
  }

  /** Where the log lies. */
  get path(): string {
    return this.#path
  }

  /** Adds an entry. The one function for whoever changes something that people answer for. */
  record(event: AuditedEvent): AuditEntry {
    const { store, clock, changed } = this.#parts
    const entry = nextEntry(this.#last, {
      atMs: clock.nowMs(),
      actor: event.actor ?? userInfo().username,
      action: event.action,
      subject: event.subject,
      reason: event.reason ?? '',
      details: withoutUndefined(event.details ?? {}),
    })
    appendSynced(this.#path, `${writeEntry(entry)}\n`)
    this.#last = entry
    store.run(
      `INSERT INTO audit_head (only, size, hash) VALUES (1, ?, ?)
       ON CONFLICT (only) DO UPDATE SET size = excluded.size, hash = excluded.hash`,
      entry.seq + 1,
      entry.hash,
    )
    changed?.()
    return entry
  }

  /** The newest entries, the newest first; those about one subject, if it is named. */
  list(wanted: { limit: number; subject: string | null }): AuditEntry[] {
    const entries = this.#lines().map(parseEntry)
    const known = entries.filter((entry) => entry !== null)
    const asked = known.filter(({ subject }) => wanted.subject === null || isAbout(subject, wanted.subject))
    return asked.slice(-wanted.limit).reverse()
  }

  /** Checks the log against itself, what the database remembers, all checkpoints taken here, and those given. */
  verify(given: readonly AuditCheckpoint[] = []): AuditCheck {
    const lines = this.#lines()
    const rows = this.#parts.store.all('SELECT size, root FROM audit_checkpoint ORDER BY size')
    const taken = rows.map((row) => ({ size: row['size'] as number, root: row['root'] as string }))
    const check = checkAuditLog(lines, [...taken, ...given])
    if (check.kind === 'broken') return check
    const head = this.#parts.store.get('SELECT size, hash FROM audit_head')
    if (head === undefined) return check
    const size = head['size'] as number
    if (size > lines.length)
      return {
        kind: 'broken',
        seq: lines.length,
        why: `Entries from ${lines.length} to ${size - 1} are gone: there were ${size}`,
      }
    const last = parseEntry(lines[size - 1] ?? '')
    return last === null || last.hash === head['hash']
      ? check
      : { kind: 'broken', seq: size - 1, why: 'The log was written anew: it does not end as it did' }
  }

  /** The log's length and root now, kept here; kept elsewhere too, it shows that nothing before it was changed. */
  checkpoint(): AuditCheck {
    const check = this.verify()
    if (check.kind === 'whole')
      this.#parts.store.run(
        'INSERT INTO audit_checkpoint (size, root, at_ms) VALUES (?, ?, ?) ON CONFLICT (size) DO NOTHING',
        check.checkpoint.size,
        check.checkpoint.root,
        this.#parts.clock.nowMs(),
      )
    return check
  }

  #lines(): string[] {
    if (!existsSync(this.#path)) return []
    const text = readFileSync(this.#path, 'utf8')
    return text === '' ? [] : text.replace(/\n$/, '').split('\n')
  }
}

/** `model bikes` is also about `model bikes/3`. */
function isAbout(subject: string, wanted: string): boolean {
  return subject === wanted || subject.startsWith(`${wanted}/`)
}

/** A line that a power cut left half was never acknowledged. */
function dropTornLine(path: string): void {
  if (!existsSync(path)) return
  const text = readFileSync(path)
  if (text.length > 0 && text.at(-1) !== 10) truncateSync(path, text.lastIndexOf(10) + 1)
}

function appendSynced(path: string, line: string): void {
  const file = openSync(path, 'a', 0o600)
  try {
    appendFileSync(file, line)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function withoutUndefined(details: Readonly<Record<string, Json | undefined>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(details).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  )
}
