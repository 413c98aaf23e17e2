import { html, LitElement, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { DeploymentSummary } from '../api/deployment_methods.ts'
import { controls } from './controls.ts'
import { deploymentFacts, deploymentSigns } from './deployment_text.ts'
import type { ViewHost } from './host.ts'
import { listPage, listStyles } from './list_page.ts'
import { Loaded } from './loaded.ts'
import { runPageStyles } from './run_page_style.ts'

/** All models of the project that answer requests, or did. */
export class DeploymentList extends LitElement {
  static override properties = { client: { attribute: false }, host: { attribute: false } }
  static override styles = [controls, runPageStyles, listStyles]
  declare client: Client
  declare host: ViewHost
  #deployments = new Loaded<DeploymentSummary[]>(this, {
    topics: ['deployments.changed'],
    load: (client) => client.call('deployments.list', {}),
  })

  override render() {
    const body = this.#deployments.render((all) =>
      all.length === 0
        ? html`<p class="muted">
            No model answers yet. "Deploy" on the page of a run makes its model answer on this machine, or
            <code>daybook deploy RUN --name NAME</code> in a terminal.
          </p>`
        : html`<ul class="plain">
            ${all.map((one) => this.#item(one))}
          </ul>`,
    )
    return listPage(this.host, 'Deployments', { body })
  }

  #item(summary: DeploymentSummary): TemplateResult {
    const { name, state, says } = summary
    return html`<li>
      <button class="item" @click=${() => this.host.open({ kind: 'deployment', name })}>
        <span class="status ${deploymentSigns[state]}" title=${state}></span>
        <b>${name}</b>
        <span class="muted">${deploymentFacts(summary).join(' · ')}</span>
        <span class="chip">${state}</span>
        <span class="says muted">${says}</span>
      </button>
    </li>`
  }
}
