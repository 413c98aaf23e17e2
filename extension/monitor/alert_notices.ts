import * as vscode from 'vscode'
import type { Alert } from '../../shared/api/alert_methods.ts'
import { alertMessage, alertNews } from '../../shared/views/alert_text.ts'
import type { Page } from '../../shared/views/host.ts'
import type { Daemon } from '../daemon.ts'
import type { Daemons } from '../daemons.ts'
import { tellProblem } from '../problem_message.ts'
import type { MonitoringNode, MonitoringTree } from './monitoring_tree.ts'

/** What notices of alerts need. */
export interface AlertNoticesParts {
  daemons: Daemons
  tree: MonitoringTree
  view: vscode.TreeView<MonitoringNode>
  /** Remembers what this folder was told of. */
  memory: vscode.Memento
  openPage(daemon: Daemon, page: Page): void
}

/** Tells each alert once while its project is in front, and counts those nobody has seen to on the badge. */
export function alertNotices(parts: AlertNoticesParts): vscode.Disposable {
  const { daemons, tree, view, memory, openPage } = parts
  let stop: (() => void) | null = null
  const follow = (): void => {
    stop?.()
    view.badge = undefined
    const daemon = daemons.current
    // A line that broke meanwhile: this is asked again when it stands.
    stop = daemon?.onChange('alerts.changed', () => void look(daemon).catch(() => null)) ?? null
  }
  const look = async (daemon: Daemon): Promise<void> => {
    const open = await daemon.call('alerts.list', { open: true, limit: 1000 })
    if (daemon !== daemons.current) return
    tree.refresh()
    const tooltip = `${open.length} ${open.length === 1 ? 'alert' : 'alerts'} to see to`
    view.badge = open.length === 0 ? undefined : { value: open.length, tooltip }
    const key = `toldAlert ${daemon.root}`
    const last = memory.get<number>(key) ?? null
    const news = alertNews(open, last, Date.now())
    // Before anything is shown, since the next change may come meanwhile.
    if (open.length > 0) await memory.update(key, Math.max(last ?? 0, ...open.map(({ id }) => id)))
    if (news[0] !== undefined) {
      const page: Page = { kind: 'deployment', name: news[0].deployment }
      void tell(daemon, news[0], { message: alertMessage(news), open: () => openPage(daemon, page) }).catch(
        tellProblem,
      )
    }
  }
  const listener = daemons.onCurrent(follow)
  follow()
  return new vscode.Disposable(() => {
    stop?.()
    listener.dispose()
  })
}

interface Notice {
  message: string
  /** Shows the deployment's page, which leads on to run and cell. */
  open(): void
}

async function tell(daemon: Daemon, alert: Alert, { message, open }: Notice): Promise<void> {
  const show = {
    critical: vscode.window.showErrorMessage,
    warning: vscode.window.showWarningMessage,
    info: vscode.window.showInformationMessage,
  }[alert.severity] as (message: string, ...buttons: string[]) => Thenable<string | undefined>
  const answer = await show(message, 'Open report', 'Deployment', 'Acknowledge')
  const node: MonitoringNode = { kind: 'alert', daemon, alert }
  if (answer === 'Open report') await vscode.commands.executeCommand('daybook.openWatchReport', node)
  if (answer === 'Deployment') open()
  if (answer === 'Acknowledge') await vscode.commands.executeCommand('daybook.acknowledgeAlert', node)
}
