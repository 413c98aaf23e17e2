import { Notification } from '@jupyterlab/apputils'
import type { Alert, WatchSummary } from '../shared/api/alert_methods.ts'
import { formatAge } from '../shared/base/quantity.ts'
import { alertMessage, alertNews } from '../shared/views/alert_text.ts'
import { LiveSection } from './live_section.ts'
import type { Project } from './project.ts'
import { sectionButton, sectionPart, sectionWords, type SectionParts } from './section.ts'

/** So many are listed, the newest first. */
const listed = { alerts: 20, reports: 20 } as const

/** Ages grow. */
const agesEveryMs = 30_000

const dots = { critical: 'stop', warning: 'warn', info: 'info' } as const

interface Monitored {
  alerts: readonly Alert[]
  reports: readonly WatchSummary[]
}

/** Alerts of the project in front and reports on its deployments, live; tells each alert once. */
export class MonitoringSection extends LiveSection<Monitored> {
  constructor(parts: SectionParts) {
    super(parts, {
      topics: ['alerts.changed', 'drift.changed'],
      nothing: { alerts: [], reports: [] },
      everyMs: agesEveryMs,
    })
    this.draw()
  }

  protected async ask(project: Project): Promise<Monitored> {
    const { client } = project
    const [alerts, open, reports] = await Promise.all([
      client.call('alerts.list', { limit: listed.alerts }),
      client.call('alerts.list', { open: true, limit: 1000 }),
      client.call('monitor.reports', { limit: listed.reports }),
    ])
    this.#tell(project, open)
    return { alerts, reports }
  }

  #tell(project: Project, open: readonly Alert[]): void {
    const key = `daybook.toldAlert.${project.root}`
    const kept = localStorage.getItem(key)
    const last = kept === null ? null : Number(kept)
    const news = alertNews(open, last, Date.now())
    if (open.length > 0) localStorage.setItem(key, String(Math.max(last ?? 0, ...open.map(({ id }) => id))))
    const [first] = news
    if (first === undefined) return
    const { trans } = this.parts
    const type = { critical: 'error', warning: 'warning', info: 'info' } as const
    Notification.emit(alertMessage(news), type[first.severity], {
      autoClose: false,
      actions: [
        {
          label: trans.__('Open report'),
          callback: () => this.#open(project, first.report, first.deployment),
        },
        { label: trans.__('Acknowledge'), callback: () => this.#acknowledge(project, first) },
      ],
    })
  }

  /** Why there is no project is said by the section of runs, above. */
  protected draw(): void {
    const { trans } = this.parts
    const list = document.createElement('ul')
    list.setAttribute('aria-label', trans.__('Alerts, then reports, the newest first'))
    list.append(
      ...this.told.alerts.map((alert) => this.#alert(alert)),
      ...this.told.reports.map((report) => this.#report(report)),
    )
    const words = trans.__(
      'No alert, and no deployment was looked at yet. Deploy a model (daybook deploy RUN --name NAME), then look with daybook drift NAME.',
    )
    const isEmpty = this.told.alerts.length + this.told.reports.length === 0
    this.node.replaceChildren(...(isEmpty ? [sectionWords(words)] : [list]))
  }

  #alert(alert: Alert): HTMLElement {
    const isOpen = alert.acknowledgedMs === null
    const row = this.#row(
      isOpen ? dots[alert.severity] : 'none',
      { id: alert.report, deployment: alert.deployment },
      { ...alert, title: `${alert.severity} · ${alert.deployment}\n${alert.says}` },
    )
    const { trans } = this.parts
    const project = this.project
    if (!isOpen || project === null) return row
    const done = sectionButton('✓', () => this.#acknowledge(project, alert))
    done.title = trans.__('Acknowledge')
    done.setAttribute('aria-label', trans.__('Acknowledge: %1', alert.says))
    row.append(done)
    return row
  }

  #report(report: WatchSummary): HTMLElement {
    const title = `${report.deployment}\n${report.says}`
    return this.#row(report.signals.length === 0 ? 'none' : 'info', report, { ...report, title })
  }

  #row(
    dot: string,
    of: { id: string; deployment: string },
    shown: { says: string; atMs: number; title: string },
  ): HTMLElement {
    const project = this.project
    const item = document.createElement('li')
    const label = sectionButton(shown.says, () => {
      if (project !== null) this.#open(project, of.id, of.deployment)
    })
    label.className = 'daybook-link name'
    label.title = shown.title
    item.append(
      sectionPart('', `daybook-level ${dot}`),
      label,
      sectionPart(formatAge(Date.now() - shown.atMs), 'quiet'),
    )
    return item
  }

  #acknowledge(project: Project, { id }: Alert): void {
    void project.client.call('alerts.acknowledge', { id }).catch(failed)
  }

  #open({ inServer }: Project, id: string, deployment: string): void {
    this.parts.openReport({ path: inServer === null || inServer === '.' ? '' : inServer, id, deployment })
  }
}

function failed(error: unknown): void {
  Notification.error(`Daybook: ${(error as Error).message}`)
}
