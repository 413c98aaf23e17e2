import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { DeploymentDetail } from '../api/deployment_methods.ts'
import { Problem } from '../base/problem.ts'
import { controls } from './controls.ts'
import { deploymentOverview } from './deployment_overview.ts'
import { deploymentStyles } from './deployment_style.ts'
import { deploymentFacts, deploymentSigns } from './deployment_text.ts'
import type { ViewHost } from './host.ts'
import { icon } from './icons.ts'
import { Loaded } from './loaded.ts'
import { runPageStyles } from './run_page_style.ts'
import { saidToast } from './said.ts'
import { tabList } from './tab_list.ts'
import { UndoList } from './undo.ts'

/** Parts of the page. */
const tabs = {
  overview: 'Overview',
  shadow: 'Shadow',
  watch: 'Monitoring',
  retrain: 'Retraining',
  audit: 'Audit',
} as const
type Tab = keyof typeof tabs

/** Everything about one deployed model, live: try it, its shadow, whether it holds, training again, who did what. */
export class DeploymentPage extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    deployment: {},
    tab: { state: true },
    promoting: { state: true },
    said: { state: true },
  }
  static override styles = [controls, runPageStyles, deploymentStyles]
  declare client: Client
  declare host: ViewHost
  /** Its name. */
  declare deployment: string
  declare tab: Tab
  /** The revision that the form is open for. */
  declare promoting: number | null
  /** What was done last. */
  declare said: string | null
  #detail = new Loaded<DeploymentDetail>(this, {
    topics: ['deployments.changed'],
    load: (client) => client.call('deployments.show', { name: this.deployment }),
  })
  #undo = new UndoList(() => this.requestUpdate())

  constructor() {
    super()
    this.tab = 'overview'
    this.promoting = null
    this.said = null
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#undo.clear()
  }

  override render() {
    return html`<div class="page">
      ${this.#detail.render((detail) => html`${this.#head(detail)} ${this.#body(detail)}`)}
      ${this.#undo.render()} ${saidToast(this.said, () => (this.said = null))}
    </div>`
  }

  #head({ summary, progress }: DeploymentDetail): TemplateResult {
    const { name, state } = summary
    const runs = state === 'ready' || state === 'starting'
    return html`<header>
      <div class="row">
        <button
          class="quiet icon"
          aria-label="All deployments"
          @click=${() => this.host.open({ kind: 'deployments' })}
        >
          ${icon('back')}
        </button>
        <span class="status ${deploymentSigns[state]}"></span>
        <h1>${name}</h1>
        <span class="chip">${state}</span>
        <span class="space"></span>
        ${this.host.readOnly ? nothing : this.#actions(runs)}
      </div>
      <div class="facts">${deploymentFacts(summary).map((fact) => html`<span>${fact}</span>`)}</div>
      <p class="headline">${progress.at(-1)?.says ?? summary.says}</p>
    </header>`
  }

  #actions(runs: boolean): TemplateResult {
    const name = this.deployment
    return html`<button
        @click=${() =>
          void this.#undo.attempt(async () => {
            const before = this.#detail.value?.standing.record.champion ?? null
            const { revision } = await this.client.call('deployments.rollback', { name })
            return {
              says: `Revision ${revision} answers again.`,
              undo: () =>
                this.client.call('deployments.promote', {
                  ...{ name, revision: before, override: true },
                  reason: 'The rollback was taken back',
                }),
            }
          })}
      >
        ${icon('restore')} Roll back
      </button>
      <button
        @click=${() =>
          void this.#attempt(
            () => this.client.call(runs ? 'deployments.stop' : 'deployments.up', { name }),
            runs ? 'It does not answer any more.' : 'It answers again.',
          )}
      >
        ${runs ? 'Stop' : 'Start'}
      </button>`
  }

  #body(detail: DeploymentDetail): TemplateResult {
    return html`
      ${
        this.promoting === null
          ? nothing
          : html`<daybook-promote-form
              .client=${this.client}
              .deployment=${this.deployment}
              .revision=${this.promoting}
              @close=${() => (this.promoting = null)}
              @done=${(event: CustomEvent<string>) => {
                this.promoting = null
                this.said = event.detail
              }}
            ></daybook-promote-form>`
      }
      ${tabList(this, { titles: tabs, now: this.tab, show: (tab) => (this.tab = tab) })}
      <div role="tabpanel" aria-labelledby="tab-${this.tab}">${this.#part(detail)}</div>
    `
  }

  #part(detail: DeploymentDetail): TemplateResult {
    const { client, host, deployment } = this
    switch (this.tab) {
      case 'overview':
        return deploymentOverview({
          ...{ client, host, detail },
          copy: (what, text) => void this.#copy(what, text),
          promote: (revision) => (this.promoting = revision),
        })
      case 'shadow': {
        const revision = detail.summary.shadow?.revision ?? null
        return html`<daybook-deployment-shadow
          .client=${client}
          .host=${host}
          .deployment=${deployment}
          .revision=${revision}
          @promote=${() => (this.promoting = revision)}
        ></daybook-deployment-shadow>`
      }
      case 'watch':
        return html`<daybook-deployment-watch
          .client=${client}
          .host=${host}
          .deployment=${deployment}
        ></daybook-deployment-watch>`
      case 'retrain':
        return html`<daybook-deployment-retrain
          .client=${client}
          .host=${host}
          .deployment=${deployment}
        ></daybook-deployment-retrain>`
      case 'audit':
        return html`<daybook-deployment-audit
          .client=${client}
          .deployment=${deployment}
        ></daybook-deployment-audit>`
    }
  }

  async #copy(what: string, text: string): Promise<void> {
    await this.#attempt(
      () => navigator.clipboard.writeText(text),
      `Copied as ${what}: it holds the token, so mind where you paste it.`,
    )
  }

  async #attempt(work: () => Promise<unknown>, says: string): Promise<void> {
    try {
      await work()
      this.said = says
    } catch (error) {
      this.said = error instanceof Problem ? error.message : String(error)
    }
  }
}
