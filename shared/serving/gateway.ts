import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { readFileSync } from 'node:fs'
import type { Clock } from '../base/clock.ts'
import { randomHex, ulid } from '../base/id.ts'
import type { Log } from '../base/log.ts'
import { Problem } from '../base/problem.ts'
import type { Deployment } from './deployment.ts'
import type { DeploymentAnswer, DeploymentRequest } from './deployment_request.ts'
import type { ModelInput } from './frame.ts'
import type { GatewayMetrics } from './gateway_metrics.ts'
import type { GatewaySettings } from './gateway_file.ts'
import {
  bearerOf,
  headersOf,
  HungUpError,
  mediaType,
  readBody,
  sameWord,
  sendJson,
  sendText,
  statusOf,
  wordsOf,
} from './http_exchange.ts'
import { appendLabels, parseLabels } from './label.ts'
import { readCsvBody, readJsonBody } from './mlflow_body.ts'
import { toPredictions } from './model_output.ts'
import { readInfer, tensorMetadata, writeInfer } from './open_inference.ts'
import { openApi } from './openapi.ts'
import { RateLimit } from './rate_limit.ts'

/** What the gateway's server needs. */
export interface GatewayParts {
  settings: GatewaySettings
  version: string
  adminToken: string
  deployments: ReadonlyMap<string, Deployment>
  metrics: GatewayMetrics
  clock: Clock
  log: Log
  health: () => Record<string, unknown>
  /** Answers what changes deployments; false if there is nothing at that path. */
  admin: (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean>
}

/** One request on its way through. */
interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  /** Path without the query and without `/k/TOKEN`. */
  path: string
  arrivedMs: number
}

/**
 * The server that everybody asks for answers.
 *
 * One port for all deployments: `/NAME/invocations` (MLflow), `/v2/models/NAME/infer` (Open Inference Protocol). Where
 * there is a single deployment, `/invocations` is that one's. A client that cannot send a header puts its token into
 * the path: `/k/TOKEN/NAME/invocations`.
 */
export function createGateway(parts: GatewayParts): Server {
  const { settings } = parts
  const limit = settings.requestsPerS === null ? null : new RateLimit(settings.requestsPerS)
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const exchange: Exchange = {
      ...{ request, response },
      path: (request.url ?? '/').split('?', 1)[0] ?? '/',
      arrivedMs: performance.now(),
    }
    route(parts, exchange, limit).catch((error: unknown) => fail(parts, exchange, error))
  }
  const server =
    settings.tls === null
      ? createHttp(listener)
      : createHttps({ cert: readFileSync(settings.tls.cert), key: readFileSync(settings.tls.key) }, listener)
  server.keepAliveTimeout = 75_000
  server.requestTimeout = 60_000
  return server
}

async function route(parts: GatewayParts, exchange: Exchange, limit: RateLimit | null): Promise<void> {
  const { request, response } = exchange
  if (exchange.path.startsWith('/admin/')) {
    if (!sameWord(bearerOf(request), parts.adminToken))
      throw new Problem('unauthorized', 'This is for the daemon')
    if (!(await parts.admin(request, response, exchange.path))) throw nothingAt(exchange.path)
    return
  }
  if (answerProbe(parts, exchange)) return
  checkClient(parts, exchange)
  // With the token in the path, its address can be seen only now.
  if (answerProbe(parts, exchange)) return
  if (limit !== null) {
    const waitS = limit.take(request.socket.remoteAddress ?? '', parts.clock.nowMs())
    if (waitS > 0) {
      response.setHeader('retry-after', String(Math.ceil(waitS)))
      return sendJson(response, 429, { error: 'Too many requests from this client' })
    }
  }
  const { path } = exchange
  if (path === '/metrics') return sendText(response, 200, 'text/plain; version=0.0.4', metricsText(parts))
  if (path === '/openapi.json')
    return sendJson(response, 200, openApi([...parts.deployments.values()], parts.version))
  if (path === '/v2' || path.startsWith('/v2/')) return routeOpenInference(parts, exchange)
  const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(path) ?? []
  if (parts.deployments.has(first)) return routeDeployment(parts, exchange, { name: first, rest })
  // MLflow's own addresses, where there is only one that can be meant.
  const named = request.headers['daybook-deployment']
  const only =
    typeof named === 'string'
      ? named
      : parts.deployments.size === 1
        ? [...parts.deployments.keys()][0]
        : undefined
  if (path === '/invocations' && only !== undefined)
    return routeDeployment(parts, exchange, { name: only, rest: path })
  throw nothingAt(
    path,
    `Deployments here: ${[...parts.deployments.keys()].join(', ') || 'none'}. An answer is at /NAME/invocations.`,
  )
}

/** What may be asked without a token: whether it lives. */
function answerProbe(parts: GatewayParts, { path, response }: Exchange): boolean {
  if (path === '/ping' || path === '/health') sendJson(response, 200, parts.health())
  else if (path === '/version') sendText(response, 200, 'text/plain', parts.version)
  else if (path === '/v2/health/live') sendJson(response, 200, { live: true })
  else if (path === '/v2/health/ready') {
    const ready = [...parts.deployments.values()].every((one) => one.record.stopped || isReady(one))
    sendJson(response, ready ? 200 : 400, { ready })
  } else return false
  return true
}

function checkClient(parts: GatewayParts, exchange: Exchange): void {
  const { request } = exchange
  const { bind, token } = parts.settings
  const host = request.headers.host ?? ''
  const local = bind === '127.0.0.1' || bind === 'localhost' || bind === '::1'
  // A page of a stranger whose name leads here (DNS rebinding) must not be answered.
  if (local && !/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host))
    throw new Problem('forbidden', 'This address serves its own machine only')
  const inPath = /^\/k\/([^/]+)(\/.*)$/.exec(exchange.path)
  if (inPath !== null) exchange.path = inPath[2] ?? '/'
  if (token === null || sameWord(inPath?.[1] ?? bearerOf(request), token)) return
  throw new Problem('unauthorized', 'This needs the token as "Authorization: Bearer …"', {
    hint: '"daybook deployments NAME" shows an example that carries it.',
  })
}

async function routeDeployment(
  parts: GatewayParts,
  exchange: Exchange,
  { name, rest }: { name: string; rest: string },
): Promise<void> {
  const { request, response } = exchange
  const deployment = find(parts, name)
  if (rest === '/ping' || rest === '/health') {
    const ready = isReady(deployment)
    return sendJson(response, ready ? 200 : 503, { name, ready, revision: deployment.record.champion })
  }
  if (rest === '/version') return sendText(response, 200, 'text/plain', parts.version)
  if (rest === '/openapi.json') return sendJson(response, 200, openApi([deployment], parts.version))
  if (rest !== '/invocations' && rest !== '/labels') throw nothingAt(exchange.path)
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST')
    return sendJson(response, 405, { error_code: 'BAD_REQUEST', message: 'Use POST' })
  }
  if (rest === '/labels') return takeLabels(parts, exchange, deployment)
  const type = mediaType(request.headers['content-type'])
  if (type !== 'application/json' && type !== 'text/csv') {
    return sendJson(response, 415, {
      error_code: 'BAD_REQUEST',
      message: 'The content type must be application/json or text/csv, in UTF-8',
    })
  }
  const body = await readBody(request, parts.settings.bodyBytes)
  const text = body.toString('utf8')
  const schema = deployment.champion.model.signature.inputs
  const input = type === 'text/csv' ? readCsvBody(text, schema) : readJsonBody(text, schema)
  await answer(parts, exchange, { deployment, input, revision: null }, ({ output }) => {
    // Numbers that JSON does not know become null.
    sendJson(response, 200, { predictions: toPredictions(output) })
  })
}

/** What turned out to be true, told when it is known. */
async function takeLabels(parts: GatewayParts, exchange: Exchange, deployment: Deployment): Promise<void> {
  const body = await readBody(exchange.request, parts.settings.bodyBytes)
  const labels = parseLabels(parseJson(body.toString('utf8')), parts.clock.nowMs())
  appendLabels(deployment.files.labels, 'gateway', labels)
  sendJson(exchange.response, 200, { taken: labels.length })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem('bad_request', `The body is no JSON: ${(error as Error).message}`)
  }
}

async function routeOpenInference(parts: GatewayParts, exchange: Exchange): Promise<void> {
  const { request, response, path } = exchange
  if (path === '/v2') {
    const extensions = ['model_repository', 'binary_tensor_data']
    return sendJson(response, 200, { name: 'daybook', version: parts.version, extensions })
  }
  if (path === '/v2/repository/index' && request.method === 'POST') {
    return sendJson(
      response,
      200,
      [...parts.deployments.values()].map((one) => ({
        name: one.record.name,
        version: String(one.record.champion ?? ''),
        state: isReady(one) ? 'READY' : 'UNAVAILABLE',
        reason: one.record.stopped ? 'stopped' : '',
      })),
    )
  }
  const repository = /^\/v2\/repository\/models\/([^/]+)\/(load|unload)$/.exec(path)
  if (repository !== null && request.method === 'POST') {
    const deployment = find(parts, repository[1] ?? '')
    await (repository[2] === 'load' ? deployment.start() : deployment.stop({ said: true }))
    return sendJson(response, 200, {})
  }
  const [, name = '', version, what = ''] =
    /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(\/ready|\/infer)?$/.exec(path) ?? []
  if (name === '') throw nothingAt(path)
  const deployment = find(parts, name)
  const revision = version === undefined ? null : Number(version)
  const loaded = (): ReturnType<Deployment['loaded']> =>
    revision === null ? (isReady(deployment) ? deployment.champion : undefined) : deployment.loaded(revision)
  if (what === '/ready') {
    const ready = loaded() !== undefined
    return sendJson(response, ready ? 200 : 400, { name, ready })
  }
  const model = loaded() ?? deployment.champion
  if (revision !== null && loaded() === undefined)
    throw new Problem('not_found', `Revision ${version} of "${name}" is not loaded`)
  const schema = model.model.signature
  if (what === '') {
    return sendJson(response, 200, {
      name,
      versions: deployment.record.revisions.map((one) => String(one.revision)),
      platform: `daybook_${model.loaded.kind}`,
      inputs: tensorMetadata(schema.inputs, 'input'),
      outputs: tensorMetadata(schema.outputs, 'output'),
    })
  }
  if (request.method !== 'POST') throw new Problem('bad_request', 'Use POST')
  const header = request.headers['inference-header-content-length']
  const body = await readBody(request, parts.settings.bodyBytes)
  const infer = readInfer(body, typeof header === 'string' ? Number(header) : null, schema.inputs)
  await answer(parts, exchange, { deployment, input: infer.input, revision }, (given) => {
    const version = String(given.revision.spec.revision)
    const { json, raw } = writeInfer(infer, { name, version, output: given.output })
    if (raw.length === 0) return sendText(response, 200, 'application/json', json)
    response.setHeader('inference-header-content-length', String(Buffer.byteLength(json)))
    sendText(response, 200, 'application/octet-stream', Buffer.concat([Buffer.from(json), ...raw]))
  })
}

async function answer(
  parts: GatewayParts,
  { request, response, arrivedMs }: Exchange,
  asked: { deployment: Deployment; input: ModelInput; revision: number | null },
  send: (answer: DeploymentAnswer) => void,
): Promise<void> {
  const { deployment } = asked
  const given = request.headers['x-request-id']
  const requestId =
    typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : ulid(parts.clock.nowMs())
  const routeKey = request.headers['daybook-route-key']
  const then = Number(request.headers['daybook-time-ms'])
  const whole: DeploymentRequest = {
    requestId,
    input: asked.input,
    timeMs: Number.isFinite(then) && then > 0 ? then : parts.clock.nowMs(),
    arrivedMs,
    routeKey: typeof routeKey === 'string' ? routeKey : requestId,
    revision: asked.revision,
  }
  response.setHeader('x-request-id', requestId)
  try {
    const said = await deployment.predict(whole)
    response.setHeader('daybook-revision', String(said.revision.spec.revision))
    // Whoever hung up meanwhile has his answer in the log all the same.
    if (!response.destroyed) send(said)
    deployment.after(whole, said, performance.now() - arrivedMs)
  } catch (error) {
    deployment.failed(whole, error, performance.now() - arrivedMs)
    throw error
  }
}

function fail(parts: GatewayParts, { request, response, path }: Exchange, error: unknown): void {
  if (error instanceof HungUpError || response.headersSent || response.destroyed)
    return void response.destroy()
  const status = statusOf(error)
  const name = parts.deployments.has(path.split('/')[1] ?? '')
    ? (path.split('/')[1] ?? '')
    : (path.split('/')[3] ?? '')
  if (parts.deployments.has(name)) parts.metrics.refused(name, status)
  if (status === 500)
    parts.log(`${path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  for (const [header, value] of Object.entries(headersOf(error))) response.setHeader(header, value)
  // The rest of a body that nobody reads would keep the connection.
  if (!request.complete) response.setHeader('connection', 'close')
  const words = wordsOf(error)
  const details = error instanceof Problem ? error.details : undefined
  if (path.startsWith('/v2')) sendJson(response, status, { error: words })
  else
    sendJson(response, status, {
      error_code: errorCode(status),
      message: words,
      ...(details === undefined ? {} : { details }),
    })
  if (!request.complete) response.once('finish', () => request.destroy())
}

function errorCode(status: number): string {
  const known: Record<number, string> = {
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'RESOURCE_DOES_NOT_EXIST',
    413: 'REQUEST_LIMIT_EXCEEDED',
    503: 'TEMPORARILY_UNAVAILABLE',
    500: 'INTERNAL_ERROR',
    507: 'TEMPORARILY_UNAVAILABLE',
  }
  return known[status] ?? 'BAD_REQUEST'
}

function metricsText({ deployments, metrics }: GatewayParts): string {
  const each = (of: (deployment: Deployment) => number): { deployment: string; value: number }[] =>
    [...deployments.values()].map((one) => ({ deployment: one.record.name, value: of(one) }))
  return metrics.text([
    {
      name: 'daybook_prediction_log_dropped_total',
      type: 'counter',
      help: 'Predictions that were answered and not recorded.',
      values: each((one) => one.state.log.dropped),
    },
    {
      name: 'daybook_shadow_dropped_total',
      type: 'counter',
      help: 'Requests that the shadow was too slow for.',
      values: each((one) => one.state.shadowDropped),
    },
    {
      name: 'daybook_ready',
      type: 'gauge',
      help: 'Whether the deployment answers.',
      values: each((one) => (isReady(one) ? 1 : 0)),
    },
  ])
}

function isReady(deployment: Deployment): boolean {
  const { champion } = deployment.record
  return champion !== null && deployment.loaded(champion) !== undefined
}

function find({ deployments }: GatewayParts, name: string): Deployment {
  const deployment = deployments.get(name)
  if (deployment !== undefined) return deployment
  throw new Problem('not_found', `There is no deployment "${name}"`, {
    hint: `There are: ${[...deployments.keys()].join(', ') || 'none'}.`,
  })
}

function nothingAt(path: string, hint?: string): Problem {
  return new Problem('not_found', `There is nothing at ${path}`, hint === undefined ? {} : { hint })
}

/** A new token for the daemon. */
export function newAdminToken(): string {
  return randomHex(32)
}
