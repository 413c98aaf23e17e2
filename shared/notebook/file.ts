import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { chmod, chown, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Problem } from '../base/problem.ts'
import type { ProblemCode } from '../base/problem.ts'
import { randomHex } from '../base/id.ts'
import { parseNotebook } from './document.ts'
import type { NotebookDocument } from './document.ts'

/** A notebook as it lay on disk when it was read or written last. */
export interface NotebookFile {
  readonly path: string
  readonly document: NotebookDocument
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly digest: string
}

/** A JavaScript string ends a little later. */
const maxBytes = 500_000_000

/**
 * Reads a notebook from disk.
 * @param where what to call it in messages; the path if absent
 * @throws Problem `not_found`, `forbidden`, `notebook_invalid` or `notebook_unsupported`
 */
export async function readNotebook(path: string, where = path): Promise<NotebookFile> {
  const bytes = await readBytes(path, where)
  return { path, document: parseNotebook(decode(bytes, where), where), digest: digestOf(bytes) }
}

/**
 * Puts the document in the file's place, whole or not at all; the file keeps its mode, and a link stays a link.
 * A document whose text the file has already is not written.
 * @returns the file as it is now
 * @throws Problem `conflict` if somebody else changed the file since; `forbidden`, `store_full`
 */
export async function writeNotebook(file: NotebookFile, document: NotebookDocument): Promise<NotebookFile> {
  const bytes = Buffer.from(document.text, 'utf8')
  const digest = digestOf(bytes)
  if (digestOf(await readBytes(file.path, document.where)) !== file.digest) {
    throw new Problem('conflict', `Cannot save ${document.where}: another program changed it meanwhile`, {
      hint: 'Your changes are not lost: save them to another file, or open the notebook again.',
      details: { where: document.where },
    })
  }
  if (digest !== file.digest) await replace(file.path, bytes, document.where)
  return { path: file.path, document, digest }
}

/** Writes the document to a path, whatever lies there, whole or not at all. */
export async function saveNotebook(path: string, document: NotebookDocument): Promise<NotebookFile> {
  const bytes = Buffer.from(document.text, 'utf8')
  await replace(path, bytes, path)
  return { path, document, digest: digestOf(bytes) }
}

async function readBytes(path: string, where: string): Promise<Buffer> {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) {
      throw new Problem(
        'notebook_unsupported',
        `Cannot read ${where}: it has ${size} bytes, over ${maxBytes}`,
        {
          hint: 'Clear its outputs in Jupyter first.',
          details: { where, size, maxBytes },
        },
      )
    }
    return await readFile(path)
  } catch (error) {
    throw problemOf(error, `Cannot read ${where}`)
  }
}

function decode(bytes: Buffer, where: string): string {
  if (isUtf8(bytes)) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const line = bytes
    .subarray(0, invalidAt(bytes))
    .reduce((count, byte) => (byte === 0x0a ? count + 1 : count), 1)
  const reason = isUtf16 ? 'it is UTF-16, not UTF-8' : `it is not UTF-8 in line ${line}`
  throw new Problem('notebook_invalid', `Cannot read ${where}: ${reason}`, {
    hint: 'Save it as UTF-8. Daybook leaves the file as it is.',
    details: { where, line, reason },
  })
}

/** The first byte that is no UTF-8, found by halving: a prefix may also be cut inside of a character. */
function invalidAt(bytes: Buffer): number {
  let [good, bad] = [0, bytes.length]
  while (good < bad) {
    const middle = Math.ceil((good + bad) / 2)
    const cuts = [0, 1, 2, 3].map((less) => Math.max(good, middle - less))
    const cut = cuts.find((end) => isUtf8(bytes.subarray(0, end)))
    if (cut === undefined || cut === good) bad = middle - 1
    else good = cut
  }
  return good
}

async function replace(path: string, bytes: Buffer, where: string): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path)
    const old = await stat(target).catch(() => null)
    // A second name of the same file must see the change too, so such a file keeps its place on disk.
    if (old !== null && old.nlink > 1) return await writeFile(target, bytes)
    const beside = join(dirname(target), `.${basename(target)}.${randomHex(4)}.tmp`)
    try {
      const handle = await open(beside, 'wx', old?.mode ?? 0o666)
      try {
        await handle.writeFile(bytes)
        await handle.sync()
      } finally {
        await handle.close()
      }
      if (old !== null) await takeAfter(beside, old)
      await rename(beside, target)
    } catch (error) {
      await rm(beside, { force: true })
      if (old === null || !cannotReplace(error)) throw error
      await writeFile(target, bytes)
    }
  } catch (error) {
    throw problemOf(error, `Cannot write ${where}`)
  }
}

async function takeAfter(path: string, old: { mode: number; uid: number; gid: number }): Promise<void> {
  // The mode at creation is narrowed by the umask, so it is set again; owners can be kept by root only.
  await chmod(path, old.mode & 0o7777)
  await chown(path, old.uid, old.gid).catch(() => undefined)
}

/** A folder that cannot be written, or a file that is a mount of its own: the file itself may still be writable. */
function cannotReplace(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EBUSY', 'EXDEV', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')
}

const codes: Record<string, { code: ProblemCode; reason: string; hint: string }> = {
  ENOENT: { code: 'not_found', reason: 'there is no such file', hint: 'Check the path.' },
  ENOTDIR: { code: 'not_found', reason: 'there is no such folder', hint: 'Check the path.' },
  EISDIR: { code: 'bad_request', reason: 'it is a folder', hint: 'Name the notebook in it.' },
  EACCES: { code: 'forbidden', reason: 'you may not', hint: 'Give yourself the right, or use a copy.' },
  EPERM: { code: 'forbidden', reason: 'you may not', hint: 'Give yourself the right, or use a copy.' },
  EROFS: { code: 'forbidden', reason: 'the disk is read-only', hint: 'Save to another place.' },
  ENOSPC: { code: 'store_full', reason: 'the disk is full', hint: 'Free some space and save again.' },
  EDQUOT: { code: 'store_full', reason: 'your quota is used up', hint: 'Free some space and save again.' },
}

function problemOf(error: unknown, what: string): unknown {
  const found = codes[(error as NodeJS.ErrnoException).code ?? '']
  if (found === undefined) return error
  return new Problem(found.code, `${what}: ${found.reason}`, { hint: found.hint, cause: error })
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
