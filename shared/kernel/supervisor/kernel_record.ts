import { chmodSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { ProcessIdentity } from '../../base/process.ts'
import type { KernelId, KernelLaunch } from '../kernel.ts'
import type { KernelFeatures } from './ready.ts'

/** What must be known of a kernel to take it over from a supervisor that died. */
export interface KernelRecord {
  /** Form of this record. */
  format: 1
  id: KernelId
  launch: KernelLaunch
  env: Readonly<Record<string, string>>
  cwd: string
  notebook: string | null
  /** Name of the sockets of whoever supervises it. */
  routingId: string
  /** Session of the supervisor's own messages. */
  session: string
  /** Null from before the start until the process is known. */
  process: ProcessIdentity | null
  /** How it died; null while it lives. */
  death: string | null
  /** What it said of itself; null before it answered. */
  features: KernelFeatures | null
  /** Boot of the machine in which it was started. */
  boot: string
  startedAtMs: number
  /** Another program's kernel, which is only followed. */
  attached?: true
}

/** The files of one kernel. */
export interface KernelFiles {
  connection: string
  record: string
  log: string
}

/** Where the files of a kernel lie in the kernels folder. */
export function kernelFiles(folder: string, id: string): KernelFiles {
  return {
    connection: join(folder, `kernel-${id}.json`),
    record: join(folder, `${id}.record`),
    log: join(folder, `${id}.log`),
  }
}

/** Writes the record, readable by the owner only, in one step. */
export function saveRecord(folder: string, record: KernelRecord): void {
  const path = kernelFiles(folder, record.id).record
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600, flush: true })
  chmodSync(`${path}.new`, 0o600)
  renameSync(`${path}.new`, path)
}

/**
 * The kernels that an earlier supervisor left. A folder that came with a cloned repository may hold anything:
 * only plain files of our own that nobody else may read are believed.
 * @param onRefused is told what was passed over and why
 */
export function loadRecords(folder: string, onRefused: (why: string) => void): KernelRecord[] {
  const records: KernelRecord[] = []
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.record')) continue
    const id = name.slice(0, -'.record'.length)
    const files = kernelFiles(folder, id)
    try {
      mustBePrivate(files.record)
      mustBePrivate(files.connection)
      const record = JSON.parse(readFileSync(files.record, 'utf8')) as Partial<KernelRecord>
      if (record.format !== 1 || record.id !== id) throw new Error('is of another form')
      records.push(record as KernelRecord)
    } catch (error) {
      onRefused(`${name}: ${(error as Error).message}`)
    }
  }
  return records.sort((a, b) => a.startedAtMs - b.startedAtMs)
}

/** Removes what a kernel leaves when it was stopped on purpose; its journal stays. */
export function removeKernelFiles(folder: string, id: string): void {
  for (const path of Object.values(kernelFiles(folder, id)) as string[]) rmSync(path, { force: true })
}

/**
 * Checks that a file is a plain one of our own that nobody else may read.
 * @throws Error with what it is instead
 */
export function mustBePrivate(path: string): void {
  const stat = lstatSync(path)
  if (!stat.isFile()) throw new Error(`${path} is not a plain file`)
  if (process.platform === 'win32') return
  if (stat.uid !== userInfo().uid) throw new Error(`${path} belongs to another user`)
  if ((stat.mode & 0o077) !== 0) throw new Error(`${path} can be read by others`)
}
