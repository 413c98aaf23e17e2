import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem, toWireProblem } from '../base/problem.ts'
import { checkDeploymentName } from './deployment_files.ts'
import type { Deployment } from './deployment.ts'
import type { Placing } from './deployment_request.ts'
import type { GatewayMetrics, Traffic } from './gateway_metrics.ts'
import { forgetRevisionFiles, requireRevisionFiles } from './revision_retention.ts'
import { readBody, sendJson } from './http_exchange.ts'
import {
  servingDefaults,
  type DeploymentRecord,
  type RevisionSpec,
  type ServingSettings,
} from './revision_spec.ts'

/** What the daemon can order. Plain data: it crosses to another process. */
export type GatewayOrder =
  | {
      kind: 'deploy'
      name: string
      spec: Omit<RevisionSpec, 'revision'>
      place: Placing
      settings: Partial<ServingSettings>
    }
  | { kind: 'promote'; name: string; revision: number; why: string }
  | { kind: 'rollback'; name: string; why: string }
  | { kind: 'place'; name: string; revision: number | null; place: Placing }
  | { kind: 'start'; name: string }
  | { kind: 'stop'; name: string }
  | { kind: 'end' }

/** A line of the answer to an order. */
export type GatewayLine =
  | { kind: 'progress'; step: string; says: string }
  | { kind: 'done'; result: unknown }
  | { kind: 'problem'; problem: ReturnType<typeof toWireProblem> }

/** How a deployment stands in a gateway that runs. */
export interface DeploymentStanding {
  record: DeploymentRecord
  /** Grows with every change. */
  version: number
  loaded: number[]
  traffic: Traffic[]
  workers: { revision: number; pids: number[]; queuedRows: number; restarts: number; memoryBytes: number }[]
  classes: readonly unknown[] | null
  log: { written: number; dropped: number; trouble: string | null }
  shadowDropped: number
}

/** What orders need. */
export interface AdminParts {
  deployments: Map<string, Deployment>
  /** What is being loaded, by name: two at once would be the same revision. */
  deploying: Map<string, Promise<unknown>>
  metrics: GatewayMetrics
  /** Makes one that holds nothing yet. */
  create: (name: string) => Deployment
  end: () => void
}

/** Answers the daemon: `GET /admin/state`, `POST /admin/order`. */
export async function answerAdmin(
  parts: AdminParts,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  if (path === '/admin/state') {
    sendJson(
      response,
      200,
      [...parts.deployments.values()].map((one) => standing(one, parts.metrics)),
    )
    return true
  }
  if (path !== '/admin/order' || request.method !== 'POST') return false
  const order = JSON.parse((await readBody(request, 10_000_000)).toString('utf8')) as GatewayOrder
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  const say = (line: GatewayLine): void => void response.write(`${JSON.stringify(line)}\n`)
  try {
    say({ kind: 'done', result: await follow(parts, order, say) })
  } catch (error) {
    say({ kind: 'problem', problem: toWireProblem(error) })
  }
  response.end()
  return true
}

async function follow(
  parts: AdminParts,
  order: GatewayOrder,
  say: (line: GatewayLine) => void,
): Promise<unknown> {
  if (order.kind === 'end') {
    setTimeout(parts.end, 50)
    return null
  }
  if (order.kind === 'deploy') {
    checkDeploymentName(order.name)
    if (parts.deploying.has(order.name))
      say({ kind: 'progress', step: 'wait', says: 'another model of this name is being loaded' })
    return inTurn(parts.deploying, order.name, () => deploy(parts, order, say))
  }
  const deployment = parts.deployments.get(order.name)
  if (deployment === undefined) throw new Problem('not_found', `There is no deployment "${order.name}"`)
  switch (order.kind) {
    case 'promote':
      requireRevisionFiles(order.name, deployment.spec(order.revision))
      await deployment.promote(order.revision, order.why)
      return { revision: order.revision }
    case 'rollback':
      return { revision: await deployment.rollback(order.why) }
    case 'place':
      if (order.revision !== null) requireRevisionFiles(order.name, deployment.spec(order.revision))
      await deployment.place(order.revision, order.place)
      return { revision: order.revision }
    case 'start':
      await deployment.start()
      return { revision: deployment.record.champion }
    case 'stop':
      await deployment.stop({ said: true })
      return { revision: null }
  }
}

async function deploy(
  parts: AdminParts,
  order: GatewayOrder & { kind: 'deploy' },
  say: (line: GatewayLine) => void,
): Promise<unknown> {
  const known = parts.deployments.get(order.name)
  const deployment = known ?? parts.create(order.name)
  deployment.record.settings = { ...(known?.record.settings ?? servingDefaults), ...order.settings }
  const made = await deployment.deploy(order.spec, order.place, (step, says) =>
    say({ kind: 'progress', step, says }),
  )
  // Only one that came up is there for others.
  parts.deployments.set(order.name, deployment)
  forgetRevisionFiles(deployment.record, deployment.files.folder)
  return made
}

/** Does something once all that was begun under this name before is over. */
async function inTurn<T>(
  turns: Map<string, Promise<unknown>>,
  name: string,
  act: () => Promise<T>,
): Promise<T> {
  const before = turns.get(name) ?? Promise.resolve()
  const turn = before.then(act, act)
  turns.set(name, turn)
  try {
    return await turn
  } finally {
    if (turns.get(name) === turn) turns.delete(name)
  }
}

function standing(deployment: Deployment, metrics: GatewayMetrics): DeploymentStanding {
  const { record, version, state } = deployment
  const revisions = state.loaded.flatMap((number) => deployment.loaded(number) ?? [])
  const champion = revisions.find(({ spec }) => spec.revision === record.champion)
  const { written, dropped, trouble } = state.log
  return {
    record,
    version,
    loaded: state.loaded,
    traffic: metrics.traffic(record.name),
    workers: revisions.map((revision) => ({ revision: revision.spec.revision, ...revision.state })),
    classes: champion?.loaded.classes ?? null,
    log: { written, dropped, trouble },
    shadowDropped: state.shadowDropped,
  }
}
