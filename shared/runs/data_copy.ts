import { createHash } from 'node:crypto'
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { randomHex } from '../base/id.ts'
import { Problem } from '../base/problem.ts'
import type { Store } from '../store/store.ts'

/**
 * Copies of small data files that runs read, by content: `<dir>/<two digits>/<sha256>`.
 *
 * Invariants. (1) One content is kept once, however many runs read it under whatever names. (2) A copy that a run
 * refers to stays, also of a run in the trash. (3) What is written back has been hashed again: it is what was read, or
 * nothing is written.
 */
export interface DataCopy {
  sha256: string
  sizeBytes: number
  keptMs: number
}

/** Moves a file into the copies. One that is kept already is left as it is, and the file goes. */
export function keepDataCopy(dir: string, sha256: string, file: string): void {
  const place = placeOf(dir, sha256)
  if (place === null) throw new Problem('bad_request', `Not a SHA-256: "${sha256.slice(0, 80)}"`)
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 })
  if (existsSync(place)) rmSync(file, { force: true })
  else renameSync(file, place)
}

/** Whether a content is kept, and where; null if it is not. */
export function findDataCopy(dir: string, sha256: string): string | null {
  const place = placeOf(dir, sha256)
  return place !== null && existsSync(place) ? place : null
}

/** All copies. */
export function listDataCopies(dir: string): DataCopy[] {
  return names(dir).flatMap((folder) =>
    names(join(dir, folder)).flatMap((sha256) => {
      const place = placeOf(dir, sha256)
      const stat = place === null ? undefined : statSync(place, { throwIfNoEntry: false })
      return stat === undefined ? [] : [{ sha256, sizeBytes: stat.size, keptMs: stat.mtimeMs }]
    }),
  )
}

/** Contents that runs refer to, but for those of the runs left out. */
export function referredData(store: Store, leftOut: ReadonlySet<string> = new Set()): Set<string> {
  const rows = store.each(
    `SELECT DISTINCT CASE WHEN json_valid(d.source) THEN d.source ->> '$.sha256' END AS sha256
     FROM dataset d JOIN run_dataset i ON i.dataset = d.id JOIN run r ON r.seq = i.run
     WHERE r.id NOT IN (SELECT value FROM json_each(?))`,
    JSON.stringify([...leftOut]),
  )
  return new Set([...rows].flatMap(({ sha256 }) => (typeof sha256 === 'string' ? [sha256] : [])))
}

/** Removes a copy, unless a run refers to it by now. */
export function removeDataCopy(store: Store, dir: string, sha256: string): void {
  if (referredData(store).has(sha256)) {
    throw new Problem('conflict', `The copy ${sha256.slice(0, 16)} is needed by a run`)
  }
  const place = findDataCopy(dir, sha256)
  if (place !== null) rmSync(place, { force: true })
}

/**
 * Writes a copy back as a file. A file of the same content is left as it is.
 * @returns whether it was written
 * @throws Problem `not_found` if there is no such copy, `conflict` if another file stands there or the copy is damaged
 */
export async function restoreDataCopy(dir: string, sha256: string, target: string): Promise<boolean> {
  const place = findDataCopy(dir, sha256)
  if (place === null) throw new Problem('not_found', `There is no copy of ${sha256.slice(0, 16)}`)
  if (existsSync(target)) {
    if (statSync(target).isFile() && (await hashOf(target)) === sha256) return false
    throw new Problem('conflict', `"${target}" is there already, with another content`, {
      hint: 'Choose another folder with --to.',
    })
  }
  mkdirSync(dirname(target), { recursive: true })
  const temporary = join(dirname(target), `.${basename(target)}.${randomHex().slice(0, 8)}`)
  try {
    copyFileSync(place, temporary)
    if ((await hashOf(temporary)) !== sha256) {
      throw new Problem('conflict', `The copy of "${basename(target)}" is damaged: its checksum is another`)
    }
    renameSync(temporary, target)
    return true
  } finally {
    rmSync(temporary, { force: true })
  }
}

function placeOf(dir: string, sha256: string): string | null {
  return /^[0-9a-f]{64}$/.test(sha256) ? join(dir, sha256.slice(0, 2), sha256) : null
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}
