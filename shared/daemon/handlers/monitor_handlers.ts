import type { Handlers } from '../../api/contract.ts'
import { askMonitor } from '../../monitor/monitor_process.ts'
import { drawShadowPage } from '../../monitor/shadow_page.ts'
import { drawWatchPage } from '../../monitor/watch_page.ts'
import { appendLabels } from '../../serving/label.ts'
import { acknowledgeAlert, listAlerts } from '../alerts.ts'
import type { Monitor } from '../monitor.ts'

type MonitorHandlers = Pick<
  Handlers,
  | 'labels.add'
  | 'labels.tell'
  | 'labels.coverage'
  | 'shadow.report'
  | 'shadow.page'
  | 'monitor.check'
  | 'monitor.reports'
  | 'monitor.report'
  | 'monitor.page'
  | 'alerts.list'
  | 'alerts.acknowledge'
>

/** Answers whether what is deployed still holds. */
export function monitorHandlers(monitor: Monitor): MonitorHandlers {
  const { store, clock } = monitor.alerts
  return {
    'labels.add': ({ name, path, label, on }) => {
      const files = monitor.filesOf(name)
      return askMonitor<'labels'>({ kind: 'labels', files, path, label, on, toldMs: clock.nowMs() })
    },
    'labels.tell': ({ name, labels }) => {
      const toldMs = clock.nowMs()
      appendLabels(
        monitor.filesOf(name).labels,
        'daemon',
        labels.map((label) => ({ ...label, toldMs })),
      )
      return { taken: labels.length }
    },
    'labels.coverage': ({ name }) =>
      askMonitor<'coverage'>({ kind: 'coverage', files: monitor.filesOf(name) }),
    'shadow.report': ({ name, revision, labels }) =>
      askMonitor<'shadow'>({ kind: 'shadow', files: monitor.filesOf(name), revision, withLabels: labels }),
    'shadow.page': async ({ name, revision }) => {
      const files = monitor.filesOf(name)
      const report = await askMonitor<'shadow'>({ kind: 'shadow', files, revision, withLabels: true })
      return { html: drawShadowPage(name, report) }
    },
    'monitor.check': ({ name, ...wanted }) => monitor.check(name, wanted),
    'monitor.reports': (wanted) => monitor.list(wanted),
    'monitor.report': ({ id }) => monitor.report(id),
    'monitor.page': ({ id }) => ({ html: drawWatchPage(monitor.report(id)) }),
    'alerts.list': (wanted) => listAlerts(store, wanted),
    'alerts.acknowledge': ({ id, reason }) => acknowledgeAlert(monitor.alerts, id, reason),
  }
}
