import { html, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { RunDetail } from '../api/run_methods.ts'
import { isBesideMetric } from '../base/metric_name.ts'
import { formatDuration, formatNumber } from '../base/quantity.ts'
import { noteTag } from '../base/tag_name.ts'
import { aboutBaselines, baselinesOf } from './baseline_text.ts'
import type { ViewHost } from './host.ts'
import { icon } from './icons.ts'
import { colorOf } from './series_color.ts'

/** What the overview shows, and what can be done there. */
export interface Overview {
  run: RunDetail
  /** Name of the metric that tells most. */
  first: string | null
  client: Client
  host: ViewHost
  /** Names of other runs by id, whose curves are laid over. */
  beside: ReadonlyMap<string, string>
  pick(event: Event): void
  drop(id: string): void
  note(text: string): void
}

/** What a person wants to know first: results, curves, parameters, notes, the runs in it. */
export function runOverview(parts: Overview): TemplateResult {
  const { run, host } = parts
  const params = Object.entries(run.params)
  const tags = Object.entries(run.tags).filter(([key]) => !/^(mlflow|daybook)\./.test(key))
  return html`<div class="columns">
    <div class="main">
      ${results(run, parts.first)} ${curves(parts)} ${children(run, host)}
      ${run.datasets.length === 0 ? nothing : datasets(run)}
      ${
        host.isAlone === true
          ? nothing
          : html`<daybook-data-of-run
              .client=${parts.client}
              .host=${host}
              .run=${run.id}
            ></daybook-data-of-run>`
      }
    </div>
    <aside>
      <section>
        <h2>Notes</h2>
        <daybook-notes
          .text=${run.tags[noteTag] ?? ''}
          .readOnly=${host.readOnly}
          @note=${(event: CustomEvent<string>) => parts.note(event.detail)}
        ></daybook-notes>
      </section>
      <section>
        <h2>Parameters <span class="muted">${params.length}</span></h2>
        ${params.length === 0 ? html`<p class="muted">None were logged.</p>` : pairs(params)}
      </section>
      ${
        tags.length === 0
          ? nothing
          : html`<section>
              <h2>Tags</h2>
              ${pairs(tags)}
            </section>`
      }
    </aside>
  </div>`
}

/** Names and values, one below the other. */
export function pairs(entries: readonly (readonly [string, string])[]): TemplateResult {
  return html`<dl>
    ${entries.map(
      ([key, value]) =>
        html`<div>
          <dt title=${key}>${key}</dt>
          <dd title=${value}>${value}</dd>
        </div>`,
    )}
  </dl>`
}

function results(run: RunDetail, first: string | null): TemplateResult | typeof nothing {
  const all = Object.entries(run.metrics).filter(([key]) => !isBesideMetric(key))
  const metrics = [...all.filter(([key]) => key === first), ...all.filter(([key]) => key !== first)]
  if (metrics.length === 0) return nothing
  return html`<section>
    <h2>Results <span class="muted">${metrics.length}</span></h2>
    <div class="tiles">
      ${metrics.map(
        ([key, value]) =>
          html`<div class="tile">
            <span title=${key}>${key}</span><b>${Number.isFinite(value) ? formatNumber(value) : 'NaN'}</b>
            ${baselines(run, key)}
          </div>`,
      )}
    </div>
  </section>`
}

function baselines(run: RunDetail, key: string): TemplateResult | typeof nothing {
  const text = baselinesOf(run.metrics, key)
  return text === '' ? nothing : html`<small title=${aboutBaselines}>${text}</small>`
}

function curves({ run, client, host, beside, pick, drop }: Overview): TemplateResult {
  const names = new Map([[run.id, run.name], ...beside])
  const keys = Object.keys(run.metrics).filter((key) => !isBesideMetric(key))
  return html`<daybook-curves .client=${client} .ids=${[...names.keys()]} .names=${names} .keys=${keys}>
    <h2>
      Curves
      ${host.isAlone === true ? nothing : html`<button class="quiet" @click=${pick}>${icon('compare')} Lay others over</button>`}
      ${
        beside.size === 0
          ? nothing
          : [...names].map(
              ([id, name], i) =>
                html`<span class="chip"
                  ><i class="dot" style="--c:${colorOf(i)}"></i>${name}${
                    i === 0
                      ? nothing
                      : html`<button class="bare" aria-label="Take ${name} away" @click=${() => drop(id)}>
                          ×
                        </button>`
                  }</span
                >`,
            )
      }
    </h2>
  </daybook-curves>`
}

function children(run: RunDetail, host: ViewHost): TemplateResult | typeof nothing {
  if (run.children.length === 0) return nothing
  const all = run.children.flatMap((child) => Object.keys(child.metrics))
  const keys = [...new Set(all)].filter((key) => !isBesideMetric(key)).slice(0, 4)
  return html`<section>
    <h2>Runs in it <span class="muted">${run.children.length}</span></h2>
    <table>
      <thead>
        <tr>
          <th>Run</th>
          <th class="number">Took</th>
          ${keys.map((key) => html`<th class="number">${key}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${run.children.map(
          (child) =>
            html`<tr>
              <td>
                <span class="status ${child.status}"></span>
                <button class="link" @click=${() => host.open({ kind: 'run', id: child.id })}>
                  ${child.name}
                </button>
              </td>
              <td class="number">
                ${child.endMs === null ? '' : formatDuration(child.endMs - child.startMs)}
              </td>
              ${keys.map((key) => {
                const value = child.metrics[key]
                return html`<td class="number">${value === undefined ? '' : formatNumber(value)}</td>`
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}

function datasets(run: RunDetail): TemplateResult {
  return html`<section>
    <h2>Data</h2>
    <table>
      <thead>
        <tr>
          <th>Name</th>
          <th>As</th>
          <th>Digest</th>
          <th>From</th>
        </tr>
      </thead>
      <tbody>
        ${run.datasets.map(
          ({ name, context, digest, source }) =>
            html`<tr>
              <td>${name}</td>
              <td>${context ?? ''}</td>
              <td class="mono">${digest}</td>
              <td class="source" title=${source}>${source}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}
