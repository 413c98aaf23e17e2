import { z } from 'zod'
import type { Signal, WatchReport } from './watch_report.ts'

/** How grave an alert is. */
export type Severity = 'critical' | 'warning' | 'info'

/** When an alert is raised. */
export interface AlertRule {
  /** The sign it waits for. */
  when: Signal['kind']
  severity: Severity
  /** In so many windows in a row, the newest included. */
  windows: number
  /** After an alert the same rule keeps still for so long. */
  coolDownHours: number
  /** Inputs: only if the gravest of them explains at least so much of the predictions, 0..1. */
  importance: number
}

const kinds = [
  'performance',
  'estimate',
  'inputs',
  'predictions',
  'target',
  'schema',
  'failures',
  'together',
] as const

/** A rule as daybook.yaml has it. */
export const alertRule = z.strictObject({
  when: z.enum(kinds),
  severity: z.enum(['critical', 'warning', 'info']).default('warning'),
  windows: z.number().int().min(1).max(52).default(1),
  coolDownHours: z
    .number()
    .min(0)
    .max(24 * 365)
    .default(24),
  importance: z.number().min(0).max(1).default(0),
})

/**
 * What holds where a project has decided nothing: what is wrong now at once, what may become wrong in two windows
 * in a row. That what is predicted has changed is no alert of its own: it is what models are for; nor that the table
 * as a whole has, where no column alone has.
 */
export const defaultRules: readonly AlertRule[] = [
  ...(['performance', 'failures', 'schema'] as const).map((when) => rule(when, 'critical', 1)),
  ...(['estimate', 'inputs', 'predictions'] as const).map((when) => rule(when, 'warning', 2)),
]

function rule(when: AlertRule['when'], severity: Severity, windows: number): AlertRule {
  return { when, severity, windows, coolDownHours: 24, importance: 0 }
}

/** A rule that holds for a report, with the sign it waited for. */
export interface Fired {
  rule: AlertRule
  signal: Signal
}

/**
 * The rules that hold, the gravest first.
 * @param earlier reports of the windows before, the newest first, one a window
 */
export function rulesThatHold(
  rules: readonly AlertRule[],
  report: WatchReport,
  earlier: readonly WatchReport[],
): Fired[] {
  const order: readonly Severity[] = ['critical', 'warning', 'info']
  const before = earlier.filter(({ window }) => window.toMs <= report.window.fromMs)
  return rules
    .flatMap((one): Fired[] => {
      const signal = signalOf(report, one)
      const rest = before.slice(0, one.windows - 1)
      const lasting = rest.length === one.windows - 1 && rest.every((old) => signalOf(old, one) !== undefined)
      return signal !== undefined && lasting ? [{ rule: one, signal }] : []
    })
    .sort((a, b) => order.indexOf(a.rule.severity) - order.indexOf(b.rule.severity))
}

function signalOf(report: WatchReport, { when, importance }: AlertRule): Signal | undefined {
  return report.signals.find(
    ({ kind, evidence }) =>
      kind === when && (kind !== 'inputs' || (evidence['importance'] ?? 0) >= importance),
  )
}
