import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from '../base/problem.ts'
import type { PageAccess } from './page_access.ts'

/** Scripts come from here alone, frames can run none, and nothing is sent elsewhere. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  // Previews of HTML artifacts inherit this policy; their styles stand in the text.
  "style-src 'self' 'unsafe-inline'",
  'img-src data: blob:',
  "connect-src 'self'",
  "frame-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const files: Readonly<Record<string, { name: string; type: string }>> = {
  '/ui': { name: 'page.html', type: 'text/html; charset=utf-8' },
  '/ui/page.js': { name: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/ui/page.css': { name: 'page.css', type: 'text/css; charset=utf-8' },
}

function fileAt(path: string): { name: string; type: string } | undefined {
  const [, chunk] = /^\/ui\/(chunk-[A-Z0-9]+\.js)$/.exec(path) ?? []
  return chunk === undefined ? files[path] : { name: chunk, type: 'text/javascript; charset=utf-8' }
}

/** Where the bundles of the views lie: beside this bundle, or where `npm run build` puts them. */
export function viewsFile(name: string): URL {
  const bundled = !import.meta.url.endsWith('.ts')
  return new URL(bundled ? `./views/${name}` : `../../dist/views/${name}`, import.meta.url)
}

/**
 * Serves the pages for a plain browser, and gives a page its token for the code in its address.
 * @returns false if the address is none of theirs
 */
export async function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  { path, access }: { path: string; access: PageAccess },
): Promise<boolean> {
  if (path === '/ui/login' && request.method === 'POST') {
    const token = access.login(await readCode(request))
    if (token === null) {
      throw new Problem('unauthorized', 'This address was used before, or is more than a minute old', {
        hint: '"daybook ui" opens a new one.',
      })
    }
    send(response, { type: 'application/json', bytes: Buffer.from(JSON.stringify({ token })) })
    return true
  }
  const file = fileAt(path.replace(/\?.*$/, ''))
  if (file === undefined || request.method !== 'GET') return false
  const bytes = await readFile(viewsFile(file.name)).catch(() => null)
  if (bytes === null) {
    throw new Problem('not_found', 'The pages are not built', { hint: '"npm run build" makes them.' })
  }
  send(response, { type: file.type, bytes })
  return true
}

function send(response: ServerResponse, { type, bytes }: { type: string; bytes: Buffer }): void {
  response.writeHead(200, {
    'content-type': type,
    'content-length': bytes.length,
    'content-security-policy': policy,
    'cache-control': 'no-cache',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
  })
  response.end(bytes)
}

async function readCode(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString()
    if (text.length > 1000) throw new Problem('bad_request', 'A code has no thousand letters')
  }
  return text.trim()
}
