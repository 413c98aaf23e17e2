import { Problem } from '../base/problem.ts'

/** Where a page begins: after so many rows, or (better, as nothing can slip in between) after the row with these values. */
export interface PageStart {
  offset: number
  after: readonly (string | number | null)[] | null
}

/** A page's start as clients carry it about: base64 of JSON, as MLflow's. */
export function encodePageToken(start: PageStart): string {
  const content =
    start.after === null ? { offset: start.offset } : { offset: start.offset, after: start.after }
  return Buffer.from(JSON.stringify(content)).toString('base64')
}

/**
 * Reads a token of ours or a plain one of MLflow's (`{"offset": 5}`). An absent or empty one is the start.
 * @throws Problem `bad_request`
 */
export function decodePageToken(token: string | undefined): PageStart {
  if (token === undefined || token === '') return { offset: 0, after: null }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token) || token.length % 4 !== 0) {
    throw new Problem('bad_request', 'Invalid page token, could not base64-decode')
  }
  const decoded = Buffer.from(token, 'base64').toString()
  let content: unknown
  try {
    content = JSON.parse(decoded)
  } catch {
    throw new Problem('bad_request', `Invalid page token, decoded value=${decoded}`)
  }
  const { offset, after } = (content ?? {}) as { offset?: unknown; after?: unknown }
  const number = Number(offset)
  if (offset === undefined || offset === null || !Number.isSafeInteger(number) || number < 0) {
    throw new Problem('bad_request', `Invalid page token, parsed value=${decoded}`)
  }
  if (after === undefined) return { offset: number, after: null }
  if (!Array.isArray(after) || !after.every(isPlain)) {
    throw new Problem('bad_request', `Invalid page token, parsed value=${decoded}`)
  }
  return { offset: number, after }
}

function isPlain(value: unknown): value is string | number | null {
  return value === null || typeof value === 'string' || typeof value === 'number'
}
