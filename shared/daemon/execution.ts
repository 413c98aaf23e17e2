import { createHash } from 'node:crypto'
import type { ModuleEvent } from '../api/module_events.ts'
import type { CapturedCell } from '../api/run_methods.ts'
import type { Row, Store } from '../store/store.ts'
import type { CapabilityId } from './capability.ts'
import { redact } from './redact.ts'

type CellBegin = Extract<ModuleEvent, { type: 'cell_begin' }>
type CellEnd = Extract<ModuleEvent, { type: 'cell_end' }>

/** Notes that a cell began to run in the kernel that holds the capability. Its code is redacted before it is kept. */
export function beginExecution(store: Store, capability: CapabilityId, event: CellBegin): void {
  const next = Number(
    store.get(
      'SELECT coalesce(max(seq), 0) + 1 AS next FROM execution WHERE capability_id = ?',
      capability,
    )?.['next'],
  )
  store.run(
    `INSERT INTO execution (id, capability_id, seq, cell_id, code_hash, execution_count, started_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    event.execution,
    capability,
    next,
    event.cell ?? null,
    keepText(store, redact(event.code)),
    event.count ?? null,
    event.at,
  )
}

/** Notes that it ended, and what it took. */
export function endExecution(store: Store, event: CellEnd): void {
  store.run(
    'UPDATE execution SET ended_ms = ?, ok = ?, cpu_ms = ?, peak_rss_bytes = ? WHERE id = ?',
    event.at,
    event.ok ? 1 : 0,
    event.cpu_ms ?? null,
    event.peak_rss_bytes ?? null,
    event.execution,
  )
}

/** What the kernel module has told of an execution: `nothing` also where a kernel has no module. */
export function toldOfExecution(store: Store, execution: string): 'nothing' | 'began' | 'ok' | 'failed' {
  const row = store.get('SELECT ok FROM execution WHERE id = ?', execution)
  if (row === undefined) return 'nothing'
  return row['ok'] === null ? 'began' : row['ok'] === 1 ? 'ok' : 'failed'
}

/** The execution that runs now, as far as the kernel module has told; null if none. */
export function runningExecution(
  store: Store,
  capability: CapabilityId,
): { id: string; cell: string | null } | null {
  const row = store.get(
    'SELECT id, cell_id, ended_ms FROM execution WHERE capability_id = ? ORDER BY seq DESC LIMIT 1',
    capability,
  )
  if (row?.['ended_ms'] !== null) return null
  return { id: row['id'] as string, cell: row['cell_id'] as string | null }
}

/** Which cell an execution ran; null if it is not known. */
export function cellOfExecution(store: Store, execution: string): string | null {
  return (store.get('SELECT cell_id FROM execution WHERE id = ?', execution)?.['cell_id'] ?? null) as
    string | null
}

/**
 * The cells that made the kernel's state, in the order in which they ran, since its last start (the last
 * execution with count 1) and begun no later than `untilMs`.
 */
export function executedCells(store: Store, capability: string, untilMs: number): CapturedCell[] {
  const rows = store.all(
    `SELECT e.id, e.cell_id, b.text, e.execution_count, e.ok, e.started_ms, e.ended_ms
     FROM execution e JOIN text_blob b ON b.hash = e.code_hash
     WHERE e.capability_id = ?1 AND e.started_ms <= ?2 AND e.seq >= coalesce(
       (SELECT max(seq) FROM execution WHERE capability_id = ?1 AND execution_count = 1 AND started_ms <= ?2), 0)
     ORDER BY e.seq`,
    capability,
    untilMs,
  )
  return rows.map(toCell)
}

/** Keeps a text once, under its SHA-256; returns the hash. */
export function keepText(store: Store, text: string): string {
  const hash = createHash('sha256').update(text).digest('hex')
  store.run('INSERT INTO text_blob (hash, text) VALUES (?, ?) ON CONFLICT DO NOTHING', hash, text)
  return hash
}

function toCell(row: Row): CapturedCell {
  const ended = row['ended_ms'] as number | null
  return {
    execution: row['id'] as string,
    cell: row['cell_id'] as string | null,
    code: row['text'] as string,
    count: row['execution_count'] as number | null,
    ok: row['ok'] === null ? null : row['ok'] === 1,
    startedAtMs: Number(row['started_ms']),
    wallMs: ended === null ? null : ended - Number(row['started_ms']),
  }
}
