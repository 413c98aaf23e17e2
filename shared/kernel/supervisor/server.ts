import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Log } from '../../base/log.ts'
import { Problem, toWireProblem } from '../../base/problem.ts'
import { subprotocol } from '../frame.ts'
import type { AttachKernel, KernelInfo, StartKernel } from '../kernel.ts'
import type { Kernels } from './kernels.ts'
import { pump } from './pump.ts'

/** What the server needs. */
export interface ServerOptions {
  kernels: Kernels
  token: string
  /** What `/health` says. */
  health: () => Record<string, unknown>
  /** A client asked that the supervisor ends with its last kernel. */
  onRetire: () => void
  clientBytes: number
  log: Log
}

/**
 * Jupyter Server's kernels API, as far as it concerns kernels that run, over a local socket. What it lacks stands
 * under the key `daybook`: how a kernel is started (there are no kernelspecs here) and all that is known of it.
 */
export function createSupervisorServer(options: ServerOptions): Server {
  const { kernels, log } = options
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 0,
    skipUTF8Validation: true,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  })
  const server = createServer((request, response) => {
    respond(request, response, options).catch((error: unknown) => fail(response, error))
  })
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy())
    const url = URL.parse(request.url ?? '/', 'http://supervisor')
    if (url === null || !isAuthorized(request, url, options.token)) return refuse(stream, '403 Forbidden')
    const id = /^\/api\/kernels\/([^/]+)\/channels$/.exec(url.pathname)?.[1]
    const kernel = id === undefined ? undefined : kernels.find(id)
    if (kernel === undefined) return refuse(stream, '404 Not Found')
    const cursor = url.searchParams.get('cursor')
    const from = cursor === 'now' ? kernel.line.journal.head : Number(cursor) || 0
    const mode =
      cursor === null ? ({ kind: 'jupyter' } as const) : ({ kind: 'entries', cursor: from } as const)
    sockets.handleUpgrade(request, stream, head, (socket) => {
      pump({ socket, stream, kernel, mode, clientBytes: options.clientBytes, log })
    })
  })
  return server
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
): Promise<void> {
  const { kernels } = options
  const url = new URL(request.url ?? '/', 'http://supervisor')
  const method = request.method ?? 'GET'
  if (!isAuthorized(request, url, options.token)) {
    throw new Problem('unauthorized', 'The token is missing or wrong')
  }
  if (url.pathname === '/health') return answer(response, 200, options.health())
  if (url.pathname === '/api/daybook/retire' && method === 'POST') {
    options.onRetire()
    return answer(response, 202, {})
  }
  const [, id, action] = /^\/api\/kernels(?:\/([^/]+)(?:\/([a-z]+))?)?$/.exec(url.pathname) ?? []
  const isKernels = url.pathname.startsWith('/api/kernels')
  if (isKernels && id === undefined && method === 'GET')
    return answer(response, 200, kernels.list().map(modelOf))
  if (isKernels && id === undefined && method === 'POST') {
    const body = await readBody(request)
    const attach = parseAttach(body)
    if (attach !== null) return answer(response, 201, modelOf(await kernels.follow(attach)))
    return answer(response, 201, modelOf(await kernels.start(parseStart(body))))
  }
  if (!isKernels || id === undefined)
    throw new Problem('not_found', `Nothing is at ${method} ${url.pathname}`)
  const kernel = kernels.get(id)
  if (action === undefined && method === 'GET') return answer(response, 200, modelOf(kernel.info()))
  if (action === undefined && method === 'DELETE') {
    await kernels.stop(kernel.id)
    return answer(response, 204, null)
  }
  if (action === 'interrupt' && method === 'POST') {
    await kernel.interrupt()
    return answer(response, 204, null)
  }
  if (action === 'restart' && method === 'POST') return answer(response, 200, modelOf(await kernel.restart()))
  throw new Problem('not_found', `Nothing is at ${method} ${url.pathname}`)
}

/** A kernel as Jupyter Server describes it, with ours beside. */
function modelOf(info: KernelInfo): Record<string, unknown> {
  return {
    id: info.id,
    name: info.name,
    last_activity: new Date(info.lastActivityMs).toISOString(),
    execution_state: info.state,
    connections: info.clients,
    daybook: info,
  }
}

function parseStart(body: unknown): StartKernel {
  const start = ((body ?? {}) as { daybook?: Partial<StartKernel> }).daybook
  const launch = start?.launch
  if (
    start === undefined ||
    launch === undefined ||
    !Array.isArray(launch.argv) ||
    typeof start.cwd !== 'string'
  ) {
    throw new Problem('bad_request', 'A kernel is started by {"daybook": {launch, cwd, env, notebook}}')
  }
  const id = start.id
  if (id !== undefined) checkId(id)
  return {
    launch,
    cwd: start.cwd,
    env: start.env ?? {},
    notebook: start.notebook ?? null,
    ...(id !== undefined && { id }),
  }
}

/** Null if the body asks for a start. */
function parseAttach(body: unknown): AttachKernel | null {
  const attach = ((body ?? {}) as { daybook?: { attach?: Partial<AttachKernel> } }).daybook?.attach
  if (attach === undefined) return null
  const texts = [
    attach.id,
    attach.connectionFile,
    attach.cwd,
    attach.name,
    attach.displayName,
    attach.language,
  ]
  if (texts.some((text) => typeof text !== 'string') || !Number.isInteger(attach.pid))
    throw new Problem('bad_request', 'A kernel is followed by {id, connectionFile, pid, name, cwd, …}')
  checkId(attach.id ?? '')
  return attach as AttachKernel
}

function checkId(id: string): void {
  if (!/^[0-9A-Za-z-]{1,64}$/.test(id))
    throw new Problem('bad_request', `Cannot use "${id}" as the id of a kernel`)
}

const statusOf: Partial<Record<string, number>> = {
  bad_request: 400,
  unauthorized: 403,
  not_found: 404,
  kernel_not_found: 404,
  conflict: 409,
}

function fail(response: ServerResponse, error: unknown): void {
  const problem = toWireProblem(error)
  answer(response, statusOf[problem.code] ?? 500, problem)
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return
  const text = body === null ? '' : JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length
    if (bytes > 10_000_000) throw new Problem('bad_request', 'The request is too long')
    chunks.push(chunk as Buffer)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    throw new Problem('bad_request', `The request is not JSON: ${(error as Error).message}`)
  }
}

function isAuthorized(request: IncomingMessage, url: URL, token: string): boolean {
  const given = /^(?:Bearer|token) (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given ?? url.searchParams.get('token') ?? ''), digest(token))
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
