import { html, nothing, svg, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { DeploymentDetail } from '../api/deployment_methods.ts'
import { formatLatency } from '../base/quantity.ts'
import { amount } from '../base/wording.ts'
import type { ViewHost } from './host.ts'
import { shortAge } from './table_cell.ts'

/** What the first part of a deployment's page needs. */
export interface DeploymentOverviewParts {
  client: Client
  host: ViewHost
  detail: DeploymentDetail
  /** Puts a text on the clipboard. */
  copy(what: string, text: string): void
  /** Makes a revision the champion. */
  promote(revision: number): void
}

/** Where it answers, how to ask it, how much it answers, and which models it was and is. */
export function deploymentOverview(parts: DeploymentOverviewParts): TemplateResult {
  const { client, detail } = parts
  const { summary } = detail
  return html`
    <div class="two">
      <section class="box">
        <h2>Try it</h2>
        <daybook-deployment-try .client=${client} .detail=${detail}></daybook-deployment-try>
      </section>
      <section class="box">
        <h2>Ask it from elsewhere</h2>
        ${
          summary.url === null
            ? html`<p class="muted">It does not answer now: start it.</p>`
            : html`<p class="mono">${summary.url}/invocations</p>
                ${command(parts, 'curl', detail.curl)} ${command(parts, 'Python', detail.python)}
                <p class="muted">
                  The commands hold the token. Its OpenAPI description: ${summary.url}/openapi.json. It speaks
                  MLflow's scoring and the Open Inference Protocol v2.
                </p>`
        }
      </section>
    </div>
    <section>
      <h2>
        Requests in the last five minutes
        <span class="muted">all but the shadow's, a point each ten seconds</span>
      </h2>
      ${spark(summary.perTenSeconds)}
    </section>
    <section>
      <h2>Revisions</h2>
      <div class="scroll">${revisions(parts)}</div>
    </section>
    <section>
      <h2>What happened</h2>
      <ul class="checks">
        ${detail.standing.record.events
          .slice(-8)
          .reverse()
          .map(
            ({ atMs, says }) =>
              html`<li><span class="muted">${shortAge(Date.now() - atMs)}</span> ${says}</li>`,
          )}
      </ul>
    </section>
  `
}

function command(
  { copy }: DeploymentOverviewParts,
  name: string,
  text: string | null,
): TemplateResult | typeof nothing {
  if (text === null) return nothing
  // What is on a screen is on screenshots too: the token is only on the clipboard.
  const shown = text.replaceAll(/(Bearer )[^'"]+/g, '$1…')
  return html`<div class="buttons">
      <b>${name}</b>
      <button class="quiet" aria-label="Copy as ${name}" @click=${() => copy(name, text)}>Copy</button>
    </div>
    <pre class="code" tabindex="0">${shown}</pre>`
}

function spark(counts: readonly number[]): TemplateResult {
  const most = Math.max(...counts, 1)
  const points = counts.map(
    (count, i) => `${(i / Math.max(1, counts.length - 1)) * 100} ${44 - (count / most) * 40}`,
  )
  const total = counts.reduce((sum, count) => sum + count, 0)
  return html`<svg
    class="spark"
    viewBox="0 0 100 46"
    preserveAspectRatio="none"
    role="img"
    aria-label="${amount(total)} requests in five minutes, at most ${amount(most)} in ten seconds"
  >
    ${svg`<path d=${`M${points.join('L')}`}></path>`}
  </svg>`
}

function revisions({ host, detail, promote }: DeploymentOverviewParts): TemplateResult {
  const { record, traffic, loaded } = detail.standing
  const placeOf = (revision: number): string =>
    [
      ...(record.champion === revision ? ['champion'] : []),
      ...(record.canary?.revision === revision ? [`canary ${Math.round(record.canary.weight * 100)} %`] : []),
      ...(record.shadow?.revision === revision ? ['shadow'] : []),
    ].join(', ')
  return html`<table>
    <thead>
      <tr>
        <th class="number">no.</th>
        <th>place</th>
        <th>model</th>
        <th>made by</th>
        <th class="number">requests</th>
        <th class="number">99 % within</th>
        <th>age</th>
        <th><span class="hidden-label">Actions</span></th>
      </tr>
    </thead>
    <tbody>
      ${[...record.revisions].reverse().map((spec) => {
        const { revision, runId, notebook } = spec
        const answered = traffic.filter((one) => one.revision === revision)
        const p99 = answered.map(({ p99Ms }) => p99Ms ?? -1).reduce((a, b) => Math.max(a, b), -1)
        return html`<tr class=${record.champion === revision ? 'now' : ''}>
          <td class="number">${revision}</td>
          <td>
            ${placeOf(revision)}
            ${loaded.includes(revision) && placeOf(revision) === '' ? html`<span class="muted">loaded</span>` : nothing}
          </td>
          <td class="source" title=${spec.modelUri}>${spec.modelUri}</td>
          <td>
            ${runId === null ? nothing : html`<button class="link" @click=${() => host.open({ kind: 'run', id: runId })}>run ${runId.slice(0, 8)}</button>`}
            ${
              notebook === null
                ? nothing
                : html` <button
                    class="link"
                    ?disabled=${host.openCell === undefined}
                    @click=${() => host.openCell?.({ notebook, cell: null })}
                  >
                    ${notebook}
                  </button>`
            }
          </td>
          <td class="number">${amount(answered.reduce((sum, { requests }) => sum + requests, 0))}</td>
          <td class="number">${p99 < 0 ? '' : formatLatency(p99)}</td>
          <td>${shortAge(Date.now() - spec.createdAtMs)}</td>
          <td>
            ${
              host.readOnly || record.champion === revision
                ? nothing
                : html`<button class="quiet" @click=${() => promote(revision)}>Promote…</button>`
            }
          </td>
        </tr>`
      })}
    </tbody>
  </table>`
}
