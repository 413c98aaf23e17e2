import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { DataSummary } from '../api/data_methods.ts'
import { formatAge } from '../base/quantity.ts'
import { amount } from '../base/wording.ts'
import { controls } from './controls.ts'
import { dataStyles } from './data_style.ts'
import { firstFindings, levelNames } from './finding_places.ts'
import type { ViewHost } from './host.ts'
import { listPage } from './list_page.ts'
import { Loaded } from './loaded.ts'
import { runPageStyles } from './run_page_style.ts'

/** All frames and files that were looked at, the newest first. */
export class DataList extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    search: { state: true },
  }
  static override styles = [controls, runPageStyles, dataStyles]
  declare client: Client
  declare host: ViewHost
  declare search: string
  #all = new Loaded<DataSummary[]>(this, {
    topics: ['data.changed'],
    load: (client) => client.call('data.findings', { limit: 500 }),
  })

  constructor() {
    super()
    this.search = ''
  }

  override render() {
    const tools = html`<span class="space"></span>
      <input
        type="search"
        aria-label="Find"
        placeholder="Find a frame or file"
        @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
      />`
    const body = this.#all.render((all) =>
      all.length === 0
        ? html`<p class="empty">
            Nothing was looked at yet. Run a cell that makes a data frame, or look at a file:
            <code>daybook lint train.csv</code>.
          </p>`
        : html`<div class="list">${this.#found(all).map((each) => this.#line(each))}</div>`,
    )
    return listPage(this.host, 'Data', { body, tools })
  }

  #found(all: readonly DataSummary[]): DataSummary[] {
    const wanted = this.search.trim().toLowerCase()
    return all.filter(({ name, notebook }) => `${name} ${notebook ?? ''}`.toLowerCase().includes(wanted))
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
