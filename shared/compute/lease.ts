import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { bootId, isAlive, type ProcessIdentity } from '../base/process.ts'
import { localState } from '../base/project.ts'
import { allocate, sumShares, type Wanted } from './allocate.ts'
import type { Machine, Share } from './device.ts'

/** What a trial was given, until it is given back or its holder's process is gone. */
export interface Lease {
  readonly id: number
  readonly share: Share
}

/** Who asks for a share. */
export interface Claim {
  /** The project folder. */
  readonly project: string
  /** The lease ends with this process, however it ends. */
  readonly holder: ProcessIdentity
  readonly wanted: Wanted
  /** The most memory of a GPU that a trial of the study took. */
  readonly measuredBytes: number | null
}

/**
 * The machine's cores and GPUs as all projects of one user share them, in one small file.
 *
 * 1. What a process held is free the moment it is gone, even after kill -9 or a crash of the machine.
 * 2. While another project waits, a project that holds more than its part of the cores gets no more.
 * 3. A project that holds nothing gets something, however full the machine is: it never starves.
 */
export class DeviceLeases {
  readonly #database: DatabaseSync

  constructor(path = join(localState(), 'devices.db')) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#database = new DatabaseSync(path, { timeout: 5000 })
    this.#database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS lease (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project TEXT NOT NULL, pid INTEGER NOT NULL, start_time TEXT,
        boot TEXT NOT NULL, cores REAL NOT NULL, gpu TEXT, gpu_share REAL NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS waiting (
        project TEXT PRIMARY KEY, pid INTEGER NOT NULL, start_time TEXT, boot TEXT NOT NULL,
        since_ms INTEGER NOT NULL) STRICT;`)
  }

  /** Takes a share; null if there is none now: the project is then noted as waiting, and asks again later. */
  take(machine: Machine, claim: Claim, nowMs: number): Lease | null {
    return this.#alone(() => {
      this.#forgetTheDead()
      const rows = this.#database.prepare('SELECT * FROM lease').all() as unknown as LeaseRow[]
      const own = rows.filter(({ project }) => project === claim.project)
      const waiting = this.#database
        .prepare('SELECT project FROM waiting WHERE project <> ?')
        .all(claim.project) as unknown as { project: string }[]
      const projects = new Set([claim, ...rows, ...waiting].map(({ project }) => project)).size
      const heldCores = sumShares(own.map(toShare)).cores
      const yields = waiting.length > 0 && heldCores + claim.wanted.cores > machine.cores / projects
      const taken = sumShares(rows.map(toShare))
      const fits = allocate(machine, taken, claim.wanted, claim.measuredBytes)
      const alone = allocate(machine, { ...taken, cores: 0 }, claim.wanted, claim.measuredBytes)
      const share = own.length === 0 ? (fits ?? alone) : yields ? null : fits
      if (share === null) {
        this.#wait(claim, nowMs)
        return null
      }
      this.#database.prepare('DELETE FROM waiting WHERE project = ?').run(claim.project)
      const { holder } = claim
      const added = this.#database
        .prepare(
          `INSERT INTO lease (project, pid, start_time, boot, cores, gpu, gpu_share) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          claim.project,
          holder.pid,
          holder.startTime,
          bootId(),
          share.cores,
          share.gpu?.uuid ?? null,
          share.gpu?.share ?? 0,
        )
      const id = Number(added.lastInsertRowid)
      return { id, share }
    })
  }

  /** The project wants nothing more for now. */
  stopWaiting(project: string): void {
    this.#database.prepare('DELETE FROM waiting WHERE project = ?').run(project)
  }

  /** What is held now, by project. */
  held(): { project: string; share: Share }[] {
    return this.#alone(() => {
      this.#forgetTheDead()
      const rows = this.#database.prepare('SELECT * FROM lease').all() as unknown as LeaseRow[]
      return rows.map((row) => ({ project: row.project, share: toShare(row) }))
    })
  }

  close(): void {
    this.#database.close()
  }

  /** Gives a share back; one that is gone already does no harm. */
  release(id: number): void {
    this.#database.prepare('DELETE FROM lease WHERE id = ?').run(id)
  }

  #wait({ project, holder }: Claim, nowMs: number): void {
    this.#database
      .prepare(
        `INSERT INTO waiting (project, pid, start_time, boot, since_ms) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (project) DO UPDATE SET pid = excluded.pid, start_time = excluded.start_time, boot = excluded.boot`,
      )
      .run(project, holder.pid, holder.startTime, bootId(), nowMs)
  }

  #forgetTheDead(): void {
    for (const table of ['lease', 'waiting']) {
      const rows = this.#database
        .prepare(`SELECT rowid AS at, pid, start_time, boot FROM ${table}`)
        .all() as unknown as { at: number; pid: number; start_time: string | null; boot: string }[]
      for (const { at, pid, start_time: startTime, boot } of rows) {
        if (boot === bootId() && isAlive({ pid, startTime })) continue
        this.#database.prepare(`DELETE FROM ${table} WHERE rowid = ?`).run(at)
      }
    }
  }

  #alone<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }
}

interface LeaseRow {
  project: string
  cores: number
  gpu: string | null
  gpu_share: number
}

function toShare(row: LeaseRow): Share {
  return {
    cores: row.cores,
    gpu: row.gpu === null ? null : { uuid: row.gpu, share: row.gpu_share },
  }
}
