import { z } from 'zod'
import { alertRule, defaultRules, type AlertRule } from '../monitor/alert_rule.ts'
import { parseSettingsPart, readSettingsText } from './settings_part.ts'

const severities = z.array(z.enum(['critical', 'warning', 'info'])).default(['critical', 'warning'])

const webhook = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** Name of the environment variable that holds the secret; unsigned without it. */
  secretFrom: z.string().optional(),
  severities,
})

const mail = z.strictObject({
  host: z.string().min(1),
  port: z.number().int().min(1).max(65535).default(587),
  /** TLS from the first byte on; else it is asked for after the greeting. */
  secure: z.boolean().default(false),
  from: z.string().min(3),
  to: z.array(z.string().min(3)).min(1),
  /** Names of environment variables. */
  userFrom: z.string().optional(),
  passwordFrom: z.string().optional(),
  severities,
})

const gate = z.strictObject({
  /** Metrics of the model's run that must hold, such as `test_mae < 25`. */
  metrics: z.array(z.string().regex(/^[^<>=]+(<=|>=|<|>)\s*-?[\d.eE+-]+$/)).default([]),
  /** Whether the shadow's verdict must be "promote", or only not "keep". */
  shadow: z.enum(['promote', 'not-worse', 'off']).default('not-worse'),
  /** Whether findings of level stop in the data the model was made from stop it. */
  findings: z.boolean().default(true),
})

const settings = z.strictObject({
  windowDays: z.number().int().min(1).max(366).default(7),
  /** How often the daemon looks by itself; 0: never. */
  everyMinutes: z.number().min(0).default(15),
  rules: z.array(alertRule).optional(),
  webhooks: z.array(webhook).default([]),
  mail: mail.optional(),
  gate: gate.optional(),
})

/** Where alerts are sent, beside the editors. */
export type Webhook = z.output<typeof webhook>
/** How mail is sent. */
export type MailSettings = z.output<typeof mail>
/** What must hold before a model is promoted. */
export type GateSettings = z.output<typeof gate>

/** The part `monitor:` of daybook.yaml. */
export interface MonitorSettings {
  windowDays: number
  everyMinutes: number
  rules: readonly AlertRule[]
  webhooks: readonly Webhook[]
  mail: MailSettings | null
  gate: GateSettings
}

/**
 * What the project's daybook.yaml says about monitoring.
 * @throws Problem that says what in the file is wrong
 */
export function readMonitorSettings(root: string): MonitorSettings {
  return parseMonitorSettings(readSettingsText(root))
}

/** The same from the file's text. */
export function parseMonitorSettings(text: string): MonitorSettings {
  const parsed = parseSettingsPart(text, 'monitor', settings)
  const { rules, mail: letters, gate: asked, ...rest } = parsed
  return { ...rest, rules: rules ?? defaultRules, mail: letters ?? null, gate: asked ?? gate.parse({}) }
}
