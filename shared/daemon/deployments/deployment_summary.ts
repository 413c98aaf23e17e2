import type { DeploymentState, DeploymentSummary } from '../../api/deployment_methods.ts'
import { readModelPackage } from '../../models/model_package.ts'
import type { DeploymentStanding } from '../../serving/gateway_admin.ts'
import type { GatewayFile } from '../../serving/gateway_file.ts'
import type { DeploymentRecord } from '../../serving/revision_spec.ts'

/** A deployment in one line. @param coming whether a revision is just being started */
export function summarize(
  standing: DeploymentStanding,
  gateway: GatewayFile | null,
  coming: boolean,
): DeploymentSummary {
  const { record, traffic } = standing
  const champion = record.revisions.find(({ revision }) => revision === record.champion) ?? null
  const answered = traffic.filter(({ slot }) => slot !== 'shadow')
  const first = traffic.find(({ slot, revision }) => slot === 'champion' && revision === record.champion)
  return {
    name: record.name,
    state: stateOf(standing, gateway, coming),
    url: gateway === null ? null : `${gateway.url}/${record.name}`,
    ...{ champion, canary: record.canary, shadow: record.shadow },
    requests: answered.reduce((sum, { requests }) => sum + requests, 0),
    p50Ms: first?.p50Ms ?? null,
    p99Ms: first?.p99Ms ?? null,
    perTenSeconds: Array.from({ length: 30 }, (_, i) =>
      answered.reduce((sum, one) => sum + (one.perTenSeconds[i] ?? 0), 0),
    ),
    says: record.events.at(-1)?.says ?? '',
  }
}

function stateOf(
  { record, loaded }: DeploymentStanding,
  gateway: GatewayFile | null,
  coming: boolean,
): DeploymentState {
  if (record.stopped) return 'stopped'
  if (gateway === null) return 'down'
  if (record.champion !== null && loaded.includes(record.champion)) return 'ready'
  return coming || Date.now() - gateway.startedAtMs < 60_000 ? 'starting' : 'failed'
}

/** How a deployment stands while no gateway runs. */
export function resting(record: DeploymentRecord): DeploymentStanding {
  return {
    record,
    version: 0,
    loaded: [],
    traffic: [],
    workers: [],
    classes: null,
    log: { written: 0, dropped: 0, trouble: null },
    shadowDropped: 0,
  }
}

/** Body of a request that the champion can answer; null if its package brings none. */
export function exampleOf(record: DeploymentRecord): unknown {
  const champion = record.revisions.find(({ revision }) => revision === record.champion)
  try {
    return champion === undefined ? null : readModelPackage(champion.folder).example
  } catch {
    return null
  }
}
