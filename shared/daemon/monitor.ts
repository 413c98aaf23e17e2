import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Alert, WatchSummary } from '../api/alert_methods.ts'
import type { Clock } from '../base/clock.ts'
import { ulid } from '../base/id.ts'
import type { Log } from '../base/log.ts'
import { Problem } from '../base/problem.ts'
import type { StatePaths } from '../base/project.ts'
import { rulesThatHold } from '../monitor/alert_rule.ts'
import { askMonitor } from '../monitor/monitor_process.ts'
import type { WatchReport } from '../monitor/watch_report.ts'
import { deploymentFiles, deploymentsFolder, type DeploymentFiles } from '../serving/deployment_files.ts'
import type { Prediction } from '../serving/prediction.ts'
import { listPredictionSegments } from '../serving/prediction_segment.ts'
import type { Store } from '../store/store.ts'
import { deliver } from './alert_delivery.ts'
import { noteSent, raiseAlerts, type AlertParts } from './alerts.ts'
import type { AuditTrail } from './audit.ts'
import { lineageOf } from './model_lineage.ts'
import { readMonitorSettings, type MonitorSettings } from './monitor_settings.ts'

/** What watching needs. */
export interface MonitorParts {
  store: Store
  clock: Clock
  paths: StatePaths
  audit: AuditTrail
  log: Log
  /** Told after a report was kept, and after an alert was raised. */
  changed(topic: 'drift.changed' | 'alerts.changed'): void
}

/** What came of a look. */
export type Checked =
  { id: string; report: WatchReport; alerts: Alert[] } | { id: null; report: null; alerts: Alert[] }

/** So many reports of a deployment are kept; the oldest go first. */
const keptReports = 400

/**
 * Looks at the prediction logs of all deployments, keeps what it found and raises alerts.
 *
 * Invariants. (1) A log is looked at in a process of its own, one at a time. (2) What was raised is in the store
 * before anybody is told. (3) A receiver that does not answer keeps nobody waiting.
 */
export class Monitor {
  readonly #parts: MonitorParts
  #lastLook = new Map<string, { atMs: number; touchedMs: number }>()
  #line: Promise<unknown> = Promise.resolve()
  #sending = new Set<Promise<void>>()

  constructor(parts: MonitorParts) {
    this.#parts = parts
  }

  /** What alerts are written with. */
  get alerts(): AlertParts {
    const { store, clock, audit, changed } = this.#parts
    return { store, clock, audit, changed: () => changed('alerts.changed') }
  }

  /** What daybook.yaml says now. @throws Problem */
  get settings(): MonitorSettings {
    return readMonitorSettings(this.#parts.paths.root)
  }

  /** Where a deployment lies. @throws Problem `not_found` if there is none of that name */
  filesOf(name: string): DeploymentFiles {
    const files = deploymentFiles(this.#parts.paths.dir, name)
    if (existsSync(files.folder)) return files
    throw new Problem('not_found', `There is no deployment "${name}"`, {
      hint: '"daybook deployments" lists them, "daybook deploy" makes one.',
    })
  }

  /** The model that answered last as champion; null if nothing did. */
  async lastModel(name: string): Promise<string | null> {
    const files = this.filesOf(name)
    return lastModel(files.predictions) ?? (await askMonitor<'model'>({ kind: 'model', files }))
  }

  /** Looks at one deployment now, behind those that wait. */
  check(name: string, wanted: { atMs: number | null; windowDays: number | null }): Promise<Checked> {
    const looked = this.#line.then(() => this.#check(name, wanted))
    this.#line = looked.catch(() => undefined)
    return looked
  }

  /** Looks at what has new answers or labels, as often as daybook.yaml says. */
  look(): void {
    const { paths, clock, log } = this.#parts
    const folder = deploymentsFolder(paths.dir)
    if (!existsSync(folder)) return
    for (const name of readdirSync(folder)) {
      try {
        const every = this.settings.everyMinutes * 60_000
        const files = deploymentFiles(paths.dir, name)
        const touchedMs = Math.max(newest(files.predictions), newest(files.labels))
        const last = this.#lastLook.get(name) ?? { atMs: clock.nowMs(), touchedMs: 0 }
        this.#lastLook.set(name, last)
        if (every === 0 || touchedMs <= last.touchedMs || clock.nowMs() - last.atMs < every) continue
        this.#lastLook.set(name, { atMs: clock.nowMs(), touchedMs })
        void this.check(name, { atMs: null, windowDays: null }).catch((error: unknown) =>
          log(`cannot look at ${name}: ${(error as Error).message}`),
        )
      } catch (error) {
        log(`cannot look at ${name}: ${(error as Error).message}`)
      }
    }
  }

  /** Kept reports, the newest first. */
  list(wanted: { name: string | null; limit: number }): WatchSummary[] {
    const rows = this.#parts.store.all(
      'SELECT * FROM watch_report WHERE (?1 IS NULL OR deployment = ?1) ORDER BY id DESC LIMIT ?2',
      wanted.name,
      wanted.limit,
    )
    return rows.map((row) => {
      const report = JSON.parse(row['report'] as string) as WatchReport
      const { deployment, atMs, says, window, signals } = report
      const { fromMs, toMs } = window
      const kinds = signals.map(({ kind }) => kind)
      return { id: row['id'] as string, deployment, atMs, window: { fromMs, toMs }, says, signals: kinds }
    })
  }

  /** @throws Problem `not_found` */
  report(id: string): WatchReport {
    const row = this.#parts.store.get('SELECT report FROM watch_report WHERE id = ?', id)
    if (row === undefined)
      throw new Problem('not_found', `There is no report ${id}`, { details: { report: id } })
    return JSON.parse(row['report'] as string) as WatchReport
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.all([this.#line, ...this.#sending])
  }

  async #check(
    name: string,
    { atMs, windowDays }: { atMs: number | null; windowDays: number | null },
  ): Promise<Checked> {
    const { store, clock, paths, changed } = this.#parts
    const files = this.filesOf(name)
    const settings = this.settings
    const modelUri = await this.lastModel(name)
    if (modelUri === null) return { id: null, report: null, alerts: [] }
    const lineage = lineageOf(store, paths.artifacts, modelUri)
    const { training, test, target, prediction } = lineage
    const report = await askMonitor<'watch'>({
      kind: 'watch',
      files,
      background: { training, test, target, prediction },
      deployment: name,
      windowDays: windowDays ?? settings.windowDays,
      atMs,
      nowMs: clock.nowMs(),
    })
    if (report === null) return { id: null, report: null, alerts: [] }
    const earlier = this.#earlier(name)
    const id = ulid(clock.nowMs())
    store.transaction(() => {
      store.run(
        'INSERT INTO watch_report (id, deployment, at_ms, report) VALUES (?, ?, ?, ?)',
        id,
        name,
        clock.nowMs(),
        JSON.stringify(report),
      )
      store.run(
        'DELETE FROM watch_report WHERE deployment = ?1 AND id IN (SELECT id FROM watch_report WHERE deployment = ?1 ORDER BY id DESC LIMIT -1 OFFSET ?2)',
        name,
        keptReports,
      )
    })
    changed('drift.changed')
    const fired = rulesThatHold(settings.rules, report, earlier)
    const alerts = raiseAlerts(this.alerts, fired, { report, reportId: id, lineage })
    for (const alert of alerts) this.#send(alert, settings)
    return { id, report, alerts }
  }

  /** The newest report of each window, the newest window first. */
  #earlier(name: string): WatchReport[] {
    const rows = this.#parts.store.all(
      'SELECT report FROM watch_report WHERE deployment = ? ORDER BY id DESC LIMIT 60',
      name,
    )
    const byWindow = new Map<number, WatchReport>()
    for (const row of rows) {
      const report = JSON.parse(row['report'] as string) as WatchReport
      if (!byWindow.has(report.window.fromMs)) byWindow.set(report.window.fromMs, report)
    }
    return [...byWindow.values()].sort((a, b) => b.window.fromMs - a.window.fromMs)
  }

  #send(alert: Alert, settings: MonitorSettings): void {
    const { store, log, changed } = this.#parts
    const sending = deliver(alert, settings).then((sent) => {
      if (sent.length === 0) return
      noteSent(store, alert.id, sent)
      for (const { to, error } of sent)
        if (error !== null) log(`alert ${alert.id} did not reach ${to}: ${error}`)
      changed('alerts.changed')
    })
    this.#sending.add(sending)
    void sending.finally(() => this.#sending.delete(sending))
  }
}

/** What answered last, if the newest segment is still lines: that spares a process. */
function lastModel(folder: string): string | null {
  const segment = listPredictionSegments(folder).at(-1)
  if (segment?.kind !== 'jsonl') return null
  const lines = readFileSync(segment.path, 'utf8').split('\n')
  for (const line of lines.reverse()) {
    try {
      const { slot, modelUri } = JSON.parse(line) as Partial<Prediction>
      if (slot === 'champion' && modelUri !== undefined) return modelUri
    } catch {
      // A line that is just being written.
    }
  }
  return null
}

/** When the newest file of a folder was written; 0 if there is none. */
function newest(folder: string): number {
  try {
    return Math.max(0, ...readdirSync(folder).map((name) => statSync(join(folder, name)).mtimeMs))
  } catch {
    return 0
  }
}
