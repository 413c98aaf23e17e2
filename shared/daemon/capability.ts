import { randomHex, ulid } from '../base/id.ts'
import { isAlive, type ProcessIdentity } from '../base/process.ts'
import type { Row, Store } from '../store/store.ts'

/** Id of a capability: a ULID. */
export type CapabilityId = string & { readonly brand: 'CapabilityId' }

/** Why a token was given out. */
export type CapabilityKind = 'kernel' | 'exec' | 'script' | 'project' | 'host' | 'trial'

/**
 * The right of one process to log to this project, as a token in its tracking address. It names the kernel,
 * hence the running cell, whatever client is used; and it never leaves this machine, as a header might.
 */
export interface Capability {
  id: CapabilityId
  token: string
  kind: CapabilityKind
  kernelId: string | null
  notebook: string | null
  /** kernel: the notebook run its runs are nested in; exec, trial: the run everything goes into. */
  runId: string | null
  process: ProcessIdentity | null
  createdMs: number
}

/** What is known when a token is given out. */
export type NewCapability = Pick<Capability, 'kind'> &
  Partial<Pick<Capability, 'kernelId' | 'notebook' | 'runId' | 'process'>>

/** Gives out a new token. */
export function grantCapability(store: Store, wanted: NewCapability, nowMs: number): Capability {
  const capability: Capability = {
    id: ulid(nowMs) as CapabilityId,
    token: randomHex(20),
    kind: wanted.kind,
    kernelId: wanted.kernelId ?? null,
    notebook: wanted.notebook ?? null,
    runId: wanted.runId ?? null,
    process: wanted.process ?? null,
    createdMs: nowMs,
  }
  store.run(
    `INSERT INTO capability (id, token, kind, kernel_id, notebook, parent_run_id, pid, start_time, created_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    capability.id,
    capability.token,
    capability.kind,
    capability.kernelId,
    capability.notebook,
    capability.runId,
    capability.process?.pid ?? null,
    capability.process?.startTime ?? null,
    nowMs,
  )
  return capability
}

/** Whose token this is, or null. */
export function findCapability(store: Store, token: string): Capability | null {
  const row = store.get('SELECT * FROM capability WHERE token = ?', token)
  return row === undefined ? null : fromRow(row)
}

/** The capability with this id, or null. */
export function getCapability(store: Store, id: string): Capability | null {
  const row = store.get('SELECT * FROM capability WHERE id = ?', id)
  return row === undefined ? null : fromRow(row)
}

/** The capability that belongs to no process, or null if none was given out yet. */
export function findProjectCapability(store: Store): Capability | null {
  const row = store.get("SELECT * FROM capability WHERE kind = 'project' ORDER BY id LIMIT 1")
  return row === undefined ? null : fromRow(row)
}

/** The kernel's capability, or null if it was not given one by this project. */
export function capabilityOfKernel(store: Store, kernelId: string): Capability | null {
  const row = store.get('SELECT * FROM capability WHERE kernel_id = ? ORDER BY id DESC LIMIT 1', kernelId)
  return row === undefined ? null : fromRow(row)
}

/** Notes which process holds the token, once it is known. */
export function bindCapability(store: Store, id: CapabilityId, holder: ProcessIdentity): void {
  store.run('UPDATE capability SET pid = ?, start_time = ? WHERE id = ?', holder.pid, holder.startTime, id)
}

/** What a process logs from now on belongs to this notebook. */
export function nameNotebook(store: Store, holder: ProcessIdentity, notebook: string): void {
  store.run(
    'UPDATE capability SET notebook = ? WHERE pid = ? AND start_time IS ?',
    notebook,
    holder.pid,
    holder.startTime,
  )
}

/** Whether any process that was given a token still runs: as long as one does, the daemon stays. */
export function someHolderLives(store: Store): boolean {
  const rows = store.all(
    'SELECT pid, start_time FROM capability WHERE pid IS NOT NULL ORDER BY id DESC LIMIT 1000',
  )
  return rows.some((row) =>
    isAlive({ pid: Number(row['pid']), startTime: row['start_time'] as string | null }),
  )
}

function fromRow(row: Row): Capability {
  const pid = row['pid'] as number | null
  return {
    id: row['id'] as CapabilityId,
    token: row['token'] as string,
    kind: row['kind'] as CapabilityKind,
    kernelId: row['kernel_id'] as string | null,
    notebook: row['notebook'] as string | null,
    runId: row['parent_run_id'] as string | null,
    process: pid === null ? null : { pid, startTime: row['start_time'] as string | null },
    createdMs: Number(row['created_ms']),
  }
}
