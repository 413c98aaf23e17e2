import type { Alert } from '../api/alert_methods.ts'
import { Problem } from '../base/problem.ts'
import type { Clock } from '../base/clock.ts'
import type { Fired } from '../monitor/alert_rule.ts'
import type { WatchReport } from '../monitor/watch_report.ts'
import type { Row, Store } from '../store/store.ts'
import type { AuditTrail } from './audit.ts'
import type { Lineage } from './model_lineage.ts'

/** What alerts need. */
export interface AlertParts {
  store: Store
  clock: Clock
  audit: AuditTrail
  changed(): void
}

/** What an alert is about. */
export interface AlertCause {
  report: WatchReport
  /** Id of the kept report. */
  reportId: string
  lineage: Lineage
}

/** Raises the alerts whose rules hold and are not cooling down; those of one report become one alert. */
export function raiseAlerts(parts: AlertParts, fired: readonly Fired[], cause: AlertCause): Alert[] {
  const { store, clock, audit, changed } = parts
  const { report, reportId, lineage } = cause
  const nowMs = clock.nowMs()
  const due = fired.filter(({ rule }) => {
    // One that was raised in what is now the future (the clock was set) silences nobody until then.
    const last = store.get(
      'SELECT max(at_ms) AS at FROM alert_rule WHERE deployment = ? AND rule = ? AND at_ms <= ?',
      report.deployment,
      rule.when,
      nowMs,
    )?.['at'] as number | null | undefined
    return last == null || nowMs - last >= rule.coolDownHours * 3_600_000
  })
  const gravest = due[0]
  if (gravest === undefined) return []
  const alert: Omit<Alert, 'id'> = {
    atMs: nowMs,
    deployment: report.deployment,
    rule: gravest.rule.when,
    severity: gravest.rule.severity,
    says: `${capital(report.deployment)}: ${lower(sentenceOf(gravest, report))}`,
    report: reportId,
    window: { fromMs: report.window.fromMs, toMs: report.window.toMs },
    revision: report.revision,
    modelUri: report.modelUri,
    run: lineage.run,
    notebook: lineage.notebook,
    cell: lineage.cell,
    acknowledgedMs: null,
    sent: [],
  }
  const id = store.transaction(() => {
    const made = store.insert(
      'INSERT INTO alert (at_ms, deployment, report, alert) VALUES (?, ?, ?, ?)',
      nowMs,
      report.deployment,
      reportId,
      JSON.stringify(alert),
    )
    for (const { rule } of due)
      store.run(
        'INSERT INTO alert_rule (deployment, rule, at_ms, alert) VALUES (?, ?, ?, ?)',
        report.deployment,
        rule.when,
        nowMs,
        made,
      )
    return made
  })
  audit.record({
    action: 'alert.raised',
    subject: `deployment ${report.deployment}`,
    actor: 'daybook',
    details: {
      alert: id,
      rules: due.map(({ rule }) => rule.when),
      says: alert.says,
      report: reportId,
      revision: report.revision,
      run: lineage.run ?? undefined,
    },
  })
  changed()
  return [{ id, ...alert }]
}

/** What happened: the report's sentence where it is about that very thing, with all that may explain it. */
function sentenceOf({ signal }: Fired, report: WatchReport): string {
  return signal.kind === 'performance' ? report.says : signal.says
}

/** The newest first. */
export function listAlerts(
  store: Store,
  wanted: { name: string | null; open: boolean; limit: number },
): Alert[] {
  const rows = store.all(
    `SELECT * FROM alert WHERE (?1 IS NULL OR deployment = ?1) AND (?2 = 0 OR acknowledged_ms IS NULL)
     ORDER BY id DESC LIMIT ?3`,
    wanted.name,
    wanted.open ? 1 : 0,
    wanted.limit,
  )
  return rows.map(readAlert)
}

/** @throws Problem `not_found` */
export function getAlert(store: Store, id: number): Alert {
  const row = store.get('SELECT * FROM alert WHERE id = ?', id)
  if (row === undefined)
    throw new Problem('not_found', `There is no alert ${id}`, { hint: '"daybook alerts" lists them.' })
  return readAlert(row)
}

/** Notes that a person has seen to it. */
export function acknowledgeAlert(parts: AlertParts, id: number, reason: string): Alert {
  const { store, clock, audit, changed } = parts
  const alert = getAlert(store, id)
  if (alert.acknowledgedMs !== null) return alert
  store.run('UPDATE alert SET acknowledged_ms = ? WHERE id = ?', clock.nowMs(), id)
  audit.record({
    action: 'alert.acknowledged',
    subject: `deployment ${alert.deployment}`,
    reason,
    details: { alert: id },
  })
  changed()
  return getAlert(store, id)
}

/** Notes where it was sent. */
export function noteSent(store: Store, id: number, sent: Alert['sent']): void {
  store.run('UPDATE alert SET sent = ? WHERE id = ?', JSON.stringify(sent), id)
}

function readAlert(row: Row): Alert {
  return {
    ...(JSON.parse(row['alert'] as string) as Omit<Alert, 'id'>),
    id: row['id'] as number,
    acknowledgedMs: row['acknowledged_ms'] as number | null,
    sent: row['sent'] === null ? [] : (JSON.parse(row['sent'] as string) as Alert['sent']),
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
