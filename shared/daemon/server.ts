import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'
import { apiVersion } from '../api/contract.ts'
import { version } from '../api/version.ts'
import { subprotocol, tokenPrefix } from '../api/websocket_wire.ts'
import { Problem, toWireProblem, type ProblemCode } from '../base/problem.ts'
import { projectHash } from '../base/project.ts'
import type { Capability } from './capability.ts'
import { readOnly } from './page_access.ts'
import { answer, serveLine, type LineParts } from './line.ts'

/** What the server needs of the daemon. */
export interface ServerParts extends LineParts {
  root: string
  token: string
  startedAtMs: number
  findCapability(token: string): Capability | null
  /** What somebody with this token may do beside the owner of the project's own; null: nothing. */
  accessOf(token: string): 'all' | 'read' | null
  /** The pages for a plain browser; false if the address is none of theirs. */
  page(request: IncomingMessage, response: ServerResponse, url: string): Promise<boolean>
  /** MLflow's REST API; false if it has no such route. `capability` is null for the project's own token. */
  mlflow(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    capability: Capability | null,
  ): Promise<boolean>
  /** Takes the events of the kernel module, a chunk of lines; says how many were accepted. */
  ingest(lines: string, capability: Capability): { accepted: number; stop?: true }
  /** Takes what the host of a study's trials says; answers what it is to do. */
  trials(message: string, capability: Capability): Promise<unknown>
  /** Answers a worker on another machine; `rest` is what follows `/daybook/worker/`. */
  worker(request: IncomingMessage, asked: { rest: string; capability: Capability }): Promise<unknown>
  /** Told how many clients are connected, after each change. */
  clientsChanged(count: number): void
  log(message: string): void
}

/** The server, before or after it listens. */
export interface DaemonServer {
  http: Server
  /** Answers requests that come from other machines, over a server of their own: workers and their trials only. */
  answerWorkers(request: IncomingMessage, response: ServerResponse): void
  /** Ends every connection and stops listening. */
  close(): Promise<void>
}

/** The largest request of the API and of the kernel module, in bytes. */
const bodyLimitBytes = 64_000_000

/**
 * The daemon's HTTP server: the API, MLflow's REST API, the kernel module's events and the WebSocket.
 * Only requests that name a loopback address as their host and come from no foreign page are answered
 * (DNS rebinding, cross-site requests).
 */
export function createDaemonServer(parts: ServerParts): DaemonServer {
  const server = createServer((request, response) => {
    void route(parts, request, response).catch((error: unknown) => {
      if (!(error instanceof Problem)) parts.log(`${request.url ?? ''}: ${String((error as Error).stack)}`)
      sendProblem(response, error)
    })
  })
  // A metric every few seconds should find its connection open; the mlflow client keeps its own for long.
  server.keepAliveTimeout = 75_000
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: bodyLimitBytes,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  })
  server.on('upgrade', (request, socket, head) => {
    // From here on the socket is ours: whoever is gone before the answer would be an error that nobody takes.
    socket.on('error', () => socket.destroy())
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((word) => word.trim())
    const token =
      offered.find((word) => word.startsWith(tokenPrefix))?.slice(tokenPrefix.length) ?? bearer(request)
    const access = equal(token, parts.token) ? 'all' : parts.accessOf(token)
    if (!isOwnHost(request) || access === null || request.url !== '/events') {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      serveLine(client, access === 'all' ? parts : readOnly(parts))
      parts.clientsChanged(sockets.clients.size)
      client.on('close', () => parts.clientsChanged(sockets.clients.size))
    })
  })
  const forWorkers = {
    ...parts,
    findCapability: (token: string) => {
      const found = parts.findCapability(token)
      return found?.kind === 'host' || found?.kind === 'trial' ? found : null
    },
  }
  return {
    http: server,
    answerWorkers: (request, response) => {
      routeCapability(forWorkers, request, response, request.url ?? '/').catch((error: unknown) => {
        if (!(error instanceof Problem)) parts.log(`a worker, ${String((error as Error).stack)}`)
        sendProblem(response, error)
      })
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // The server waits for its sockets; those that became WebSockets are not its own any more.
        for (const client of sockets.clients) client.terminate()
        server.closeAllConnections()
      }),
  }
}

async function route(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isOwnHost(request)) throw new Problem('forbidden', 'This address serves its own machine only')
  const url = request.url ?? '/'
  if (url.startsWith('/k/')) return routeCapability(parts, request, response, url)
  if (url === '/health') return sendJson(response, 200, health(parts))
  if (await parts.page(request, response, url)) return
  if (!equal(bearer(request), parts.token)) {
    throw new Problem('unauthorized', 'This needs the project\'s token as "Authorization: Bearer …"', {
      hint: '"daybook daemon status" shows an address that carries one.',
    })
  }
  const name = /^\/api\/([a-z]+\.[a-zA-Z]+)$/.exec(url)?.[1]
  if (name !== undefined && request.method === 'POST') {
    const text = await readBody(request)
    return sendJson(response, 200, (await answer(parts.handlers, name, parseBody(text))) ?? {})
  }
  if (!(await parts.mlflow(request, response, url, null)))
    throw new Problem('not_found', `There is nothing at ${url}`)
}

async function routeCapability(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
): Promise<void> {
  const [, token = '', rest = '/'] = /^\/k\/([^/?]*)(.*)$/.exec(url) ?? []
  const capability = parts.findCapability(token)
  if (capability === null)
    throw new Problem('unauthorized', 'This tracking address is not known to the project')
  if (rest === '/daybook/events' && request.method === 'POST') {
    return sendJson(response, 200, parts.ingest(await readBody(request), capability))
  }
  if (rest === '/daybook/trials' && request.method === 'POST') {
    return sendJson(response, 200, await parts.trials(await readBody(request), capability))
  }
  if (rest.startsWith('/daybook/worker/')) {
    const asked = { rest: rest.slice('/daybook/worker/'.length), capability }
    return sendJson(response, 200, await parts.worker(request, asked))
  }
  if (await parts.mlflow(request, response, rest, capability)) return
  sendJson(response, 404, { error_code: 'ENDPOINT_NOT_FOUND', message: `No route at ${rest}` })
}

function health(parts: ServerParts): Record<string, unknown> {
  const uptimeMs = Date.now() - parts.startedAtMs
  return {
    name: 'daybook',
    version,
    api: apiVersion,
    project: projectHash(parts.root),
    pid: process.pid,
    uptimeMs,
  }
}

/** Host names this machine alone, and no page of another origin is asking. */
function isOwnHost(request: IncomingMessage): boolean {
  const host = request.headers.host ?? ''
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)) return false
  const { origin } = request.headers
  return origin === undefined || origin === `http://${host}`
}

function bearer(request: IncomingMessage): string {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
}

function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > bodyLimitBytes)
      throw new Problem('bad_request', `A request may have ${bodyLimitBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseBody(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem('bad_request', `The request is not JSON: ${(error as Error).message}`)
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.end(bytes)
}

const statusOf: Partial<Record<ProblemCode, number>> = {
  unauthorized: 401,
  forbidden: 403,
  busy: 503,
  not_found: 404,
  kernel_not_found: 404,
  conflict: 409,
  cancelled: 499,
  internal: 500,
  store_full: 507,
  store_damaged: 500,
}

function sendProblem(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  const problem = toWireProblem(error)
  sendJson(response, statusOf[problem.code] ?? 400, { error: problem })
}
