import * as vscode from 'vscode'
import type { Alert, WatchSummary } from '../../shared/api/alert_methods.ts'
import { formatAge } from '../../shared/base/quantity.ts'
import type { Daemon } from '../daemon.ts'
import { ProjectTree } from '../project_tree.ts'

/** An alert in the sidebar. */
export interface AlertNode {
  kind: 'alert'
  daemon: Daemon
  alert: Alert
}

/** A report in the sidebar. */
export interface ReportNode {
  kind: 'report'
  daemon: Daemon
  report: WatchSummary
}

/** A row of the list: alerts, and below them deployments with their reports. */
export type MonitoringNode =
  AlertNode | ReportNode | { kind: 'deployment'; daemon: Daemon; name: string; reports: WatchSummary[] }

/** So many are listed, the newest first. */
const listed = { alerts: 30, reports: 200 } as const

/** The sidebar's list of alerts and of what was found when deployments were looked at. */
export class MonitoringTree extends ProjectTree<MonitoringNode> {
  readonly topic = 'drift.changed'
  /** Ages grow. */
  override readonly lookEveryMs = 30_000

  protected async rows(daemon: Daemon): Promise<MonitoringNode[]> {
    const [alerts, reports] = await Promise.all([
      daemon.call('alerts.list', { limit: listed.alerts }),
      daemon.call('monitor.reports', { limit: listed.reports }),
    ])
    const deployments = Map.groupBy(reports, ({ deployment }) => deployment)
    return [
      ...alerts.map((alert): MonitoringNode => ({ kind: 'alert', daemon, alert })),
      ...[...deployments].map(([name, its]): MonitoringNode => {
        return { kind: 'deployment', daemon, name, reports: its }
      }),
    ]
  }

  protected override children(node: MonitoringNode): Promise<MonitoringNode[]> {
    if (node.kind !== 'deployment') return Promise.resolve([])
    const { daemon, reports } = node
    return Promise.resolve(reports.map((report) => ({ kind: 'report', daemon, report })))
  }

  override getTreeItem(node: MonitoringNode): vscode.TreeItem {
    if (node.kind === 'alert') return alertItem(node)
    if (node.kind === 'report') return reportItem(node)
    const item = new vscode.TreeItem(node.name, vscode.TreeItemCollapsibleState.Collapsed)
    const newest = node.reports[0]
    item.id = `deployment ${node.name}`
    item.description = newest === undefined ? '' : `${formatAge(Date.now() - newest.atMs)} · ${newest.says}`
    item.tooltip = newest?.says ?? ''
    item.iconPath = new vscode.ThemeIcon('pulse')
    item.contextValue = 'deployment'
    return item
  }
}

function alertItem(node: AlertNode): vscode.TreeItem {
  const { alert } = node
  const item = new vscode.TreeItem(alert.says)
  const isOpen = alert.acknowledgedMs === null
  const age = formatAge(Date.now() - alert.atMs)
  const [icon, colour] = {
    critical: ['error', 'charts.red'],
    warning: ['warning', 'charts.yellow'],
    info: ['info', 'charts.blue'],
  }[alert.severity] as [string, string]
  item.id = `alert ${alert.id}`
  item.description = `${alert.deployment} · ${age}${isOpen ? '' : ' · seen to'}`
  item.iconPath = isOpen
    ? new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour))
    : new vscode.ThemeIcon('check')
  const leadsTo = `${alert.notebook === null ? '' : ' notebook'}${alert.run === null ? '' : ' run'}`
  item.contextValue = `alert ${isOpen ? 'open' : 'seen'}${leadsTo}`
  item.tooltip = [`${alert.severity} · ${alert.deployment}, revision ${alert.revision}`, alert.says].join(
    '\n',
  )
  item.command = { command: 'daybook.openWatchReport', title: 'Open Report', arguments: [node] }
  item.accessibilityInformation = {
    label: `${alert.severity} alert, ${age}, ${alert.deployment}: ${alert.says}${isOpen ? '' : ', seen to'}`,
  }
  return item
}

function reportItem(node: ReportNode): vscode.TreeItem {
  const { report } = node
  const item = new vscode.TreeItem(report.says)
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
  item.id = `report ${report.id}`
  item.description = formatAge(Date.now() - report.atMs)
  item.tooltip = `${day(report.window.fromMs)} to ${day(report.window.toMs)}\n${report.says}`
  item.iconPath = new vscode.ThemeIcon(report.signals.length === 0 ? 'pass' : 'graph')
  item.contextValue = 'report'
  item.command = { command: 'daybook.openWatchReport', title: 'Open Report', arguments: [node] }
  return item
}
