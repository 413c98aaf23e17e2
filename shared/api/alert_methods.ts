import { z } from 'zod'
import type { Severity } from '../monitor/alert_rule.ts'
import type { WatchReport } from '../monitor/watch_report.ts'
import { method } from './method.ts'

/** A sign that somebody should look at, with what leads back to its cause. */
export interface Alert {
  id: number
  atMs: number
  deployment: string
  /** What the rule waited for: `performance`, `inputs`… */
  rule: string
  severity: Severity
  /** One or two sentences. */
  says: string
  /** The report that tells more, and the window it is about. */
  report: string
  window: { fromMs: number; toMs: number }
  revision: number
  modelUri: string
  /** The run, notebook and cell that made the model; null where they are not known. */
  run: string | null
  notebook: string | null
  cell: string | null
  /** When a person has seen to it; null while nobody has. */
  acknowledgedMs: number | null
  /** Where it was sent, and what went wrong there. */
  sent: readonly { to: string; error: string | null }[]
}

/** A kept report in a few words. */
export interface WatchSummary {
  id: string
  deployment: string
  atMs: number
  window: { fromMs: number; toMs: number }
  says: string
  signals: readonly string[]
}

const name = z.string().min(1)

/** Whether deployed models still hold, and what was raised because they did not. */
export const alertMethods = {
  /**
   * Looks at a window of the log now: the one that holds `atMs`, else the newest. Keeps the report and raises alerts
   * as the rules say. Null if nothing was answered yet.
   */
  'monitor.check': method(
    z.object({
      name,
      atMs: z.number().nullable().default(null),
      windowDays: z.number().int().min(1).max(366).nullable().default(null),
    }),
  )<{ id: string; report: WatchReport; alerts: Alert[] } | { id: null; report: null; alerts: Alert[] }>(),
  /** Kept reports, the newest first. */
  'monitor.reports': method(
    z.object({ name: name.nullable().default(null), limit: z.number().int().min(1).max(1000).default(50) }),
  )<WatchSummary[]>(),
  'monitor.report': method(z.object({ id: z.string() }))<WatchReport>(),
  /** The same as one HTML page that needs nothing else. */
  'monitor.page': method(z.object({ id: z.string() }))<{ html: string }>(),
  /** The newest first. `open`: only those nobody has seen to. */
  'alerts.list': method(
    z.object({
      name: name.nullable().default(null),
      open: z.boolean().default(false),
      limit: z.number().int().min(1).max(1000).default(50),
    }),
  )<Alert[]>(),
  'alerts.acknowledge': method(z.object({ id: z.number().int(), reason: z.string().default('') }))<Alert>(),
}
