import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { randomHex } from '../base/id.ts'
import { Problem } from '../base/problem.ts'
import type { Store } from '../store/store.ts'
import { saveArtifact, writeIncoming, type SavedArtifact } from './artifact.ts'
import { incomingFolder, type ArtifactPath } from './artifact_path.ts'

/** A part of a file as the client has it from us. */
export interface UploadedPart {
  /** From 1. */
  number: number
  /** SHA-256 of the part, 64 hexadecimal digits. */
  sha256: string
}

/** Begins to take a file in parts. @returns the upload's id, 32 hexadecimal digits */
export function beginUpload(artifactsDir: string): string {
  const id = randomHex()
  mkdirSync(join(artifactsDir, incomingFolder, id), { recursive: true, mode: 0o700 })
  return id
}

/**
 * Takes one part; the last one of a number counts.
 * @throws Problem `not_found` if there is no such upload, `store_full` if the disk is full
 */
export async function takePart(
  artifactsDir: string,
  uploadId: string,
  number: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<SavedArtifact> {
  const folder = uploadFolder(artifactsDir, uploadId)
  checkNumber(number)
  const { file, saved } = await writeIncoming(folder, `part ${number}`, bytes)
  renameSync(file, join(folder, partName({ number, sha256: saved.sha256 })))
  return saved
}

/**
 * Puts the parts together at their place.
 * @throws Problem `not_found` if there is no such upload, `bad_request` if a part is missing or another one came,
 *   and what `saveArtifact` throws; the parts are kept then, so that the client may try again
 */
export async function completeUpload(
  store: Store,
  artifactsDir: string,
  target: { path: ArtifactPath; uploadId: string; nowMs: number },
  parts: readonly UploadedPart[],
): Promise<SavedArtifact> {
  const folder = uploadFolder(artifactsDir, target.uploadId)
  const sorted = [...parts].sort((a, b) => a.number - b.number)
  for (const [i, part] of sorted.entries()) {
    const there = /^[0-9a-f]{64}$/.test(part.sha256) && existsSync(join(folder, partName(part)))
    if (part.number !== i + 1 || !there) {
      throw new Problem(
        'bad_request',
        `Cannot put the upload together: part ${i + 1} did not arrive as named`,
      )
    }
  }
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const part of sorted)
      yield* createReadStream(join(folder, partName(part))) as AsyncIterable<Uint8Array>
  }
  const saved = await saveArtifact(store, artifactsDir, target, bytes())
  rmSync(folder, { recursive: true, force: true })
  return saved
}

/** Gives an upload up; nothing happens if there is none. */
export function abortUpload(artifactsDir: string, uploadId: string): void {
  if (isUploadId(uploadId))
    rmSync(join(artifactsDir, incomingFolder, uploadId), { recursive: true, force: true })
}

/** @throws Problem `bad_request` for a number that no part has */
export function checkNumber(number: number): void {
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return
  throw new Problem('bad_request', `A part's number must be from 1 to 10,000: ${number}`)
}

function partName({ number, sha256 }: UploadedPart): string {
  return `${number}-${sha256}`
}

function isUploadId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

function uploadFolder(artifactsDir: string, uploadId: string): string {
  const folder = join(artifactsDir, incomingFolder, uploadId)
  if (isUploadId(uploadId) && existsSync(folder)) return folder
  throw new Problem('not_found', `No such upload: "${uploadId.slice(0, 40)}"`, {
    hint: 'It was completed or given up, or Daybook was started anew since; upload the file again.',
  })
}
