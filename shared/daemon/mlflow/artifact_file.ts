import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { artifactChecksum, resolveExisting, saveArtifact, type SavedArtifact } from '../../runs/artifact.ts'
import { artifactName, type ArtifactPath } from '../../runs/artifact_path.ts'
import { mediaTypeOf } from './media_type.ts'
import { MlflowProblem } from './problem.ts'
import { AbortedRequestError } from './request.ts'
import type { RouteContext } from './route.ts'

/** A request and where its answer goes. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
}

/**
 * Sends a file as an attachment, or the part of it that was asked for (`Range: bytes=…`, one range).
 * @throws MlflowProblem RESOURCE_DOES_NOT_EXIST if it is not there, INVALID_PARAMETER_VALUE if it is a folder
 */
export async function sendArtifact(
  { store, artifactsDir }: RouteContext,
  path: ArtifactPath,
  { request, response }: Exchange,
): Promise<void> {
  const found = resolveExisting(artifactsDir, path)
  if (found === null) throw new MlflowProblem('RESOURCE_DOES_NOT_EXIST', `No such artifact: '${path}'`)
  if (!found.stat.isFile()) {
    throw new MlflowProblem(
      'INVALID_PARAMETER_VALUE',
      `Artifact path refers to a directory, not a file: '${path}'`,
    )
  }
  const { size } = found.stat
  const range = parseRange(request.headers.range, size)
  const checksum = artifactChecksum(store, path)
  if (checksum !== null) response.setHeader('etag', `"${checksum}"`)
  response.setHeader('content-type', mediaTypeOf(artifactName(path)))
  response.setHeader('content-disposition', attachment(artifactName(path)))
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('accept-ranges', 'bytes')
  if (range === 'none') {
    response.setHeader('content-range', `bytes */${size}`)
    response.writeHead(416).end()
    return
  }
  if (range !== null) response.setHeader('content-range', `bytes ${range.start}-${range.end}/${size}`)
  const { start, end } = range ?? { start: 0, end: size - 1 }
  response.setHeader('content-length', end - start + 1)
  response.writeHead(range === null ? 200 : 206)
  if (request.method === 'HEAD' || size === 0) {
    response.end()
    return
  }
  try {
    await pipeline(createReadStream(found.file, { start, end }), response)
  } catch (error) {
    // A client that has seen enough hangs up in the middle; that is nobody's failure.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}

/**
 * Takes the body of a request as a file, whole or not at all.
 * @throws Problem as `saveArtifact` does
 * @throws AbortedRequestError if the client went away in the middle
 */
export function receiveArtifact(
  { store, artifactsDir, clock }: RouteContext,
  path: ArtifactPath,
  request: IncomingMessage,
): Promise<SavedArtifact> {
  return receiveBytes(request, (bytes) =>
    saveArtifact(store, artifactsDir, { path, nowMs: clock.nowMs() }, bytes),
  )
}

/**
 * Hands the body of a request over, piece by piece.
 * @throws AbortedRequestError if the client went away in the middle, else what `take` throws
 */
export async function receiveBytes<T>(
  request: IncomingMessage,
  take: (bytes: AsyncIterable<Buffer>) => Promise<T>,
): Promise<T> {
  try {
    return await take(chunksOf(request))
  } catch (error) {
    if (request.errored !== null) throw new AbortedRequestError()
    await drain(request)
    throw error
  }
}

/** Unlike the request's own iterator, this one leaves the connection open when it is given up: the answer goes there. */
function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
}

/** Reads on and forgets it: a client that is still sending does not listen, and would see a broken connection. */
async function drain(request: IncomingMessage): Promise<void> {
  if (request.complete) return
  await new Promise<void>((resolve) => {
    request.once('end', resolve)
    request.once('close', resolve)
    request.resume()
  })
}

/** Null if no range, or none that we serve, is asked for; 'none' if it lies outside of the file. */
function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'none' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (match === null) return null
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return null
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return start > end || start >= size ? 'none' : { start, end }
}

/** `Content-Disposition` of a file's name (RFC 6266): plain where it can be, else with the encoded one beside it. */
function attachment(name: string): string {
  if (/^[\w!#$&+.^`|~-]+$/.test(name)) return `attachment; filename=${name}`
  const ascii = name.normalize('NFKD').replace(/[^\x20-\x7e]/g, '') || 'download'
  const quoted = `attachment; filename="${ascii.replace(/(["\\])/g, '\\$1')}"`
  if (ascii === name) return quoted
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
  return `${quoted}; filename*=UTF-8''${encoded}`
}
