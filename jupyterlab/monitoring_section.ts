import { Notification } from '@jupyterlab/apputils'
import type { Alert, WatchSummary } from '../shared/api/alert_methods.ts'
import { formatAge } from '../shared/base/quantity.ts'
import { alertMessage, alertNews } from '../shared/views/alert_text.ts'
import type { Project } from './project.ts'
import { sectionButton, type Section, type SectionParts } from './section.ts'

/** So many are listed, the newest first. */
const listed = { alerts: 20, reports: 20 } as const

/** Ages grow. */
const lookEveryMs = 30_000

const dots = { critical: 'stop', warning: 'warn', info: 'info' } as const

/** Alerts of the project in front and reports on its deployments, live; tells each alert once. */
export class MonitoringSection implements Section {
  readonly node = document.createElement('div')
  readonly #parts: SectionParts
  readonly #timer: ReturnType<typeof setInterval>
  #project: Project | null = null
  #stops: (() => void)[] = []
  #alerts: readonly Alert[] = []
  #reports: readonly WatchSummary[] = []
  #asked = 0

  constructor(parts: SectionParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.#draw(), lookEveryMs)
    this.#draw()
  }

  follow(project: Project): void {
    for (const stop of this.#stops) stop()
    this.#project = project
    this.#alerts = []
    this.#reports = []
    this.#stops = (['alerts.changed', 'drift.changed'] as const).map((topic) =>
      project.client.onChange(topic, () => void this.#load(project)),
    )
    this.#draw()
  }

  fail(): void {
    // The section of runs, above, says why there is nothing.
  }

  dispose(): void {
    clearInterval(this.#timer)
    for (const stop of this.#stops) stop()
  }

  async #load(project: Project): Promise<void> {
    const asked = ++this.#asked
    try {
      const [alerts, open, reports] = await Promise.all([
        project.client.call('alerts.list', { limit: listed.alerts }),
        project.client.call('alerts.list', { open: true, limit: 1000 }),
        project.client.call('monitor.reports', { limit: listed.reports }),
      ])
      if (asked !== this.#asked || project !== this.#project) return
      this.#alerts = alerts
      this.#reports = reports
      this.#draw()
      this.#tell(project, open)
    } catch {
      // The line broke meanwhile: this is asked again when it stands.
    }
  }

  #tell(project: Project, open: readonly Alert[]): void {
    const key = `daybook.toldAlert.${project.root}`
    const kept = localStorage.getItem(key)
    const last = kept === null ? null : Number(kept)
    const news = alertNews(open, last, Date.now())
    if (open.length > 0) localStorage.setItem(key, String(Math.max(last ?? 0, ...open.map(({ id }) => id))))
    const [first] = news
    if (first === undefined) return
    const { trans } = this.#parts
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

  #draw(): void {
    const { trans } = this.#parts
    const list = document.createElement('ul')
    list.setAttribute('aria-label', trans.__('Alerts, then reports, the newest first'))
    list.append(
      ...this.#alerts.map((alert) => this.#alert(alert)),
      ...this.#reports.map((report) => this.#report(report)),
    )
    const words = document.createElement('p')
    words.className = 'quiet'
    words.textContent = trans.__(
      'No alert, and no deployment was looked at yet. Deploy a model (daybook deploy RUN --name NAME), then look with daybook drift NAME.',
    )
    const isEmpty = this.#alerts.length + this.#reports.length === 0
    this.node.replaceChildren(...(isEmpty ? [words] : [list]))
  }

  #alert(alert: Alert): HTMLElement {
    const isOpen = alert.acknowledgedMs === null
    const row = this.#row(
      isOpen ? dots[alert.severity] : 'none',
      { id: alert.report, deployment: alert.deployment },
      { ...alert, title: `${alert.severity} · ${alert.deployment}\n${alert.says}` },
    )
    const { trans } = this.#parts
    const project = this.#project
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
    const project = this.#project
    const item = document.createElement('li')
    const mark = document.createElement('span')
    mark.className = `daybook-level ${dot}`
    const label = sectionButton(shown.says, () => {
      if (project !== null) this.#open(project, of.id, of.deployment)
    })
    label.className = 'daybook-link name'
    label.title = shown.title
    const age = document.createElement('span')
    age.className = 'quiet'
    age.textContent = formatAge(Date.now() - shown.atMs)
    item.append(mark, label, age)
    return item
  }

  #acknowledge(project: Project, { id }: Alert): void {
    void project.client.call('alerts.acknowledge', { id }).catch(failed)
  }

  #open({ inServer }: Project, id: string, deployment: string): void {
    this.#parts.openReport({ path: inServer === null || inServer === '.' ? '' : inServer, id, deployment })
  }
}

function failed(error: unknown): void {
  Notification.error(`Daybook: ${(error as Error).message}`)
}
