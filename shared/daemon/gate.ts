import { Problem } from '../base/problem.ts'
import { dataDefaults } from '../data/data_process.ts'
import { lintInProcess } from '../data/lint_process.ts'
import { passGate, type GateColumn, type GateFacts, type GateResult } from '../governance/gate.ts'
import { readModelPackage } from '../models/model_package.ts'
import { askMonitor } from '../monitor/monitor_process.ts'
import { getRun } from '../runs/run.ts'
import type { RevisionSpec } from '../serving/revision_spec.ts'
import type { Store } from '../store/store.ts'
import type { AuditTrail } from './audit.ts'
import type { Deployments } from './deployments/deployments.ts'
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
  const champion = record.revisions.find((one) => one.revision === record.champion)
  const settings = parts.monitor.settings.gate
  const facts: GateFacts = {
    metrics: metricsOf(parts.store, spec.runId),
    inputs: { champion: inputsOf(champion), candidate: inputsOf(spec) },
    findings: settings.findings ? await findingsOf(parts, spec) : null,
    shadow: settings.shadow === 'off' ? null : await shadowOf(parts, name, spec.revision),
  }
  return { ...passGate(settings, facts), revision: spec.revision }
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
  const subject = `deployment ${name}/${gate.revision}`
  const checks = gate.checks.map((check) => ({ ...check }))
  if (!gate.open && !override) {
    parts.audit.record({ action: 'gate.refused', subject, reason, details: { checks } })
    throw new Problem('forbidden', gate.says, {
      hint: 'Whoever answers for it may promote it all the same: --override --reason "why".',
      details: { checks },
    })
  }
  if (!gate.open && reason.trim() === '')
    throw new Problem('bad_request', `${gate.says} To override it, say why`, { hint: 'Add --reason "why".' })
  parts.audit.record({
    action: gate.open ? 'gate.passed' : 'gate.overridden',
    subject,
    reason,
    details: { checks },
  })
  return parts.deployments.promote(name, gate.revision, reason)
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

function inputsOf(spec: RevisionSpec | undefined): readonly GateColumn[] | null {
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
  spec: RevisionSpec,
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
