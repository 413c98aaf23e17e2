import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fromWireProblem, Problem } from '../base/problem.ts'
import type { StatePaths } from '../base/project.ts'
import type { DeploymentStanding, GatewayLine, GatewayOrder } from './gateway_admin.ts'
import { openGatewaySettings, readGatewayFile, type GatewayFile } from './gateway_file.ts'

/** What a gateway is started with, where none runs. */
export interface GatewayStart {
  paths: StatePaths
  version: string
  /** Program of the model workers. */
  program: string
}

/** The gateway that runs and answers; null if there is none. */
export async function findGateway(paths: StatePaths): Promise<GatewayFile | null> {
  const file = readGatewayFile(paths)
  if (file === null) return null
  try {
    const { text } = await ask(file, '/health')
    return (JSON.parse(text) as { name?: string }).name === 'daybook-gateway' ? file : null
  } catch {
    return null
  }
}

/**
 * The project's gateway, which is started if none runs. It lives on when we end.
 * @throws Problem `conflict` if its port belongs to somebody else, `daemon_unreachable` with its last words
 */
export async function ensureGateway(start: GatewayStart): Promise<GatewayFile> {
  const { paths } = start
  const found = await findGateway(paths)
  if (found !== null) return found
  const errors = join(paths.logs, 'gateway.err')
  const stdio = openSync(errors, 'w', 0o600)
  // Its own session and no pipes: it must outlive whoever starts it.
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', gatewayEntry(), JSON.stringify(start)],
    {
      detached: true,
      stdio: ['ignore', stdio, stdio],
      cwd: paths.root,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      windowsHide: true,
    },
  )
  closeSync(stdio)
  const left: { code: number | null } = { code: null }
  child.once('exit', (ended) => (left.code = ended ?? 1))
  child.once('error', () => (left.code = 1))
  child.unref()
  for (const untilMs = Date.now() + 20_000; Date.now() < untilMs;) {
    await new Promise((resolve) => setTimeout(resolve, 30))
    const gateway = await findGateway(paths)
    if (gateway !== null) return gateway
    if (left.code === 4) {
      const { bind, port } = await openGatewaySettings(paths)
      throw new Problem(
        'conflict',
        `The port ${port} belongs to another program, so deployments cannot answer there`,
        {
          hint: `End that program, or take another port: daybook up --port ${port + 1} (clients then need the new address). Tried: ${bind}.`,
        },
      )
    }
    // 3: another one was quicker; it answers in a moment.
    if (left.code !== null && left.code !== 3) break
  }
  const words = readFileSync(errors, 'utf8').trim().split('\n').slice(-3).join(' / ')
  throw new Problem('daemon_unreachable', `The gateway did not start${words === '' ? '' : `: ${words}`}`, {
    hint: `Its log is ${join(paths.logs, 'gateway.log')}.`,
  })
}

/** How all deployments stand. */
export async function gatewayState(gateway: GatewayFile): Promise<DeploymentStanding[]> {
  const { status, text } = await ask(gateway, '/admin/state')
  if (status !== 200) throw new Problem('daemon_unreachable', `The gateway answered with ${status}`)
  return JSON.parse(text) as DeploymentStanding[]
}

/**
 * Gives an order and waits until it is followed.
 * @throws Problem: the gateway's own, or `daemon_unreachable`
 */
export async function orderGateway(
  gateway: GatewayFile,
  order: GatewayOrder,
  onProgress: (step: string, says: string) => void = () => undefined,
): Promise<unknown> {
  let end: GatewayLine | null = null
  const onLine = (text: string): void => {
    const line = JSON.parse(text) as GatewayLine
    if (line.kind === 'progress') onProgress(line.step, line.says)
    else end = line
  }
  await ask(gateway, '/admin/order', { method: 'POST', body: JSON.stringify(order), onLine })
  const said = end as GatewayLine | null
  if (said?.kind === 'problem') throw fromWireProblem(said.problem)
  if (said?.kind === 'done') return said.result
  throw new Problem('daemon_unreachable', 'The gateway ended in the middle of this')
}

/**
 * Asks a deployment as a client of it does.
 * @param body JSON in one of the forms that MLflow's scoring takes
 */
export async function askDeployment(
  gateway: GatewayFile,
  { name, body, token }: { name: string; body: string; token: string | null },
): Promise<{ status: number; text: string }> {
  return ask(gateway, `/${encodeURIComponent(name)}/invocations`, { method: 'POST', body, token })
}

/** The program: beside this module as it was written, or beside the bundle this module is in. */
function gatewayEntry(): string {
  const here = fileURLToPath(import.meta.url)
  return here.endsWith('.ts') ? join(dirname(here), 'gateway_main.ts') : join(dirname(here), 'gateway.mjs')
}

interface Question {
  method?: string
  body?: string
  /** Whose question it is; the daemon's own if nobody says. Null: nobody's. */
  token?: string | null
  /** Told of each whole line of the answer. */
  onLine?: (line: string) => void
}

function ask(
  gateway: GatewayFile,
  path: string,
  { method = 'GET', body = '', token = gateway.adminToken, onLine = () => undefined }: Question = {},
): Promise<{ status: number; text: string }> {
  const url = new URL(path, gateway.url)
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    'content-type': 'application/json',
  }
  return new Promise((resolve, reject) => {
    const done = (response: IncomingMessage): void => {
      let text = ''
      let from = 0
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        for (let end = text.indexOf('\n', from); end >= 0; end = text.indexOf('\n', from)) {
          onLine(text.slice(from, end))
          from = end + 1
        }
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    }
    // The certificate is the user's own, often self-signed, and this is our own process on this machine.
    const sent =
      url.protocol === 'https:'
        ? httpsRequest(url, { method, headers, rejectUnauthorized: false }, done)
        : httpRequest(url, { method, headers }, done)
    sent.on('error', reject)
    sent.end(body)
  })
}
