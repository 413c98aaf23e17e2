import { html, LitElement, nothing } from 'lit'
import type { Client } from '../api/client.ts'
import type { DeployStep } from '../api/deployment_methods.ts'
import { Problem } from '../base/problem.ts'
import { controls } from './controls.ts'
import { deploymentStyles } from './deployment_style.ts'
import type { ViewHost } from './host.ts'
import { sayProblem } from './problem_text.ts'
import { runPageStyles } from './run_page_style.ts'

/** How often the steps of a deployment under way are looked at. */
const lookEveryMs = 300

interface WantedDeployment {
  name: string
  slot: 'champion' | 'shadow'
  reason: string
  trust: boolean
}

/** Makes the model of a run answer, telling each step; then shows it. Tells `close`. */
export class DeployForm extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    model: {},
    suggested: {},
    steps: { state: true },
    closed: { state: true },
    foreign: { state: true },
    failed: { state: true },
  }
  static override styles = [controls, runPageStyles, deploymentStyles]
  declare client: Client
  declare host: ViewHost
  /** A run's id, or what else can be deployed. */
  declare model: string
  /** Name of the deployment if the user gives none. */
  declare suggested: string
  /** Null: not begun. */
  declare steps: readonly DeployStep[] | null
  /** Why the gate lets it take nobody's place; null: it was not asked, or is open. */
  declare closed: string | null
  /** Why the model is to be trusted before it is loaded; null: it was not asked, or was made here. */
  declare foreign: string | null
  declare failed: unknown

  constructor() {
    super()
    this.closed = null
    this.foreign = null
    this.steps = null
    this.failed = null
  }

  override render() {
    const isBusy = this.steps !== null
    return html`<form class="box" aria-label="Deploy" @submit=${this.#submit}>
      <h2>Deploy this model</h2>
      <div class="buttons">
        <label
          >Name
          <input
            name="name"
            required
            pattern="[A-Za-z0-9_\\-]{1,63}"
            title="Letters, digits, - and _"
            .value=${this.suggested}
            ?disabled=${isBusy}
        /></label>
        <label
          >as
          <select name="slot" ?disabled=${isBusy}>
            <option value="champion">champion: it answers</option>
            <option value="shadow">shadow: it only listens</option>
          </select>
        </label>
        <button class="primary" ?disabled=${isBusy}>${isBusy ? 'Deploying…' : 'Deploy'}</button>
        <button
          type="button"
          class="quiet"
          ?disabled=${isBusy}
          @click=${() => this.dispatchEvent(new CustomEvent('close'))}
        >
          Cancel
        </button>
      </div>
      ${
        this.closed === null
          ? nothing
          : html`<p class="problem" role="alert">${this.closed}</p>
              <label
                ><span class="muted"
                  >Why all the same? The reason is kept in the audit log. As shadow it may listen
                  without.</span
                >
                <textarea name="reason" rows="2" aria-label="Reason" ?disabled=${isBusy}></textarea>
              </label>`
      }
      ${
        this.foreign === null
          ? nothing
          : html`<p class="problem" role="alert">${this.foreign}.</p>
              <label
                ><input type="checkbox" name="trust" required ?disabled=${isBusy} /> I trust where it comes
                from: it may run its code here</label
              >`
      }
      <p class="muted">It answers on this machine only. A name that is there gets a new revision.</p>
      ${
        this.steps === null
          ? nothing
          : html`<ul class="checks" role="status">
              ${this.steps.map(({ step, says }) => html`<li><span class="yes">✓</span> ${step}: ${says}</li>`)}
            </ul>`
      }
      ${this.failed === null ? nothing : sayProblem(this.failed)}
    </form>`
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const given = new FormData(event.target as HTMLFormElement)
    const slot = given.get('slot') === 'shadow' ? 'shadow' : 'champion'
    const reason = ((given.get('reason') as string | null) ?? '').trim()
    void this.#deploy({ name: given.get('name') as string, slot, reason, trust: given.has('trust') })
  }

  async #deploy(wanted: WantedDeployment): Promise<void> {
    const { name, slot, reason, trust } = wanted
    this.failed = null
    this.steps = []
    const look = async (): Promise<void> => {
      const detail = await this.client.call('deployments.show', { name }).catch(() => null)
      if (detail !== null && this.steps !== null && detail.progress.length > 0) this.steps = detail.progress
    }
    const timer = setInterval(() => void look(), lookEveryMs)
    try {
      // A reason is asked for only after the gate has said why it is closed.
      const override = this.closed !== null && slot === 'champion' && reason !== ''
      const asked = { model: this.model, name, slot, reason, override, trust }
      await this.client.call('deployments.deploy', asked)
      this.dispatchEvent(new CustomEvent('close'))
      this.host.open({ kind: 'deployment', name })
    } catch (error) {
      const details = error instanceof Problem ? error.details : undefined
      if (details?.['checks'] !== undefined) this.closed = (error as Problem).message
      else if (details?.['pickles'] !== undefined) this.foreign = (error as Problem).message
      else this.failed = error
    }
    clearInterval(timer)
    this.steps = null
  }
}
