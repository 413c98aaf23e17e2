import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem, toWireProblem, type ProblemCode } from '../base/problem.ts'
import { ModelError } from './worker_process.ts'

/** The body of a request was larger than is allowed. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
}

/** Whoever asked has hung up. */
export class HungUpError extends Error {
  override readonly name = 'HungUpError'
}

/**
 * The whole body of a request.
 * @throws TooLargeError as soon as that is known, HungUpError
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      reject(new TooLargeError(`A body may have ${maxBytes} bytes`))
      return
    }
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) {
        request.pause()
        reject(new TooLargeError(`A body may have ${maxBytes} bytes`))
      } else chunks.push(chunk)
    })
    request.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    )
    const hungUp = (): void => {
      // It closes after a whole body as well: an error that nobody sees costs its stack all the same.
      if (!request.complete) reject(new HungUpError('The client hung up'))
    }
    request.on('error', hungUp)
    request.on('close', hungUp)
  })
}

/** Sends a text, or bytes. */
export function sendText(
  response: ServerResponse,
  status: number,
  type: string,
  text: string | Buffer,
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
  // A text goes out in one piece with the head.
  response.end(text)
}

/** Sends a value as JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(body))
}

/** The status of what went wrong. */
export function statusOf(error: unknown): number {
  if (error instanceof TooLargeError) return 413
  if (error instanceof ModelError) return 400
  return error instanceof Problem ? (statuses[error.code] ?? 400) : 500
}

/** Headers that belong to what went wrong: when to come again. */
export function headersOf(error: unknown): Record<string, string> {
  const after = error instanceof Problem ? error.details?.['retryAfterS'] : undefined
  return typeof after === 'number' ? { 'retry-after': String(after) } : {}
}

/** What went wrong in words, with what to do about it. */
export function wordsOf(error: unknown): string {
  if (error instanceof ModelError) return `The model cannot answer this: ${error.message}`
  const { message, hint } = toWireProblem(error)
  return hint === undefined ? message : `${message}. ${hint}`
}

/** Whether a word is the one that is expected, told in the same time whatever it is. */
export function sameWord(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The token of `Authorization: Bearer …`; empty if there is none. */
export function bearerOf(request: IncomingMessage): string {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
}

/**
 * The media type of a request, as MLflow takes it: `charset=utf-8` is the only parameter.
 * @returns null for one that is not taken (status 415)
 */
export function mediaType(header: string | undefined): string | null {
  const [type = '', ...parameters] = (header ?? 'application/json').split(';').map((part) => part.trim())
  const known = parameters.every((parameter) => parameter === '' || /^charset="?utf-?8"?$/i.test(parameter))
  return known ? type.toLowerCase() : null
}

const statuses: Partial<Record<ProblemCode, number>> = {
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  busy: 503,
  internal: 500,
  store_full: 507,
}
