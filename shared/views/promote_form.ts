import { html, LitElement, nothing } from 'lit'
import type { Client } from '../api/client.ts'
import type { ResultOf } from '../api/contract.ts'
import { controls } from './controls.ts'
import { deploymentStyles } from './deployment_style.ts'
import { gateSign } from './deployment_text.ts'
import { Loaded } from './loaded.ts'
import { sayProblem } from './problem_text.ts'
import { runPageStyles } from './run_page_style.ts'

type Gate = ResultOf<'gate.check'>

/**
 * Promotes a revision through the gate, with what it checks and why; where it is closed, a person may override it
 * with a reason. Tells `done` with a sentence, or `close`.
 */
export class PromoteForm extends LitElement {
  static override properties = {
    client: { attribute: false },
    deployment: {},
    revision: { attribute: false },
    failed: { state: true },
    reason: { state: true },
  }
  static override styles = [controls, runPageStyles, deploymentStyles]
  declare client: Client
  declare deployment: string
  /** Null: the shadow's. */
  declare revision: number | null
  declare failed: unknown
  declare reason: string
  #gate = new Loaded<Gate>(this, {
    topics: [],
    load: (client) => client.call('gate.check', { name: this.deployment, revision: this.revision }),
  })

  constructor() {
    super()
    this.revision = null
    this.failed = null
    this.reason = ''
  }

  override render() {
    return html`<div class="box" role="group" aria-label="Promote">
      ${this.#gate.render(
        (gate) => html`
          <h2>Promote revision ${gate.revision}</h2>
          <ul class="checks" aria-label="What the gate checks">
            ${gate.checks.map(
              ({ holds, says }) =>
                html`<li>
                  <span class=${holds === false ? 'no' : holds === true ? 'yes' : 'muted'}
                    >${gateSign(holds)}</span
                  >
                  ${says}
                </li>`,
            )}
          </ul>
          <label
            ><span class="muted">Why? The reason is kept in the audit log.</span>
            <textarea
              rows="2"
              aria-label="Reason"
              .value=${this.reason}
              @input=${(event: InputEvent) => (this.reason = (event.target as HTMLTextAreaElement).value)}
            ></textarea>
          </label>
          ${this.failed === null ? nothing : sayProblem(this.failed)}
          <div class="buttons">
            <button
              class=${gate.open ? 'primary' : 'danger'}
              ?disabled=${!gate.open && this.reason.trim() === ''}
              @click=${() => void this.#promote(gate)}
            >
              ${gate.open ? 'Promote' : 'Promote all the same'}
            </button>
            <button class="quiet" @click=${() => this.dispatchEvent(new CustomEvent('close'))}>Cancel</button>
            ${gate.open ? nothing : html`<span class="muted">${gate.says} Against it a reason has to be given.</span>`}
          </div>
        `,
      )}
    </div>`
  }

  async #promote(gate: Gate): Promise<void> {
    this.failed = null
    try {
      const { revision } = await this.client.call('deployments.promote', {
        ...{ name: this.deployment, revision: gate.revision, reason: this.reason.trim() },
        override: !gate.open,
      })
      this.dispatchEvent(new CustomEvent('done', { detail: `Revision ${revision} answers now.` }))
    } catch (error) {
      this.failed = error
    }
  }
}
