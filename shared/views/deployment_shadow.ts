import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { ResultOf } from '../api/contract.ts'
import { formatLatency } from '../base/quantity.ts'
import { amount, percent, plural } from '../base/wording.ts'
import { controls } from './controls.ts'
import { deploymentStyles } from './deployment_style.ts'
import type { ViewHost } from './host.ts'
import { Loaded } from './loaded.ts'
import { runPageStyles } from './run_page_style.ts'

type ShadowReport = ResultOf<'shadow.report'>

/** Joining two logs costs some processor time, and new answers come without a word. */
const lookEveryMs = 10_000

/** What the shadow answers beside the champion, and what follows from it. Tells `promote`. */
export class DeploymentShadow extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    deployment: {},
    revision: { attribute: false },
  }
  static override styles = [controls, runPageStyles, deploymentStyles]
  declare client: Client
  declare host: ViewHost
  declare deployment: string
  /** The shadow's; null while there is none. */
  declare revision: number | null
  #report = new Loaded<ShadowReport>(this, {
    topics: [],
    everyMs: lookEveryMs,
    load: (client) => client.call('shadow.report', { name: this.deployment, revision: this.revision }),
  })

  override render() {
    if (this.revision === null) {
      return html`<p class="muted">
        No shadow stands beside the champion.
        <code>daybook deploy RUN --name ${this.deployment} --as shadow</code>
        lets another model hear the same requests without anybody getting its answers; so does the best
        candidate of a retraining.
      </p>`
    }
    return this.#report.render((report) => this.#draw(report))
  }

  #draw(report: ShadowReport): TemplateResult {
    const kind = { promote: 'good', keep: 'bad', 'more-data': 'warn', 'no-labels': 'warn' }[report.verdict]
    return html`
      <p class="verdict ${kind}" role="status">${report.says}</p>
      ${
        this.host.readOnly
          ? nothing
          : html`<div class="buttons" style="margin-bottom: 18px">
              <button
                class=${report.verdict === 'promote' ? 'primary' : ''}
                @click=${() => this.dispatchEvent(new CustomEvent('promote'))}
              >
                Promote revision ${this.revision}…
              </button>
            </div>`
      }
      <section class="tiles">
        ${tilesOf(report).map(([name, value]) => html`<div class="tile"><span>${name}</span><b>${value}</b></div>`)}
      </section>
      <div class="two">
        <section>
          <h2>Time to answer</h2>
          ${latencies(report)}
        </section>
        ${
          report.flips.length === 0
            ? nothing
            : html`<section>
                <h2>Where the class is another</h2>
                ${flips(report)}
              </section>`
        }
      </div>
      ${
        report.slices.length === 0
          ? nothing
          : html`<section>
              <h2>Where both differ most</h2>
              ${slices(report)}
            </section>`
      }
    `
  }
}

function tilesOf({
  joined,
  agreement,
  failed,
  judgement,
  kind,
  differences,
}: ShadowReport): [string, string][] {
  const score = kind === 'class' ? percent : amount
  const word = kind === 'class' ? 'right' : 'error'
  const p = judgement?.pValue
  return [
    ['both answered', amount(joined)],
    ...(agreement === null ? [] : [['same answer', percent(agreement)] as [string, string]]),
    ...(differences === null ? [] : [['usual difference', amount(differences.p50)] as [string, string]]),
    ...(judgement === null
      ? [['labelled', 'none yet'] as [string, string]]
      : ([
          ['labelled', amount(judgement.labelled)],
          [`champion ${word}`, score(judgement.champion)],
          [`shadow ${word}`, score(judgement.shadow)],
        ] as [string, string][])),
    ...(p === null || p === undefined
      ? []
      : [['by chance, at any look', p < 1e-4 ? '< 0.0001' : p.toPrecision(2)] as [string, string]]),
    ...(failed.champion + failed.shadow === 0
      ? []
      : [['failed (champion, shadow)', `${failed.champion}, ${failed.shadow}`] as [string, string]]),
  ]
}

function latencies({ latency }: ShadowReport): TemplateResult {
  const row = (name: string, spread: ShadowReport['latency']['champion']): TemplateResult =>
    html`<tr>
      <td>${name}</td>
      ${spread === null ? html`<td colspan="3" class="muted">none</td>` : [spread.p50, spread.p95, spread.p99].map((ms) => html`<td class="number">${formatLatency(ms)}</td>`)}
    </tr>`
  return html`<table>
    <thead>
      <tr>
        <th><span class="hidden-label">Place</span></th>
        <th class="number">half within</th>
        <th class="number">95 %</th>
        <th class="number">99 %</th>
      </tr>
    </thead>
    <tbody>
      ${row('champion', latency.champion)}${row('shadow', latency.shadow)}
    </tbody>
  </table>`
}

function flips({ flips: all }: ShadowReport): TemplateResult {
  return html`<table>
    <thead>
      <tr>
        <th>champion</th>
        <th>shadow</th>
        <th class="number">requests</th>
      </tr>
    </thead>
    <tbody>
      ${all.slice(0, 12).map(
        ({ from, to, count }) =>
          html`<tr>
            <td>${from}</td>
            <td>${to}</td>
            <td class="number">${amount(count)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

function slices({ slices: all }: ShadowReport): TemplateResult {
  return html`<table>
    <thead>
      <tr>
        <th>column</th>
        <th>value</th>
        <th class="number">requests</th>
        <th class="number">differ there</th>
        <th class="number">elsewhere</th>
      </tr>
    </thead>
    <tbody>
      ${all.slice(0, 12).map(
        ({ column, value, rows, differing, elsewhere }) =>
          html`<tr title=${plural(rows, 'request')}>
            <td>${column}</td>
            <td>${value}</td>
            <td class="number">${amount(rows)}</td>
            <td class="number">${percent(differing)}</td>
            <td class="number">${percent(elsewhere)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}
