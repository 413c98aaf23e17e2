import type { Deployed } from '../api/deployment_methods.ts'
import { Problem } from '../base/problem.ts'
import { dataDefaults } from '../data/data_process.ts'
import { lintInProcess } from '../data/lint_process.ts'
import { passGate, type GateColumn, type GateFacts, type GateResult } from '../governance/gate.ts'
import { readModelPackage } from '../models/model_package.ts'
import { askMonitor } from '../monitor/monitor_process.ts'
import { getRun } from '../runs/run.ts'
import type { DeploymentRecord } from '../serving/revision_spec.ts'
import type { Store } from '../store/store.ts'
import type { AuditTrail } from './audit.ts'
import type { Candidate, Deployments, WantedDeployment } from './deployments/deployments.ts'
import { readLintSettings } from './lint_settings_file.ts'
import { lineageOf } from './model_lineage.ts'
import type { Monitor } from './monitor.ts'

/** What the gate needs. */
export interface GateParts {
  store: Store
  root: string
  artifactsDir: string
  audit: AuditTrail
  monitor: Monitor
  deployments: Deployments
}

/** A promotion that is asked for. */
export interface WantedPromotion {
  name: string
  revision: number | null
  reason: string
  /** Promotes although the gate is closed; asks for a reason. */
  override: boolean
}

/**
 * What the gate says of a revision: the shadow's or canary's if none is named.
 * @throws Problem `bad_request` if there is no such revision
 */
export async function checkGate(
  parts: GateParts,
  name: string,
  revision: number | null,
): Promise<GateResult & { revision: number }> {
  const { record } = (await parts.deployments.show(name)).standing
  const wanted = revision ?? record.shadow?.revision ?? record.canary?.revision
  const spec = record.revisions.find((one) => one.revision === wanted)
  if (spec === undefined) {
    const known = record.revisions.map((one) => one.revision).join(', ')
    throw new Problem(
      'bad_request',
      wanted === undefined
        ? `"${name}" has neither shadow nor canary to promote`
        : `"${name}" has no revision ${wanted}`,
      { hint: `Name one with --revision; there are: ${known}.` },
    )
  }
  const { shadow } = parts.monitor.settings.gate
  const said = shadow === 'off' ? null : await shadowOf(parts, name, spec.revision)
  return { ...(await weigh(parts, record, spec, said)), revision: spec.revision }
}

/**
 * Promotes a revision if the gate is open, or with an override and its reason.
 * @throws Problem `forbidden` if the gate is closed, `bad_request` for an override without a reason
 */
export async function promoteThroughGate(
  parts: GateParts,
  { name, revision, reason, override }: WantedPromotion,
): Promise<{ revision: number; tookMs: number }> {
  const gate = await checkGate(parts, name, revision)
  const model = { subject: `deployment ${name}/${gate.revision}`, details: {} }
  pass(parts.audit, gate, { ...model, reason, override })
  return parts.deployments.promote(name, gate.revision, reason)
}

/**
 * Makes a model answer. One that would take the place of a champion goes through the gate as a promotion does; as it
 * was no shadow of this deployment, there is no verdict on it.
 * @throws Problem as `promoteThroughGate` and `Deployments.deploy` do
 */
export function deployThroughGate(
  parts: GateParts,
  wanted: WantedDeployment,
  { reason, override }: Pick<WantedPromotion, 'reason' | 'override'>,
): Promise<Deployed> {
  return parts.deployments.deploy(wanted, async (record, candidate) => {
    const gate = await weigh(parts, record, candidate, null)
    const model = { subject: `deployment ${record.name}`, details: { model: candidate.modelUri } }
    pass(parts.audit, gate, { ...model, reason, override })
    return gate.open ? gate.says : `${gate.says} Overridden: ${reason}`
  })
}

async function weigh(
  parts: GateParts,
  record: DeploymentRecord,
  candidate: Candidate,
  shadow: GateFacts['shadow'],
): Promise<GateResult> {
  const champion = record.revisions.find((one) => one.revision === record.champion)
  const settings = parts.monitor.settings.gate
  return passGate(settings, {
    metrics: metricsOf(parts.store, candidate.runId),
    inputs: { champion: inputsOf(champion), candidate: inputsOf(candidate) },
    findings: settings.findings ? await findingsOf(parts, candidate) : null,
    shadow,
  })
}

/** Lets through what may pass, and keeps in the audit log what came of it. @throws Problem `forbidden`, `bad_request` */
function pass(
  audit: AuditTrail,
  gate: GateResult,
  asked: { subject: string; details: { model?: string }; reason: string; override: boolean },
): void {
  const { subject, reason, override } = asked
  const details = { ...asked.details, checks: gate.checks.map((check) => ({ ...check })) }
  if (!gate.open && !override) {
    audit.record({ action: 'gate.refused', subject, reason, details })
    throw new Problem('forbidden', gate.says, {
      hint: 'Whoever answers for it may promote it all the same: --override --reason "why".',
      details: { checks: details.checks },
    })
  }
  if (!gate.open && reason.trim() === '')
    throw new Problem('bad_request', `${gate.says} To override it, say why`, { hint: 'Add --reason "why".' })
  audit.record({ action: gate.open ? 'gate.passed' : 'gate.overridden', subject, reason, details })
}

function metricsOf(store: Store, runId: string | null): GateFacts['metrics'] {
  if (runId === null) return null
  try {
    const { metrics } = getRun(store, runId)
    return Object.fromEntries(Object.entries(metrics).map(([key, { value }]) => [key, value]))
  } catch {
    return null
  }
}

function inputsOf(spec: Candidate | undefined): readonly GateColumn[] | null {
  if (spec === undefined) return null
  try {
    const { inputs } = readModelPackage(spec.folder).signature
    return inputs?.kind === 'columns' ? inputs.columns : null
  } catch {
    return null
  }
}

/** What data lint says of the very rows that the model learned from; null if its run kept none. */
async function findingsOf(
  { store, artifactsDir, root }: GateParts,
  spec: Candidate,
): Promise<string[] | null> {
  const { training, target } = lineageOf(
    store,
    artifactsDir,
    spec.runId === null ? spec.modelUri : `runs:/${spec.runId}/`,
  )
  if (training === null) return null
  const { rules, suppress } = readLintSettings(root)
  const { sampleRows, memoryBytes, threads, timeLimitMs } = dataDefaults
  const report = await lintInProcess(
    {
      ...{ path: training, against: null, table: null, target, rules, suppress },
      ...{ sampleRows, engine: 'auto' as const, memoryBytes, threads },
    },
    { timeLimitMs },
  )
  return report.findings.filter(({ level }) => level === 'stop').map(({ says }) => says)
}

async function shadowOf(
  { monitor }: GateParts,
  name: string,
  revision: number,
): Promise<GateFacts['shadow']> {
  const files = monitor.filesOf(name)
  const report = await askMonitor<'shadow'>({ kind: 'shadow', files, revision, withLabels: true })
  return report.joined === 0 ? null : { verdict: report.verdict, says: report.says }
}
