import { html, LitElement, nothing } from 'lit'
import type { Client } from '../api/client.ts'
import type { DataSummary } from '../api/data_methods.ts'
import { amount } from '../base/wording.ts'
import { controls } from './controls.ts'
import { dataStyles } from './data_style.ts'
import { firstFindings, levelNames } from './finding_places.ts'
import type { ViewHost } from './host.ts'
import { Loaded } from './loaded.ts'
import { runPageStyles } from './run_page_style.ts'

/** What was found in the data of a run, as the run had it; nothing where nothing was looked at. */
export class DataOfRun extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    run: {},
  }
  static override styles = [controls, runPageStyles, dataStyles]
  declare client: Client
  declare host: ViewHost
  /** Its id. */
  declare run: string
  #found = new Loaded<DataSummary[]>(this, {
    topics: ['data.changed'],
    load: (client) => client.call('data.findings', { run: this.run }),
  })

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('run')) this.#found.refresh()
  }

  override render() {
    // The page itself says what is wrong with the line.
    const found = this.#found.value ?? []
    if (found.length === 0) return nothing
    return html`<section>
      <h2>Found in its data <span class="muted">${found.length}</span></h2>
      ${found.map((summary) => {
        const { shown, smaller } = firstFindings(summary)
        return html`<div class="data">
          <button class="link" @click=${() => this.host.open({ kind: 'data', id: summary.id })}>
            ${summary.name}
          </button>
          <span class="muted">${amount(summary.rows)} × ${amount(summary.columns)}</span>
          <ul>
            ${shown.map(
              ({ level, says }) =>
                html`<li class=${level}><span class="badge">${levelNames[level]}</span> ${says}</li>`,
            )}
            ${smaller === 0 && shown.length > 0 ? nothing : html`<li class="muted">${smaller === 0 ? 'nothing to look at' : `${smaller} smaller`}</li>`}
          </ul>
        </div>`
      })}
    </section>`
  }
}
