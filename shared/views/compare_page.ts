import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { ComparedMetric, ComparedTexts, Comparison, Siblings } from '../api/run_page_methods.ts'
import { isBesideMetric } from '../base/metric_name.ts'
import { formatDuration, formatNumber } from '../base/quantity.ts'
import { codeStyles } from './code_style.ts'
import { compareStyles } from './compare_style.ts'
import { controls } from './controls.ts'
import { distinctNames } from './distinct_names.ts'
import type { ViewHost } from './host.ts'
import { icon } from './icons.ts'
import { Loaded } from './loaded.ts'
import { describeDifference, differenceOf } from './metric_difference.ts'
import { pointsOf } from './run_point.ts'
import { showChanges } from './run_code.ts'
import { runPageStyles } from './run_page_style.ts'
import { colorOf } from './series_color.ts'

interface Compared {
  comparison: Comparison
  siblings: Siblings[]
}

/** What differs between two and twenty runs, live. */
export class ComparePage extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    ids: { attribute: false },
    all: { state: true },
  }
  static override styles = [controls, runPageStyles, codeStyles, compareStyles]
  declare client: Client
  declare host: ViewHost
  declare ids: readonly string[]
  /** Whether what is the same is shown too. */
  declare all: boolean
  #loaded = new Loaded<Compared>(this, {
    topics: ['runs.changed'],
    load: async (client) => {
      const ids = [...this.ids]
      const [comparison, siblings] = await Promise.all([
        client.call('runs.compare', { ids }),
        client.call('runs.siblings', { ids }),
      ])
      return { comparison, siblings }
    },
  })

  constructor() {
    super()
    this.ids = []
    this.all = false
  }

  override render() {
    return html`<div class="page">${this.#loaded.render((loaded) => this.#draw(loaded))}</div>`
  }

  #draw(loaded: Compared): TemplateResult {
    const { comparison } = loaded
    const keys = comparison.metrics.map(({ key }) => key).filter((key) => !isBesideMetric(key))
    const names = distinctNames(comparison.runs, comparison.params)
    return html`<header>
        <div class="row">
          ${
            this.host.isAlone === true
              ? nothing
              : html`<button
                  class="quiet icon"
                  aria-label="All runs"
                  @click=${() => this.host.open({ kind: 'runs' })}
                >
                  ${icon('back')}
                </button>`
          }
          <h1>${comparison.runs.length} runs compared</h1>
          <span class="space"></span>
          <label class="all">
            <input type="checkbox" .checked=${this.all} @change=${() => (this.all = !this.all)} /> also what
            is the same
          </label>
        </div>
      </header>
      <div class="scroll">${this.#table(loaded, names)}</div>
      <daybook-curves .client=${this.client} .ids=${[...names.keys()]} .names=${names} .keys=${keys}>
        <h2>Curves</h2>
      </daybook-curves>
      ${
        comparison.runs.length < 3
          ? nothing
          : html`<daybook-many-runs .points=${pointsOf(comparison)} .names=${names}></daybook-many-runs>`
      }
      ${this.#code(comparison, names)}`
  }

  #table({ comparison, siblings }: Compared, names: ReadonlyMap<string, string>): TemplateResult {
    const { runs } = comparison
    const took = runs.map(({ startMs, endMs }) => (endMs === null ? null : formatDuration(endMs - startMs)))
    const metrics = comparison.metrics.filter(({ key }) => !isBesideMetric(key))
    const packages = [...comparison.environment, ...comparison.packages]
    return html`<table class="differences">
      <thead>
        <tr>
          <th></th>
          ${runs.map(
            ({ id, experiment, status }, i) =>
              html`<th>
                <i class="dot" style="--c:${colorOf(i)}"></i>
                <button class="link" @click=${() => this.host.open({ kind: 'run', id })}>
                  ${names.get(id)}
                </button>
                <br /><small class="muted"
                  >${experiment}${status === 'FINISHED' ? '' : ` · ${status.toLowerCase()}`}</small
                >
              </th>`,
          )}
        </tr>
      </thead>
      ${this.#metricRows(metrics, siblings)} ${this.#textRows('Parameters', comparison.params)}
      ${this.#textRows('Took', [{ key: 'duration', values: took, differs: new Set(took).size > 1 }])}
      ${this.#textRows(
        'Data',
        comparison.datasets.map((set) => ({ key: set.name, values: set.digests, differs: set.differs })),
      )}
      ${this.#textRows('Source', comparison.tags)} ${this.#textRows('Packages', packages)}
    </table>`
  }

  #metricRows(metrics: readonly ComparedMetric[], siblings: readonly Siblings[]) {
    const shown = metrics.filter(({ differs }) => differs || this.all)
    if (shown.length === 0) return this.#same('Results', metrics.length)
    return html`<tbody>
      <tr class="part">
        <th colspan="99">Results</th>
      </tr>
      ${shown.map(
        (metric) =>
          html`<tr>
            <th title=${metric.key}>${metric.key}</th>
            ${metric.values.map((value, i) => this.#metricCell(metric, { value, i, siblings }))}
          </tr>`,
      )}
    </tbody>`
  }

  #metricCell(
    metric: ComparedMetric,
    { value, i, siblings }: { value: number | 'NaN' | null; i: number; siblings: readonly Siblings[] },
  ) {
    if (value === null) return html`<td class="muted">–</td>`
    const text = value === 'NaN' ? 'NaN' : formatNumber(value)
    const difference = i === 0 ? null : differenceOf(metric, i, siblings)
    const said = difference === null ? null : describeDifference(difference, metric.better)
    return html`<td class=${metric.best.includes(i) ? 'best' : ''}>
      ${text}${said === null ? nothing : html`<small class=${said.kind} title=${said.title}>${said.text}</small>`}
    </td>`
  }

  #textRows(title: string, texts: readonly ComparedTexts[]) {
    const shown = texts.filter(({ differs }) => differs || this.all)
    if (shown.length === 0) return texts.length === 0 ? nothing : this.#same(title, texts.length)
    return html`<tbody>
      <tr class="part">
        <th colspan="99">${title}</th>
      </tr>
      ${shown.map(
        ({ key, values, differs }) =>
          html`<tr>
            <th title=${key}>${key}</th>
            ${values.map(
              (value) =>
                html`<td class="mono ${differs ? '' : 'muted'}" title=${value ?? ''}>
                  ${value ?? html`<span class="muted">–</span>`}
                </td>`,
            )}
          </tr>`,
      )}
    </tbody>`
  }

  #same(title: string, count: number) {
    if (count === 0) return nothing
    return html`<tbody>
      <tr class="part same">
        <th colspan="99">${title} <span class="muted">all the same</span></th>
      </tr>
    </tbody>`
  }

  #code({ cells, runs }: Comparison, names: ReadonlyMap<string, string>) {
    if (cells.length === 0) return nothing
    const nameAt = (i: number) => names.get(runs[i]?.id ?? '')
    const shown = cells.filter(({ state }) => state !== 'same')
    return html`<h2>Code</h2>
      ${
        shown.length === 0
          ? html`<p class="muted">All ${cells.length} cells are the same.</p>`
          : shown.map(
              (cell) =>
                html`<section class="cell changed">
                  ${cell.versions.map((version, i) =>
                    version === null
                      ? html`<header>
                          <i class="dot" style="--c:${colorOf(i)}"></i>${nameAt(i)} did not run this cell
                        </header>`
                      : version.changes === null && cell.versions.findIndex((other) => other !== null) !== i
                        ? nothing
                        : html`<header><i class="dot" style="--c:${colorOf(i)}"></i>${nameAt(i)}</header>
                            ${version.changes === null ? html`<pre>${version.code}</pre>` : showChanges(version.changes)}`,
                  )}
                </section>`,
            )
      }
      ${
        shown.length > 0 && shown.length < cells.length
          ? html`<p class="muted">${cells.length - shown.length} more cells are the same.</p>`
          : nothing
      }`
  }
}
