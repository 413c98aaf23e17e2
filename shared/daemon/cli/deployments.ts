import { resolve } from 'node:path'
import type { DeploymentDetail, DeploymentSummary } from '../../api/deployment_methods.ts'
import { Problem } from '../../base/problem.ts'
import { formatAge, formatBytes, formatNumber } from '../../base/quantity.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { formatTable, type Terminal } from './terminal.ts'

/** Options of `daybook deployments`. */
export interface DeploymentsOptions {
  stop?: boolean
  shadow?: number
  canary?: number
  share?: number
}

/** Options of `daybook up`. */
export interface UpOptions {
  port?: number
  bind?: string
  tlsCert?: string
  tlsKey?: string
  /** False with --no-token. */
  token: boolean
  bodyLimit?: number
  rateLimit?: number
}

/** `daybook deployments`: lists them, shows one, or changes one. */
export function deploymentsCommand(
  context: CommandContext,
  name: string | undefined,
  options: DeploymentsOptions,
): Promise<number> {
  return withClient(context, async (client) => {
    if (name === undefined) {
      print(context, await client.call('deployments.list', {}), showList)
      return 0
    }
    if (options.stop === true) await client.call('deployments.stop', { name })
    for (const slot of ['shadow', 'canary'] as const) {
      const revision = options[slot]
      if (revision === undefined) continue
      const share = options.share === undefined ? {} : { share: options.share }
      await client.call('deployments.place', {
        name,
        slot,
        revision: revision === 0 ? null : revision,
        ...share,
      })
    }
    print(context, await client.call('deployments.show', { name }), (detail) =>
      showOne(context.terminal, detail),
    )
    return 0
  })
}

/** Options of `daybook promote`. */
export interface PromoteOptions {
  revision?: number
  reason: string
  /** Although the gate is closed. */
  override?: boolean
}

/** `daybook promote NAME`. */
export function promoteCommand(
  context: CommandContext,
  name: string,
  { revision, reason, override }: PromoteOptions,
): Promise<number> {
  return withClient(context, async (client) => {
    const wanted = { name, revision: revision ?? null, reason, override: override ?? false }
    const result = await client.call('deployments.promote', wanted)
    print(context, result, (done) => `Revision ${done.revision} of ${name} answers now (${done.tookMs} ms).`)
    return 0
  })
}

/** `daybook rollback NAME`. */
export function rollbackCommand(context: CommandContext, name: string, reason: string): Promise<number> {
  return withClient(context, async (client) => {
    const result = await client.call('deployments.rollback', { name, reason })
    print(
      context,
      result,
      (done) => `Revision ${done.revision} of ${name} answers again (${done.tookMs} ms).`,
    )
    return 0
  })
}

/** `daybook up [NAME]`. */
export function upCommand(
  context: CommandContext,
  name: string | undefined,
  options: UpOptions,
): Promise<number> {
  return withClient(context, async (client) => {
    const { port, bind, tlsCert, tlsKey, bodyLimit, rateLimit } = options
    if ((tlsCert === undefined) !== (tlsKey === undefined))
      throw new Problem('bad_request', '--tls-cert and --tls-key belong together')
    const list = await client.call('deployments.up', {
      name: name ?? null,
      port,
      bind,
      ...(tlsCert === undefined || tlsKey === undefined
        ? {}
        : { tls: { cert: resolve(tlsCert), key: resolve(tlsKey) } }),
      ...(options.token ? {} : { token: false }),
      bodyBytes: bodyLimit === undefined ? undefined : bodyLimit * 1_000_000,
      requestsPerS: rateLimit,
    })
    print(context, list, showList)
    const local = bind === undefined || ['127.0.0.1', 'localhost', '::1'].includes(bind)
    if (!local && !options.token && !context.json)
      context.terminal.err(
        `Whoever reaches ${bind} is answered without a token: --no-token and --bind together.`,
      )
    return list.every(({ state }) => state === 'ready' || state === 'stopped') ? 0 : 1
  })
}

/** `daybook down`. */
export function downCommand(context: CommandContext): Promise<number> {
  return withClient(context, async (client) => {
    const result = await client.call('deployments.down', {})
    print(context, result, ({ ended }) =>
      ended ? 'Nothing answers any more; "daybook up" brings it back.' : 'Nothing runs.',
    )
    return 0
  })
}

function showList(list: readonly DeploymentSummary[]): string {
  if (list.length === 0) return 'No deployments yet: "daybook deploy RUN --name NAME" makes one.'
  const columns = ['DEPLOYMENT', 'STATE', 'REVISION', 'MODEL', 'REQUESTS', 'P50', 'P99', 'SHADOW', 'ADDRESS']
  const rows = list.map((one) => [
    one.name,
    one.state,
    one.champion === null ? '' : String(one.champion.revision),
    one.champion?.modelUri ?? '',
    String(one.requests),
    milliseconds(one.p50Ms),
    milliseconds(one.p99Ms),
    one.shadow === null ? '' : `revision ${one.shadow.revision}`,
    one.url ?? '',
  ])
  return formatTable(
    columns.map((title) => ({ title })),
    rows,
  )
}

function showOne(terminal: Terminal, { summary, standing, curl, progress }: DeploymentDetail): string {
  const { record, traffic, workers, log } = standing
  const lines = [
    `${terminal.style('bold', summary.name)} · ${summary.state}${summary.url === null ? '' : ` · ${summary.url}`}`,
  ]
  for (const { step, says } of progress) lines.push(`  ${step}: ${says}`)
  const place = (revision: number): string => {
    if (revision === record.champion) return 'champion'
    if (record.canary?.revision === revision) return `canary ${formatNumber(record.canary.weight * 100)} %`
    if (record.shadow?.revision === revision) return `shadow ${formatNumber(record.shadow.sample * 100)} %`
    return standing.loaded.includes(revision) ? 'loaded' : ''
  }
  const rows = [...record.revisions].reverse().map((spec) => {
    const own = traffic.filter(({ revision }) => revision === spec.revision)
    const busiest = own.sort((a, b) => b.requests - a.requests)[0]
    const held = workers.find(({ revision }) => revision === spec.revision)
    return [
      String(spec.revision),
      place(spec.revision),
      spec.modelUri,
      spec.runId?.slice(0, 8) ?? '',
      formatAge(Date.now() - spec.createdAtMs),
      String(own.reduce((sum, { requests }) => sum + requests, 0)),
      milliseconds(busiest?.p50Ms ?? null),
      milliseconds(busiest?.p99Ms ?? null),
      held === undefined || held.memoryBytes === 0 ? '' : formatBytes(held.memoryBytes),
    ]
  })
  const titles = ['REVISION', 'PLACE', 'MODEL', 'RUN', 'MADE', 'REQUESTS', 'P50', 'P99', 'MEMORY']
  lines.push(
    formatTable(
      titles.map((title) => ({ title })),
      rows,
    ),
  )
  const dropped = log.dropped === 0 ? '' : `, ${log.dropped} dropped`
  lines.push(
    `log: ${log.written} recorded${dropped}${log.trouble === null ? '' : ` · ${terminal.style('red', log.trouble)}`}`,
  )
  for (const event of record.events.slice(-5))
    lines.push(`${formatAge(Date.now() - event.atMs).padStart(12)}  ${event.says}`)
  for (const note of record.revisions.find(({ revision }) => revision === record.champion)?.notes ?? [])
    lines.push(terminal.style('yellow', `! ${note}`))
  if (curl !== null) lines.push('', curl)
  return lines.join('\n')
}

function milliseconds(ms: number | null): string {
  return ms === null ? '' : `${formatNumber(ms)} ms`
}
