import type { IncomingMessage } from 'node:http'
import { parseLooseJson } from '../../base/json.ts'
import { MlflowProblem } from './problem.ts'

/** The client went away before its request was complete; there is nobody to answer. */
export class AbortedRequestError extends Error {
  override readonly name = 'AbortedRequestError'
}

/** The parameters of a query; a repeated key gives a list. */
export function parseQuery(query: string): Record<string, unknown> {
  const params = emptyParams()
  if (query === '') return params
  for (const [key, value] of new URLSearchParams(query)) {
    const known = params[key]
    if (known === undefined) params[key] = value
    else if (Array.isArray(known)) known.push(value)
    else params[key] = [known, value]
  }
  return params
}

/**
 * The parameters of a JSON body. An empty body and `null` have none; a body that is itself a JSON text in a
 * JSON text, as old clients send it, is read twice; bare NaN and Infinity are taken.
 * @throws MlflowProblem if it is no JSON object, or POST or PUT does not say that it is JSON
 */
export function parseBody(
  body: Buffer,
  method: string,
  contentType: string | undefined,
): Record<string, unknown> {
  if (method === 'POST' || method === 'PUT') checkContentType(contentType)
  if (body.length === 0) return emptyParams()
  let value: unknown
  try {
    value = parseExactly(body.toString('utf8'))
    if (typeof value === 'string') value = parseExactly(value)
  } catch (error) {
    throw new MlflowProblem('BAD_REQUEST', `The body of the request is not JSON: ${(error as Error).message}`)
  }
  if (value === null) return emptyParams()
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new MlflowProblem('BAD_REQUEST', 'The body of the request must be a JSON object')
  }
  return value as Record<string, unknown>
}

/**
 * Reads a whole body.
 * @throws MlflowProblem if it is longer than `maxBytes`; the rest is then not read
 * @throws AbortedRequestError if the client went away
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const tooLong = (): MlflowProblem =>
      new MlflowProblem('BAD_REQUEST', `The body of the request is longer than ${maxBytes} bytes`)
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      reject(tooLong())
      return
    }
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxBytes) chunks.push(chunk)
      else {
        request.pause()
        reject(tooLong())
      }
    })
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.on('error', () => reject(new AbortedRequestError()))
    request.on('aborted', () => reject(new AbortedRequestError()))
  })
}

/** Whole numbers beyond 2^53 as bigints: a step or time of 64 bits stays what it is. */
function parseExactly(text: string): unknown {
  if (!/[[{,:\s]-?\d{16,}\s*[,}\]]/.test(text)) return parseLooseJson(text)
  try {
    // The reviver's third argument, the digits as they stand there, is younger than TypeScript's library.
    return JSON.parse(text, keepLarge as (key: string, value: unknown) => unknown)
  } catch {
    return parseLooseJson(text)
  }
}

function keepLarge(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(source ?? '.')) return value
  return BigInt(source ?? 0)
}

function checkContentType(contentType: string | undefined): void {
  if (contentType === undefined) {
    throw new MlflowProblem('INVALID_PARAMETER_VALUE', 'Bad Request. Content-Type header is missing.')
  }
  if (contentType.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    throw new MlflowProblem(
      'INVALID_PARAMETER_VALUE',
      "Bad Request. Content-Type must be one of ['application/json'].",
    )
  }
}

/** Without a prototype: a key such as `__proto__` is a key like any other. */
function emptyParams(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}
