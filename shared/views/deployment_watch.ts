import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Alert } from '../api/alert_methods.ts'
import type { Client } from '../api/client.ts'
import type { ResultOf } from '../api/contract.ts'
import { amount, percent, plural } from '../base/wording.ts'
import { bothShapes } from './both_shapes.ts'
import { controls } from './controls.ts'
import { deploymentStyles } from './deployment_style.ts'
import { spanText } from './deployment_text.ts'
import type { ViewHost } from './host.ts'
import { Loaded } from './loaded.ts'
import { sayProblem } from './problem_text.ts'
import { runPageStyles } from './run_page_style.ts'

type Report = ResultOf<'monitor.report'>

interface Watched {
  alerts: Alert[]
  reports: ResultOf<'monitor.reports'>
}

/** Whether a deployed model still holds: what was raised, and the reports on the windows of its log. */
export class DeploymentWatch extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    deployment: {},
    report: { state: true },
    busy: { state: true },
    failed: { state: true },
  }
  static override styles = [controls, runPageStyles, deploymentStyles]
  declare client: Client
  declare host: ViewHost
  declare deployment: string
  /** The one that is shown, with its id. */
  declare report: { id: string; report: Report } | null
  declare busy: boolean
  declare failed: unknown
  #watched = new Loaded<Watched>(this, {
    topics: ['alerts.changed', 'drift.changed'],
    load: async (client) => {
      const name = this.deployment
      const [alerts, reports] = await Promise.all([
        client.call('alerts.list', { name, limit: 30 }),
        client.call('monitor.reports', { name, limit: 60 }),
      ])
      return { alerts, reports }
    },
    arrived: ({ reports }) => {
      const [newest] = reports
      if (this.report === null && newest !== undefined) void this.#show(newest.id)
    },
  })

  constructor() {
    super()
    this.report = null
    this.busy = false
    this.failed = null
  }

  override render() {
    return html`${this.failed === null ? nothing : sayProblem(this.failed)}
    ${this.#watched.render(({ alerts, reports }) => html`${this.#alerts(alerts)} ${this.#reports(reports)}`)}
    ${this.report === null ? nothing : drawReport(this.report.report)}`
  }

  #alerts(alerts: readonly Alert[]): TemplateResult | typeof nothing {
    if (alerts.length === 0) return nothing
    return html`<section aria-label="Alerts">
      <h2>Alerts</h2>
      ${alerts.map(
        (alert) =>
          html`<div
            class="verdict alert ${alert.acknowledgedMs !== null ? '' : alert.severity === 'info' ? 'warn' : 'bad'}"
          >
            <span class="muted"
              >${spanText(alert.window)} ·
              ${alert.severity}${alert.acknowledgedMs === null ? '' : ' · seen to'}</span
            >
            <div>${alert.says}</div>
            <div class="buttons" style="margin-top: 8px">
              <button @click=${() => void this.#show(alert.report)}>Report</button>
              ${alert.run === null ? nothing : html`<button @click=${() => this.host.open({ kind: 'run', id: alert.run ?? '' })}>Run</button>`}
              ${
                alert.notebook === null || this.host.openCell === undefined
                  ? nothing
                  : html`<button
                      @click=${() => this.host.openCell?.({ notebook: alert.notebook ?? '', cell: alert.cell })}
                    >
                      ${alert.cell === null ? 'Notebook' : 'Cell'}
                    </button>`
              }
              ${
                alert.acknowledgedMs !== null || this.host.readOnly
                  ? nothing
                  : html`<button class="quiet" @click=${() => void this.#acknowledge(alert)}>Seen to</button>`
              }
            </div>
          </div>`,
      )}
    </section>`
  }

  #reports(reports: Watched['reports']): TemplateResult {
    const choose = (event: Event): void => void this.#show((event.target as HTMLSelectElement).value)
    return html`<section>
      <div class="buttons">
        ${
          reports.length === 0
            ? html`<span class="muted">Nobody has looked yet whether this model still holds.</span>`
            : html`<label
                >Report of
                <select @change=${choose}>
                  ${reports.map(
                    ({ id, window }) =>
                      html`<option value=${id} ?selected=${id === this.report?.id}>
                        ${spanText(window)}
                      </option>`,
                  )}
                </select>
              </label>`
        }
        ${
          this.host.readOnly
            ? nothing
            : html`<button ?disabled=${this.busy} @click=${() => void this.#look()}>
                ${this.busy ? 'Looking…' : 'Look now'}
              </button>`
        }
        ${
          this.report === null
            ? nothing
            : html`<button class="quiet" @click=${() => void this.#save(this.report?.id ?? '')}>
                Save as HTML
              </button>`
        }
      </div>
    </section>`
  }

  async #show(id: string): Promise<void> {
    await this.#attempt(async () => {
      this.report = { id, report: await this.client.call('monitor.report', { id }) }
    })
  }

  async #look(): Promise<void> {
    this.busy = true
    await this.#attempt(async () => {
      const { id, report } = await this.client.call('monitor.check', { name: this.deployment })
      if (id !== null) this.report = { id, report }
      this.#watched.refresh()
    })
    this.busy = false
  }

  async #acknowledge({ id }: Alert): Promise<void> {
    await this.#attempt(async () => {
      await this.client.call('alerts.acknowledge', { id })
      this.#watched.refresh()
    })
  }

  async #save(id: string): Promise<void> {
    await this.#attempt(async () => {
      const { html: page } = await this.client.call('monitor.page', { id })
      const name = `${this.deployment}-${id}.html`
      this.host.save({ name, mime: 'text/html', content: new TextEncoder().encode(page) })
    })
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.failed = null
    try {
      await work()
    } catch (error) {
      this.failed = error
    }
  }
}

function drawReport(report: Report): TemplateResult {
  const bad = report.signals.some(({ level }) => level === 'stop')
  const columns = (report.inputs?.columns ?? []).filter(({ answer }) => answer !== 'untested')
  const told = [report.target, report.predictions].filter((column) => column !== null)
  const changed = columns.filter(({ answer }) => answer !== 'no')
  const same = columns.filter(({ answer }) => answer === 'no').map(({ name }) => name)
  return html`
    <p class="verdict ${bad ? 'bad' : report.signals.length > 0 ? 'warn' : 'good'}" role="status">
      ${report.says}
    </p>
    <p class="muted">
      ${spanText(report.window)} · ${plural(report.window.rows, 'row')} · revision ${report.revision} ·
      against ${report.against}
    </p>
    ${report.performance === null ? nothing : performanceTiles(report.performance)}
    ${
      report.signals.length === 0
        ? nothing
        : html`<ul class="checks" aria-label="Signs of change">
            ${report.signals.map(({ says, level }) => html`<li><span class=${level === 'stop' ? 'no' : ''}>${level === 'stop' ? '✗' : '!'}</span> ${says}</li>`)}
          </ul>`
    }
    <div class="legend">
      <span style="--c: var(--db-series-1)">now</span><span style="--c: var(--db-series-2)">reference</span>
    </div>
    <div class="cards">
      ${[...told, ...changed].map(
        ({ name, says, shape }) =>
          html`<div class="card">
            <b>${name}</b>
            <p>${says}</p>
            ${bothShapes(name, shape)}
          </div>`,
      )}
    </div>
    ${same.length === 0 ? nothing : html`<p class="muted">The same as before: ${same.join(', ')}.</p>`}
  `
}

function performanceTiles(performance: NonNullable<Report['performance']>): TemplateResult {
  const { metric, value, interval, labelled, coverage, reference } = performance
  const show = metric === 'accuracy' ? percent : amount
  const word = metric === 'accuracy' ? 'share right' : 'mean error'
  return html`<section class="tiles">
    <div class="tile">
      <span>${word} now</span><b>${show(value)}</b>
      ${interval === null ? nothing : html`<span>${show(interval.low)} to ${show(interval.high)}</span>`}
    </div>
    ${reference === null ? nothing : html`<div class="tile"><span>${word} before</span><b>${show(reference.value)}</b></div>`}
    <div class="tile">
      <span>labelled</span><b>${percent(coverage)}</b><span>${plural(labelled, 'row')}</span>
    </div>
  </section>`
}
