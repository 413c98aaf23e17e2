import { html, LitElement, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { ResultOf } from '../api/contract.ts'
import { amount } from '../base/wording.ts'
import { controls } from './controls.ts'
import { deploymentStyles } from './deployment_style.ts'
import { Loaded } from './loaded.ts'
import { runPageStyles } from './run_page_style.ts'

interface Trail {
  entries: ResultOf<'audit.list'>
  check: ResultOf<'audit.verify'>
}

/** Who did what to a deployment and why, and whether the log is whole. */
export class DeploymentAudit extends LitElement {
  static override properties = { client: { attribute: false }, deployment: {} }
  static override styles = [controls, runPageStyles, deploymentStyles]
  declare client: Client
  declare deployment: string
  #trail = new Loaded<Trail>(this, {
    topics: ['audit.changed'],
    load: async (client) => {
      const [entries, check] = await Promise.all([
        client.call('audit.list', { subject: `deployment ${this.deployment}`, limit: 200 }),
        client.call('audit.verify', {}),
      ])
      return { entries, check }
    },
  })

  override render() {
    return this.#trail.render(
      ({ entries, check }) => html`
        <p class="verdict ${check.kind === 'whole' ? 'good' : 'bad'}">
          ${
            check.kind === 'whole'
              ? `The log is whole: ${amount(check.checkpoint.size)} entries, each holds the hash of the one before.`
              : `The log is broken at entry ${check.seq}: ${check.why}`
          }
        </p>
        ${entries.length === 0 ? html`<p class="muted">Nothing was done to it yet.</p>` : table(entries)}
      `,
    )
  }
}

function table(entries: Trail['entries']): TemplateResult {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>when</th>
          <th>who</th>
          <th>what</th>
          <th>of</th>
          <th>why</th>
        </tr>
      </thead>
      <tbody>
        ${entries.map(
          ({ atMs, actor, action, subject, reason, details }) =>
            html`<tr>
              <td class="mono">${new Date(atMs).toLocaleString('en-GB')}</td>
              <td>${actor}</td>
              <td class="name">${action.replaceAll(/[._]/g, ' ')}</td>
              <td>${subject.replace(/^deployment /, '')}</td>
              <td class="says">${reason === '' ? saysOf(details) : reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** What the entry tells where nobody gave a reason: an alert's or a comparison's sentence, or what it is because of. */
function saysOf(details: Trail['entries'][number]['details']): string {
  const { says, because, candidate } = details
  return [says, because, candidate].filter((one) => typeof one === 'string').join('; ')
}
