import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { randomHex } from '../base/id.ts'
import type { Store } from '../store/store.ts'
import { listArtifacts, putInPlace, recordArtifact, resolveExisting, type SavedArtifact } from './artifact.ts'
import {
  artifactPathOfUri,
  incomingFolder,
  joinArtifactPath,
  parseArtifactPath,
  type ArtifactPath,
} from './artifact_path.ts'
import type { RunInfo } from './run_data.ts'

/** Which run's artifacts, and where all artifacts lie. */
export interface RunArtifacts {
  store: Store
  artifactsDir: string
  run: Pick<RunInfo, 'id' | 'experimentId' | 'artifactUri'>
}

/**
 * Where a file of a run lies among all artifacts. A run whose artifacts go elsewhere (an own location of its
 * experiment) keeps what Daybook adds here all the same.
 * @throws Problem `bad_request` for a path that leads out of the run
 */
export function runArtifactPath({ run }: Pick<RunArtifacts, 'run'>, path: string): ArtifactPath {
  const root =
    artifactPathOfUri(run.artifactUri) ?? parseArtifactPath(`${run.experimentId}/${run.id}/artifacts`)
  return joinArtifactPath(root, parseArtifactPath(path))
}

/** Writes a small text among a run's artifacts, whole or not at all. */
export function writeRunArtifact(where: RunArtifacts, path: string, text: string): WrittenArtifact {
  const incoming = join(where.artifactsDir, incomingFolder)
  mkdirSync(incoming, { recursive: true, mode: 0o700 })
  const temporary = join(incoming, randomHex())
  const bytes = Buffer.from(text)
  const target = runArtifactPath(where, path)
  try {
    writeFileSync(temporary, bytes, { mode: 0o600 })
    putInPlace(where.artifactsDir, temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const saved = { sizeBytes: bytes.length, sha256 }
  recordArtifact(where.store, target, { ...saved, nowMs: Date.now() })
  return { ...saved, target }
}

/** A text that was written among a run's artifacts. */
export interface WrittenArtifact extends SavedArtifact {
  readonly target: ArtifactPath
}

/** Gives a run a file that another one has, without a second copy on the disk. False where that cannot be done. */
export function linkRunArtifact(where: RunArtifacts, path: string, known: WrittenArtifact): boolean {
  const temporary = join(where.artifactsDir, incomingFolder, randomHex())
  try {
    linkSync(join(where.artifactsDir, known.target), temporary)
    const target = runArtifactPath(where, path)
    putInPlace(where.artifactsDir, temporary, target)
    const { sizeBytes, sha256 } = known
    recordArtifact(where.store, target, { sizeBytes, sha256, nowMs: Date.now() })
    return true
  } catch {
    rmSync(temporary, { force: true })
    return false
  }
}

/** Moves a finished file of the same file system among a run's artifacts. */
export function keepFile(where: RunArtifacts, path: string, file: string): void {
  const sizeBytes = statSync(file).size
  // Large files are hashed when somebody asks: reading a gigabyte here would stop everything else.
  const sha256 = sizeBytes > 50_000_000 ? null : createHash('sha256').update(readFileSync(file)).digest('hex')
  const target = runArtifactPath(where, path)
  putInPlace(where.artifactsDir, file, target)
  if (sha256 !== null) recordArtifact(where.store, target, { sizeBytes, sha256, nowMs: Date.now() })
}

/** The absolute path of one of a run's files; null if it is not there. */
export function findRunArtifact(where: Omit<RunArtifacts, 'store'>, path: string): string | null {
  return resolveExisting(where.artifactsDir, runArtifactPath(where, path))?.file ?? null
}

/** The beginning of one of a run's files; null if it is not there. */
export async function readArtifactPart(
  where: Omit<RunArtifacts, 'store'>,
  path: string,
  maxBytes: number,
): Promise<{ sizeBytes: number; base64: string; cut: boolean } | null> {
  const file = findRunArtifact(where, path)
  if (file === null || !statSync(file).isFile()) return null
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const bytes = Buffer.alloc(Math.min(size, maxBytes))
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    return { sizeBytes: size, base64: bytes.subarray(0, bytesRead).toString('base64'), cut: size > maxBytes }
  } finally {
    await handle.close()
  }
}

/** All files of a run, however deep, at most `limit`. */
export function listRunFiles(
  where: Omit<RunArtifacts, 'store'>,
  limit = 1000,
): { path: string; sizeBytes: number }[] {
  const root = runArtifactPath(where, '')
  const files: { path: string; sizeBytes: number }[] = []
  const folders: ArtifactPath[] = [root]
  for (let folder = folders.pop(); folder !== undefined && files.length < limit; folder = folders.pop()) {
    for (const entry of listArtifacts(where.artifactsDir, folder)) {
      if (entry.isDir) folders.push(entry.path)
      else files.push({ path: entry.path.slice(root.length + 1), sizeBytes: entry.sizeBytes ?? 0 })
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1)).slice(0, limit)
}
