import type { DeploymentState, DeploymentSummary } from '../api/deployment_methods.ts'
import { formatLatency } from '../base/quantity.ts'
import { plural } from '../base/wording.ts'

/** The sign of a run that says the same as a deployment's state. */
export const deploymentSigns: Readonly<Record<DeploymentState, string>> = {
  ready: 'FINISHED',
  starting: 'RUNNING',
  failed: 'FAILED',
  stopped: 'KILLED',
  down: 'KILLED',
}

/** The sign of what the gate checked: it holds, it does not, or nobody can say. */
export function gateSign(holds: boolean | null): string {
  if (holds === null) return '?'
  return holds ? '✓' : '✗'
}

/** What stands behind its name: which revisions are in which place, how much it answers and how fast. */
export function deploymentFacts(summary: DeploymentSummary): string[] {
  const { state, champion, canary, shadow, requests, p50Ms, p99Ms } = summary
  return [
    champion === null ? 'no model' : `revision ${champion.revision}`,
    ...(canary === null ? [] : [`canary ${canary.revision} with ${Math.round(canary.weight * 100)} %`]),
    ...(shadow === null ? [] : [`shadow ${shadow.revision}`]),
    ...(state === 'ready' ? [plural(requests, 'request')] : []),
    ...(p50Ms === null || state !== 'ready' ? [] : [`half within ${formatLatency(p50Ms)}`]),
    ...(p99Ms === null || state !== 'ready' ? [] : [`99 % within ${formatLatency(p99Ms)}`]),
  ]
}

/** A name for a deployment of a run's model: its notebook's, else its own. */
export function deploymentName({ name, notebook }: { name: string; notebook: string | null }): string {
  const word = (notebook ?? name)
    .replace(/^.*\//, '')
    .replace(/\.ipynb$/, '')
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
    .slice(0, 63)
  return word === '' ? 'model' : word
}

/** A span of days, `1 Apr to 8 Apr 2012`, in the time of where it was measured (UTC). */
export function spanText({ fromMs, toMs }: { fromMs: number; toMs: number }): string {
  const day = (ms: number, year: boolean): string =>
    new Date(ms).toLocaleDateString('en-GB', {
      ...{ day: 'numeric', month: 'short', timeZone: 'UTC' },
      ...(year ? { year: 'numeric' } : {}),
    })
  return `${day(fromMs, false)} to ${day(toMs, true)}`
}
