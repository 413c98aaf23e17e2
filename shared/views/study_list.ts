import { css, html, LitElement, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { StudySummary } from '../api/study_methods.ts'
import { formatNumber } from '../base/quantity.ts'
import { controls } from './controls.ts'
import type { ViewHost } from './host.ts'
import { listPage, listStyles } from './list_page.ts'
import { Loaded } from './loaded.ts'
import { runPageStyles } from './run_page_style.ts'
import { statusOf } from './study_page.ts'
import { overOf, studyHeadline } from './study_text.ts'
import { shortAge } from './table_cell.ts'

/** A column more than other lists have: the best value. */
const columns = css`
  .item {
    grid-template-columns: auto minmax(120px, auto) auto 1fr auto;
  }
`

/** All studies of the project, the newest first, live. */
export class StudyList extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
  }
  static override styles = [controls, runPageStyles, listStyles, columns]
  declare client: Client
  declare host: ViewHost
  #studies = new Loaded<StudySummary[]>(this, {
    topics: ['runs.changed'],
    load: (client) => client.call('studies.list', {}),
  })

  override render() {
    const body = this.#studies.render((studies) =>
      studies.length === 0
        ? html`<p class="muted">
            No studies yet. "Daybook: Tune This Notebook" in the editor, or
            <code>daybook tune NOTEBOOK --metric NAME</code>, tries parameters in parallel.
          </p>`
        : html`<ul class="plain">
            ${studies.map((study) => this.#item(study))}
          </ul>`,
    )
    return listPage(this.host, 'Studies', { body })
  }

  #item(study: StudySummary): TemplateResult {
    const { best, settings } = study
    const value = best?.values[0]
    return html`<li>
      <button class="item" @click=${() => this.host.open({ kind: 'study', id: study.id })}>
        <span class="status ${statusOf(study)}" title=${study.state}></span>
        <b>${study.name}</b>
        <span class="muted"
          >${overOf(study)}${settings.trials === null ? '' : ` of ${settings.trials}`} trials</span
        >
        <span
          >${value === undefined ? '' : `${settings.objectives[0]?.metric ?? ''} ${formatNumber(value)}`}</span
        >
        <span class="muted age">${shortAge(Date.now() - study.createdAtMs)}</span>
        <span class="says muted">${study.failure ?? studyHeadline(study)}</span>
      </button>
    </li>`
  }
}
