import { createHash, randomBytes } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  type Stats,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { Problem } from '../base/problem.ts'
import type { Store } from '../store/store.ts'
import { incomingFolder, joinArtifactPath, type ArtifactPath } from './artifact_path.ts'

/**
 * The project's artifacts: a tree of files that runs and models leave behind.
 *
 * Invariants. (1) A file is there whole or not at all, also after a power cut: it is collected in `.incoming/`, brought
 * to the disk and renamed. (2) Nothing
 * outside the tree is read or written, whatever paths or symbolic links say. (3) What came through `saveArtifact`
 * has its size and SHA-256 in the table `artifact_file`.
 */
export interface ArtifactEntry {
  /** Below the folder of all artifacts. */
  path: ArtifactPath
  isDir: boolean
  /** Null for a folder. */
  sizeBytes: number | null
}

/** A file that was stored. */
export interface SavedArtifact {
  sizeBytes: number
  /** 64 hexadecimal digits. */
  sha256: string
}

/**
 * Writes a file from a stream of bytes; an older one of that name is replaced.
 * @throws Problem `store_full` if the disk is full, `conflict` if a folder stands where the file or a file where
 *   a folder should be; whatever the stream throws. Nothing is left behind then
 */
export async function saveArtifact(
  store: Store,
  artifactsDir: string,
  target: { path: ArtifactPath; nowMs: number },
  bytes: AsyncIterable<Uint8Array>,
): Promise<SavedArtifact> {
  if (target.path === '') throw new Problem('bad_request', 'Cannot store a file without a name')
  const { file, saved } = await writeIncoming(join(artifactsDir, incomingFolder), target.path, bytes)
  try {
    putInPlace(artifactsDir, file, target.path)
    await syncFolder(dirname(join(artifactsDir, target.path)))
    recordArtifact(store, target.path, { ...saved, nowMs: target.nowMs })
    return saved
  } catch (error) {
    rmSync(file, { force: true })
    throw explainFileError(error, target.path)
  }
}

/**
 * Writes a new file with a name drawn by chance; nothing is left behind if that fails.
 * @param what for messages
 * @throws Problem `store_full`; whatever the stream throws
 */
export async function writeIncoming(
  folder: string,
  what: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ file: string; saved: SavedArtifact }> {
  const file = join(folder, randomBytes(12).toString('hex'))
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return { file, saved: await writeFile(file, bytes) }
  } catch (error) {
    rmSync(file, { force: true })
    throw explainFileError(error, what)
  }
}

/** Moves a finished file of the same file system to its place among the artifacts. */
export function putInPlace(artifactsDir: string, file: string, path: ArtifactPath): void {
  const place = resolveForWriting(artifactsDir, path)
  if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Problem('conflict', `Cannot store "${path}": there is a folder of that name`)
  }
  renameSync(file, place)
}

/** Notes size and checksum of a file that is in its place. */
export function recordArtifact(
  store: Store,
  path: ArtifactPath,
  file: SavedArtifact & { nowMs: number },
): void {
  store.run(
    `INSERT INTO artifact_file (path, size_bytes, sha256, stored_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET size_bytes = excluded.size_bytes, sha256 = excluded.sha256,
       stored_ms = excluded.stored_ms`,
    path,
    file.sizeBytes,
    file.sha256,
    file.nowMs,
  )
}

/** The checksum that was noted when the file came in; null if it came another way. */
export function artifactChecksum(store: Store, path: ArtifactPath): string | null {
  return (store.get('SELECT sha256 FROM artifact_file WHERE path = ?', path)?.['sha256'] ?? null) as
    string | null
}

/**
 * What lies in a folder, by name. Empty if there is no such folder, or it is a file. Links that lead out of the
 * tree are not shown.
 */
export function listArtifacts(artifactsDir: string, path: ArtifactPath): ArtifactEntry[] {
  const folder = resolveExisting(artifactsDir, path)
  if (folder === null || !folder.stat.isDirectory()) return []
  const entries: ArtifactEntry[] = []
  for (const name of readdirSync(folder.file)) {
    if (path === '' && name === incomingFolder) continue
    const entry = joinArtifactPath(path, name as ArtifactPath)
    const found = resolveExisting(artifactsDir, entry)
    if (found === null) continue
    const isDir = found.stat.isDirectory()
    entries.push({ path: entry, isDir, sizeBytes: isDir ? null : found.stat.size })
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** A file among the artifacts, to be read. */
export interface FoundArtifact {
  /** Its absolute path, links followed. */
  file: string
  stat: Stats
}

/** Where an artifact lies; null if it is not there or a link leads out of the tree. */
export function resolveExisting(artifactsDir: string, path: ArtifactPath): FoundArtifact | null {
  try {
    const file = realpathSync(join(artifactsDir, path))
    const stat = statSync(file)
    return isWithin(realpathSync(artifactsDir), file) ? { file, stat } : null
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

/**
 * Removes a file or a folder with all in it; nothing happens if it is not there.
 * @throws Problem `bad_request` for the root of all artifacts
 */
export function removeArtifacts(store: Store, artifactsDir: string, path: ArtifactPath): void {
  if (path === '') throw new Problem('bad_request', 'Cannot delete the root of all artifacts')
  if (resolveExisting(artifactsDir, path) === null && !isLink(join(artifactsDir, path))) return
  // The link itself is removed, never what it points to; a link on the way was followed and found inside.
  const place = resolveForWriting(artifactsDir, path)
  rmSync(place, { recursive: true, force: true })
  store.run(
    'DELETE FROM artifact_file WHERE path = ? OR (path > ? AND path < ?)',
    path,
    `${path}/`,
    `${path}0`,
  )
}

/** Bytes of all files below a path, links not followed. */
export function artifactsSizeBytes(artifactsDir: string, path: ArtifactPath): number {
  const found = resolveExisting(artifactsDir, path)
  return found === null ? 0 : sizeOf(found.file)
}

/** Removes what interrupted uploads left; to be called when no upload runs, as at the daemon's start. */
export function clearIncoming(artifactsDir: string): void {
  rmSync(join(artifactsDir, incomingFolder), { recursive: true, force: true })
}

/** The absolute place of a file that may not exist yet; its folder is made. Links on the way are followed and must stay inside. */
function resolveForWriting(artifactsDir: string, path: ArtifactPath): string {
  const place = join(artifactsDir, path)
  const folder = dirname(place)
  refuseOutside(artifactsDir, nearestExisting(folder))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  refuseOutside(artifactsDir, folder)
  return place
}

function refuseOutside(artifactsDir: string, folder: string): void {
  // The native one asks the system once instead of once a folder on the way.
  if (!isWithin(realpathSync.native(artifactsDir), realpathSync.native(folder))) {
    throw new Problem('bad_request', 'Invalid path', { hint: 'A link there leads out of the artifacts.' })
  }
}

function nearestExisting(folder: string): string {
  let at = folder
  while (lstatSync(at, { throwIfNoEntry: false }) === undefined) at = dirname(at)
  return at
}

function isWithin(root: string, file: string): boolean {
  return file === root || file.startsWith(root + sep)
}

function isLink(file: string): boolean {
  try {
    return lstatSync(file).isSymbolicLink()
  } catch {
    return false
  }
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function sizeOf(file: string): number {
  const stat = lstatSync(file)
  if (!stat.isDirectory()) return stat.isFile() ? stat.size : 0
  let bytes = 0
  for (const name of readdirSync(file)) bytes += sizeOf(join(file, name))
  return bytes
}

async function writeFile(file: string, bytes: AsyncIterable<Uint8Array>): Promise<SavedArtifact> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const handle = await open(file, 'wx', 0o600)
  try {
    for await (const chunk of bytes) {
      hash.update(chunk)
      sizeBytes += chunk.length
      // Unlike `write`, this writes all of it.
      await handle.appendFile(chunk)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

/** Brings a folder's new names to the disk. Not every system can. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    // Windows opens no folders; its file system keeps names in order by itself.
  }
}

function explainFileError(error: unknown, path: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new Problem('store_full', `Cannot store the artifact "${path}": the disk is full`, {
        hint: 'Free some space (`daybook gc --dry-run` shows what Daybook could give back). Nothing of it was kept.',
        cause: error,
      })
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
      return new Problem('conflict', `Cannot store "${path}": a file stands where a folder is needed`, {
        cause: error,
      })
    case 'ENAMETOOLONG':
      return new Problem('bad_request', `Cannot store "${path}": the name is too long`, { cause: error })
    default:
      return error
  }
}
