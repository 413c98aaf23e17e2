import * as vscode from 'vscode'
import type { Page } from '../../shared/views/host.ts'
import type { Daemon } from '../daemon.ts'
import type { Daemons } from '../daemons.ts'
import { openNotebook } from '../open_notebook.ts'
import { command } from '../problem_message.ts'
import type { AlertNode, MonitoringNode, MonitoringTree, ReportNode } from './monitoring_tree.ts'
import type { ReportPanels } from './report_panels.ts'

/** What the commands need. */
export interface MonitoringCommandParts {
  daemons: Daemons
  tree: MonitoringTree
  reports: ReportPanels
  openPage(daemon: Daemon, page: Page): void
}

/** Everything that can be done to alerts and reports, from the sidebar and from the palette. */
export function monitoringCommands(parts: MonitoringCommandParts): vscode.Disposable[] {
  const { daemons, tree, reports, openPage } = parts
  return [
    command('daybook.openWatchReport', async (node?: AlertNode | ReportNode) => {
      const chosen = node ?? (await pickReport(daemons.current))
      if (chosen === undefined) return
      const [id, name] =
        chosen.kind === 'alert'
          ? [chosen.alert.report, chosen.alert.deployment]
          : [chosen.report.id, chosen.report.deployment]
      await reports.open(chosen.daemon, id, name)
    }),
    command('daybook.acknowledgeAlert', async (node?: AlertNode) => {
      const chosen = node ?? (await pickAlert(daemons.current))
      if (chosen === undefined) return
      const reason = await vscode.window.showInputBox({
        title: chosen.alert.says,
        prompt: 'What was done about it? May stay empty.',
      })
      if (reason !== undefined)
        await chosen.daemon.call('alerts.acknowledge', { id: chosen.alert.id, reason })
    }),
    command('daybook.openAlertNotebook', async ({ daemon, alert }: AlertNode) => {
      if (alert.notebook !== null) await openNotebook(daemon, alert.notebook)
    }),
    command('daybook.openAlertDeployment', (node: MonitoringNode) =>
      openPage(node.daemon, { kind: 'deployment', name: deploymentOf(node) }),
    ),
    command('daybook.openAlertRun', ({ daemon, alert }: AlertNode) => {
      if (alert.run !== null) openPage(daemon, { kind: 'run', id: alert.run })
    }),
    command('daybook.refreshMonitoring', () => tree.refresh()),
  ]
}

function deploymentOf(node: MonitoringNode): string {
  if (node.kind === 'alert') return node.alert.deployment
  return node.kind === 'report' ? node.report.deployment : node.name
}

async function pickReport(daemon: Daemon | null): Promise<ReportNode | undefined> {
  if (daemon === null) return undefined
  const reports = await daemon.call('monitor.reports', { limit: 200 })
  const items = reports.map((report) => ({
    label: report.says,
    description: report.deployment,
    node: { kind: 'report' as const, daemon, report },
  }))
  if (items.length === 0)
    void vscode.window.showInformationMessage('Daybook: no deployment was looked at yet.')
  else return (await vscode.window.showQuickPick(items, { title: 'Reports, the newest first' }))?.node
  return undefined
}

async function pickAlert(daemon: Daemon | null): Promise<AlertNode | undefined> {
  if (daemon === null) return undefined
  const alerts = await daemon.call('alerts.list', { open: true, limit: 200 })
  const items = alerts.map((alert) => ({
    label: alert.says,
    description: `${alert.deployment} · ${alert.severity}`,
    node: { kind: 'alert' as const, daemon, alert },
  }))
  if (items.length === 0) void vscode.window.showInformationMessage('Daybook: no alert waits for anybody.')
  else return (await vscode.window.showQuickPick(items, { title: 'Alerts, the newest first' }))?.node
  return undefined
}
