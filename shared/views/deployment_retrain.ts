import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { Retraining } from '../api/retrain_methods.ts'
import { amount, percent, plural } from '../base/wording.ts'
import { controls } from './controls.ts'
import { deploymentStyles } from './deployment_style.ts'
import { spanText } from './deployment_text.ts'
import type { ViewHost } from './host.ts'
import { Loaded } from './loaded.ts'
import { sayProblem } from './problem_text.ts'
import { runPageStyles } from './run_page_style.ts'

/** Training again in several ways, compared on the same labelled days; the best one can become the shadow. */
export class DeploymentRetrain extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    deployment: {},
    failed: { state: true },
    busy: { state: true },
  }
  static override styles = [controls, runPageStyles, deploymentStyles]
  declare client: Client
  declare host: ViewHost
  declare deployment: string
  declare failed: unknown
  declare busy: boolean
  #retrainings = new Loaded<Retraining[]>(this, {
    topics: ['retraining.changed', 'deployments.changed'],
    load: (client) => client.call('retrain.list', { name: this.deployment, limit: 10 }),
  })

  constructor() {
    super()
    this.failed = null
    this.busy = false
  }

  override render() {
    return html`
      ${
        this.host.readOnly
          ? nothing
          : html`<div class="buttons" style="margin-bottom: 18px">
              <button class="primary" ?disabled=${this.busy} @click=${() => void this.#start()}>
                Retrain
              </button>
              <span class="muted"
                >Runs the champion's notebook again with newer data and in other ways, and compares all on the
                last 30 labelled days.</span
              >
            </div>`
      }
      ${this.failed === null ? nothing : sayProblem(this.failed)}
      ${this.#retrainings.render((all) => html`${all.map((one) => this.#draw(one))}`)}
    `
  }

  #draw(one: Retraining): TemplateResult {
    const { comparison, state, failure, judgedOn } = one
    const tone = comparison === null ? '' : comparison.best === null ? 'warn' : 'good'
    return html`<section class="box">
      <h2>
        Retraining ${one.id}
        <span class="muted"
          >${one.because} · judged on ${spanText(judgedOn)}, ${plural(judgedOn.rows, 'row')}</span
        >
        <span class="chip">${state}</span>
      </h2>
      ${failure === null ? nothing : html`<p class="problem" role="alert">${failure}</p>`}
      ${comparison === null ? nothing : html`<p class="verdict ${tone}">${comparison.says}</p>`}
      <div class="scroll">${this.#table(one)}</div>
    </section>`
  }

  #table(one: Retraining): TemplateResult {
    const { comparison, candidates } = one
    const isClass = comparison?.kind === 'class'
    const show = isClass ? percent : amount
    const place = (name: string): TemplateResult | typeof nothing =>
      this.host.readOnly || one.state !== 'judged'
        ? nothing
        : html`<button class="quiet" @click=${() => void this.#place(one.id, name)}>As shadow</button>`
    return html`<table>
      <thead>
        <tr>
          <th>way</th>
          <th>state</th>
          <th class="number">${isClass ? 'share wrong' : 'error'}</th>
          <th class="number">better by</th>
          <th><span class="hidden-label">Actions</span></th>
        </tr>
      </thead>
      <tbody>
        ${
          comparison === null
            ? nothing
            : html`<tr class="now">
                <td class="name">champion as it is</td>
                <td></td>
                <td class="number">${show(comparison.champion.loss)}</td>
                <td></td>
                <td></td>
              </tr>`
        }
        ${candidates.map((candidate) => {
          const result = comparison?.candidates.find(({ name }) => name === candidate.name)
          return html`<tr>
            <td class="name">
              ${
                candidate.run === null
                  ? candidate.name
                  : html`<button
                      class="link"
                      @click=${() => this.host.open({ kind: 'run', id: candidate.run ?? '' })}
                    >
                      ${candidate.name}
                    </button>`
              }
            </td>
            <td class="says">${candidate.failure ?? candidate.state}</td>
            <td class="number">${result === undefined ? '' : show(result.loss)}</td>
            <td class="number name">
              ${result === undefined ? '' : show(result.gain)}
              ${result?.interval == null ? nothing : html`<span class="muted">(${show(result.interval.low)} to ${show(result.interval.high)})</span>`}
            </td>
            <td class="name">${result === undefined ? nothing : place(candidate.name)}</td>
          </tr>`
        })}
      </tbody>
    </table>`
  }

  async #start(): Promise<void> {
    this.busy = true
    await this.#attempt(() => this.client.call('retrain.start', { name: this.deployment }))
    this.busy = false
  }

  async #place(id: number, candidate: string): Promise<void> {
    await this.#attempt(() => this.client.call('retrain.place', { id, candidate }))
  }

  async #attempt(work: () => Promise<unknown>): Promise<void> {
    this.failed = null
    try {
      await work()
      this.#retrainings.refresh()
    } catch (error) {
      this.failed = error
    }
  }
}
