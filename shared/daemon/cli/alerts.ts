import type { Alert } from '../../api/alert_methods.ts'
import { Problem } from '../../base/problem.ts'
import { formatAge } from '../../base/quantity.ts'
import { periodWords } from '../../monitor/watch_words.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { formatTable, type Terminal } from './terminal.ts'
import { showWatch } from './watch.ts'

/** Options of `daybook alerts`. */
export interface AlertsOptions {
  deployment?: string
  open?: boolean
  limit: number
  done?: string | true
}

/** `daybook alerts`: lists them, or shows one with its report; with --done notes that it has been seen to. */
export function alertsCommand(
  context: CommandContext,
  word: string | undefined,
  options: AlertsOptions,
): Promise<number> {
  return withClient(context, async (client) => {
    if (word === undefined) {
      const { deployment, open, limit } = options
      const wanted = { name: deployment ?? null, open: open ?? false, limit }
      print(context, await client.call('alerts.list', wanted), showList)
      return 0
    }
    const id = Number(word)
    if (!Number.isInteger(id))
      throw new Problem('bad_request', `An alert is named by its number, not "${word}"`)
    if (options.done !== undefined) {
      const reason = options.done === true ? '' : options.done
      const done = await client.call('alerts.acknowledge', { id, reason })
      print(context, done, () => `Alert ${id} has been seen to.`)
      return 0
    }
    const alerts = await client.call('alerts.list', { limit: 1000 })
    const alert = alerts.find((one) => one.id === id)
    if (alert === undefined)
      throw new Problem('not_found', `There is no alert ${id}`, { hint: '"daybook alerts" lists them.' })
    const report = await client.call('monitor.report', { id: alert.report })
    const both = { ...alert, details: report }
    print(
      context,
      both,
      () => `${showAlert(context.terminal, alert)}\n\n${showWatch(context.terminal, report)}`,
    )
    return 0
  })
}

function showList(alerts: readonly Alert[]): string {
  if (alerts.length === 0) return 'No alerts.'
  const rows = alerts.map(({ id, atMs, severity, deployment, window, says, acknowledgedMs }) => [
    String(id),
    formatAge(Date.now() - atMs),
    acknowledgedMs === null ? severity : 'seen to',
    deployment,
    periodWords(window),
    says,
  ])
  const titles = ['', 'AGE', 'SEVERITY', 'DEPLOYMENT', 'WINDOW', 'WHAT'].map((title) => ({
    title,
    maxWidth: title === 'WHAT' ? 110 : 40,
  }))
  return formatTable(titles, rows)
}

function showAlert(terminal: Terminal, alert: Alert): string {
  const { id, severity, says, deployment, revision, modelUri, run, notebook, cell, sent } = alert
  const made =
    run === null
      ? []
      : [
          `made by run ${run.slice(0, 8)}${notebook === null ? '' : `, ${notebook}, cell ${cell ?? 'unknown'}`}`,
        ]
  return [
    `${terminal.style('red', `Alert ${id} (${severity})`)} ${says}`,
    terminal.style('dim', `${deployment} revision ${revision}, ${modelUri}`),
    ...made.map((line) => terminal.style('dim', line)),
    ...sent.map(({ to, error }) =>
      terminal.style('dim', error === null ? `sent to ${to}` : `${to}: ${error}`),
    ),
  ].join('\n')
}
