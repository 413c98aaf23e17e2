import { createHmac } from 'node:crypto'
import { createTransport } from 'nodemailer'
import type { Alert } from '../api/alert_methods.ts'
import type { MailSettings, MonitorSettings, Webhook } from './monitor_settings.ts'

/** How long a receiver may take, and how often it is tried. */
const patience = { timeoutMs: 10_000, tries: 3, pauseMs: 1_000 }

/** Sends an alert to all who want it; says for each what became of it. Never throws. */
export async function deliver(
  alert: Alert,
  { webhooks, mail }: Pick<MonitorSettings, 'webhooks' | 'mail'>,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<{ to: string; error: string | null }[]> {
  const wanted = webhooks.filter(({ severities }) => severities.includes(alert.severity))
  const posts = wanted.map((webhook) =>
    attempt(new URL(webhook.url).host, () => post(alert, webhook, environment)),
  )
  const letters =
    mail?.severities.includes(alert.severity) === true
      ? [attempt(mail.to.join(', '), () => send(alert, mail, environment))]
      : []
  return Promise.all([...posts, ...letters])
}

/** What a webhook's body is signed with: HMAC-SHA256 of `timestamp.body` in hexadecimal. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
}

async function attempt(to: string, work: () => Promise<void>): Promise<{ to: string; error: string | null }> {
  for (let tries = 1; ; tries++) {
    try {
      await work()
      return { to, error: null }
    } catch (error) {
      if (tries >= patience.tries) return { to, error: (error as Error).message }
      await new Promise((resolve) => setTimeout(resolve, patience.pauseMs * 2 ** (tries - 1)))
    }
  }
}

async function post(
  alert: Alert,
  { url, secretFrom }: Webhook,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const body = JSON.stringify({ event: 'alert.raised', alert })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const secret = secretFrom === undefined ? undefined : environment[secretFrom]
  if (secretFrom !== undefined && secret === undefined)
    throw new Error(`the environment of the daemon has no ${secretFrom}`)
  const signed =
    secret === undefined
      ? {}
      : {
          'x-daybook-timestamp': timestamp,
          'x-daybook-signature': `sha256=${signatureOf(secret, timestamp, body)}`,
        }
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-daybook-event': 'alert.raised', ...signed },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(patience.timeoutMs),
  })
  if (!answer.ok) throw new Error(`it answered ${answer.status}`)
}

async function send(alert: Alert, mail: MailSettings, environment: NodeJS.ProcessEnv): Promise<void> {
  const user = mail.userFrom === undefined ? undefined : environment[mail.userFrom]
  const pass = mail.passwordFrom === undefined ? undefined : environment[mail.passwordFrom]
  const transport = createTransport({
    host: mail.host,
    port: mail.port,
    secure: mail.secure,
    connectionTimeout: patience.timeoutMs,
    ...(user === undefined || pass === undefined ? {} : { auth: { user, pass } }),
  })
  try {
    await transport.sendMail({
      from: mail.from,
      to: mail.to,
      subject: `[${alert.severity}] ${alert.says}`.slice(0, 200),
      text: letterOf(alert),
    })
  } finally {
    transport.close()
  }
}

function letterOf(alert: Alert): string {
  const lines = [
    alert.says,
    '',
    `Deployment: ${alert.deployment}, revision ${alert.revision} (${alert.modelUri})`,
    `The report: daybook alerts ${alert.id}, daybook drift ${alert.deployment} --html report.html`,
  ]
  if (alert.run !== null) lines.push(`The run: daybook show ${alert.run.slice(0, 8)}`)
  if (alert.notebook !== null) lines.push(`The notebook: ${alert.notebook}, cell ${alert.cell ?? 'unknown'}`)
  return lines.join('\n')
}
