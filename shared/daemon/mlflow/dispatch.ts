import type { IncomingMessage, ServerResponse } from 'node:http'
import { encodeJson } from './json.ts'
import { MlflowProblem, statusOf, toMlflowProblem } from './problem.ts'
import { AbortedRequestError, parseBody, parseQuery, readBody } from './request.ts'
import type { JsonRoute, Route, RouteContext } from './route.ts'
import { createRouter, type Match, type Router } from './router.ts'

/**
 * Answers one request of an MLflow client.
 * @param path the address below the server's root or the caller's capability (`/k/<token>` taken away), with its query
 * @returns false if the address is none of MLflow's, and nothing was answered
 */
export type MlflowHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  context: RouteContext,
) => Promise<boolean>

/** What a handler may be told. */
export interface MlflowHandlerOptions {
  /** Told each defect of ours (answered as INTERNAL_ERROR without its stack) with the route it came from. */
  onDefect?: (error: unknown, where: string) => void
  /** Longest JSON body; a data set's profile alone may have 16 MiB. */
  maxBodyBytes?: number
}

/**
 * Serves MLflow's REST API: each JSON route below `/api/<major>.0/mlflow/` and `/ajax-api/<major>.0/mlflow/`,
 * each stream route below its own path. Within those prefixes an unknown address is answered with 404.
 */
export function createMlflowHandler(
  routes: readonly Route[],
  options: MlflowHandlerOptions = {},
): MlflowHandler {
  const router = createRouter(routes)
  const maxBodyBytes = options.maxBodyBytes ?? 64 * 1024 * 1024
  return async (request, response, path, context) => {
    const at = path.indexOf('?')
    // Doubled slashes come from clients that join a base and a path with a slash each.
    const plain = (at < 0 ? path : path.slice(0, at)).replace(/\/{2,}/g, '/')
    const query = at < 0 ? '' : path.slice(at + 1)
    const address = plain.startsWith('/ajax-api/') ? `/${plain.slice('/ajax-'.length)}` : plain
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET')
    const match = router.find(method, address)
    if (match === undefined && !/^\/api\/[23]\.0\/(mlflow|mlflow-artifacts)(\/|$)/.test(address)) return false
    try {
      if (match === undefined) throw unknownRoute(router, method, address)
      if (match.route.kind === 'stream') {
        const found = { rest: match.rest, parts: decodeParts(match), query: parseQuery(query) }
        await match.route.handle(context, request, response, found)
      } else {
        const params = await readParameters(match, request, query, maxBodyBytes)
        const answer = match.route.handle(context, params)
        sendJson(response, 200, answer instanceof Promise ? await answer : answer)
      }
    } catch (error) {
      if (error instanceof AbortedRequestError) response.destroy()
      else answerFailure(error, response, (cause) => options.onDefect?.(cause, `${method} ${address}`))
    }
    return true
  }
}

async function readParameters(
  match: Match,
  request: IncomingMessage,
  query: string,
  maxBodyBytes: number,
): Promise<Record<string, unknown>> {
  const route = match.route as JsonRoute
  const bodied = route.method !== 'GET'
  const params = bodied
    ? parseBody(await readBody(request, maxBodyBytes), route.method, request.headers['content-type'])
    : parseQuery(query)
  // Some clients send the parameters of a GET as a body, as MLflow's own Java client once did.
  if (!bodied && query === '' && Number(request.headers['content-length'] ?? 0) > 0) {
    Object.assign(params, parseBody(await readBody(request, maxBodyBytes), 'GET', undefined))
  }
  // A DELETE may carry its parameters either way.
  if (bodied && query !== '') {
    for (const [key, value] of Object.entries(parseQuery(query))) params[key] ??= value
  }
  Object.assign(params, decodeParts(match))
  if (match.rest !== '') params['*'] = decodePart(match.rest)
  return params
}

function decodeParts(match: Match): Record<string, string> {
  const entries = Object.entries(match.parts)
  return Object.fromEntries(entries.map(([name, encoded]) => [name, decodePart(encoded)]))
}

function decodePart(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw new MlflowProblem('BAD_REQUEST', `The address holds a badly encoded part: "${encoded}"`)
  }
}

function unknownRoute(router: Router, method: string, address: string): MlflowProblem {
  const methods = router.methods(address)
  const told = methods.length === 0 ? '' : `; it is served with ${methods.join(', ')}`
  return new MlflowProblem('ENDPOINT_NOT_FOUND', `No such endpoint: ${method} ${address}${told}`)
}

function answerFailure(error: unknown, response: ServerResponse, onDefect: (cause: unknown) => void): void {
  const problem = toMlflowProblem(error)
  if (problem === null) onDefect(error)
  if (response.headersSent) {
    // Half an answer cannot be taken back: cut it, so that the client does not take it for whole.
    response.destroy()
    return
  }
  const { code, message, status } = problem ?? {
    code: 'INTERNAL_ERROR' as const,
    message: 'Daybook failed to answer this request; its log says why',
    status: statusOf.INTERNAL_ERROR,
  }
  // What was not read of a body that was refused would otherwise be taken for the next request.
  if (!response.req.complete) response.setHeader('connection', 'close')
  sendJson(response, status, { error_code: code, message })
}

function sendJson(response: ServerResponse, status: number, answer: unknown): void {
  // A text goes out in one write with the headers, bytes would need two.
  const body = encodeJson(answer ?? {})
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}
