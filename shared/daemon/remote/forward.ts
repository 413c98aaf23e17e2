import type { Forward } from './jupyter_host.ts'

/** Headers of an answer that mean something to a worker. */
const keptHeaders = ['content-type', 'content-range', 'etag']

/** Passes requests that came through a kernel on to the daemon at `url()`. */
export function forwardTo(url: () => string): Forward {
  return async ({ id, method, path, headers, body }) => {
    const none = { id, status: 0, headers: {}, body: '' }
    if (!isWorkers(path)) return { ...none, status: 404 }
    try {
      const bytes = Buffer.from(body, 'base64')
      const response = await fetch(url() + path, {
        method,
        headers,
        ...(bytes.length === 0 || method === 'GET' || method === 'HEAD' ? {} : { body: bytes }),
      })
      const kept = keptHeaders.flatMap((name) => {
        const value = response.headers.get(name)
        return value === null ? [] : [[name, value] as const]
      })
      const answered = Buffer.from(await response.arrayBuffer()).toString('base64')
      return { id, status: response.status, headers: Object.fromEntries(kept), body: answered }
    } catch {
      return none
    }
  }
}

/** The only addresses that a worker's requests may name: those with a token, and that lead nowhere else. */
function isWorkers(path: string): boolean {
  const resolved = URL.parse(path, 'http://localhost')?.pathname ?? ''
  const [start] = /^\/k\/[0-9a-f]{40}\//.exec(resolved) ?? []
  return start !== undefined && path.startsWith(start)
}
