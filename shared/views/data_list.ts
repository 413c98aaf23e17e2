import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { DataSummary } from '../api/data_methods.ts'
import { formatAge } from '../base/quantity.ts'
import { amount } from '../base/wording.ts'
import { controls } from './controls.ts'
import { dataStyles } from './data_style.ts'
import { firstFindings, levelNames } from './finding_places.ts'
import type { ViewHost } from './host.ts'
import { icon } from './icons.ts'
import { Live } from './live.ts'
import { sayProblem } from './problem_text.ts'
import { runPageStyles } from './run_page_style.ts'

/** All frames and files that were looked at, the newest first. */
export class DataList extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    loaded: { state: true },
    search: { state: true },
  }
  static override styles = [controls, runPageStyles, dataStyles]
  declare client: Client
  declare host: ViewHost
  declare loaded: readonly DataSummary[] | null
  declare search: string
  #live: Live<DataSummary[]> | null = null
  #failed: unknown = null

  constructor() {
    super()
    this.loaded = null
    this.search = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#live = new Live({
      client: this.client,
      topics: ['data.changed'],
      load: () => this.client.call('data.findings', { limit: 500 }),
      show: (loaded) => {
        this.#failed = null
        this.loaded = loaded
      },
      fail: (error) => {
        this.#failed = error
        this.requestUpdate()
      },
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#live?.close()
  }

  override render() {
    const { loaded } = this
    const found = (loaded ?? []).filter(({ name, notebook }) =>
      `${name} ${notebook ?? ''}`.toLowerCase().includes(this.search.trim().toLowerCase()),
    )
    return html`<div class="page">
      <header>
        <div class="row">
          <button class="quiet icon" aria-label="All runs" @click=${() => this.host.open({ kind: 'runs' })}>
            ${icon('back')}
          </button>
          <h1>Data</h1>
          <span class="space"></span>
          <input
            type="search"
            aria-label="Find"
            placeholder="Find a frame or file"
            @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
          />
        </div>
      </header>
      ${this.#failed === null ? nothing : sayProblem(this.#failed)}
      ${
        loaded === null && this.#failed === null
          ? html`<p class="muted">Loading…</p>`
          : loaded?.length === 0
            ? html`<p class="empty">
                Nothing was looked at yet. Run a cell that makes a data frame, or look at a file:
                <code>daybook lint train.csv</code>.
              </p>`
            : html`<div class="list">${found.map((each) => this.#line(each))}</div>`
      }
    </div>`
  }

  #line(summary: DataSummary): TemplateResult {
    const { id, name, notebook, rows, columns, atMs } = summary
    const { shown, smaller } = firstFindings(summary)
    return html`<div class="data">
      <button class="link" @click=${() => this.host.open({ kind: 'data', id })}>${name}</button>
      <span class="muted">${amount(rows)} × ${amount(columns)}</span>
      <span class="muted">${notebook ?? 'file'}</span>
      <span class="muted" title=${new Date(atMs).toLocaleString()}>${formatAge(Date.now() - atMs)}</span>
      <ul>
        ${shown.map(
          ({ level, says }) =>
            html`<li class=${level}><span class="badge">${levelNames[level]}</span> ${says}</li>`,
        )}
        ${
          smaller > 0
            ? html`<li class="muted">${shown.length > 0 ? `+${smaller} smaller` : `${smaller} small`}</li>`
            : shown.length === 0
              ? html`<li class="muted">nothing to look at</li>`
              : nothing
        }
      </ul>
    </div>`
  }
}
