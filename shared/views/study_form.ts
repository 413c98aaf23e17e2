import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { ResultOf } from '../api/contract.ts'
import { controls } from './controls.ts'
import type { ViewHost } from './host.ts'
import { sayProblem } from './problem_text.ts'
import { runPageStyles } from './run_page_style.ts'
import { firstDraft, pruners, samplers, settingsOf, type Draft } from './study_draft.ts'
import { studyFormStyles } from './study_form_style.ts'

type Offer = ResultOf<'studies.offer'>

/** The form for a new study of a notebook: its parameters with ranges, what is to be better, and how much to try. */
export class StudyForm extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    notebook: {},
    offer: { state: true },
    draft: { state: true },
    busy: { state: true },
  }
  static override styles = [controls, runPageStyles, studyFormStyles]
  declare client: Client
  declare host: ViewHost
  /** Relative to the project. */
  declare notebook: string
  declare offer: Offer | null
  declare draft: Draft
  /** Whether it is being begun. */
  declare busy: boolean
  #failed: unknown = null

  constructor() {
    super()
    this.offer = null
    this.busy = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#load()
  }

  override render() {
    const { offer } = this
    if (offer === null) {
      return html`<div class="page">
        ${this.#failed === null ? html`<p class="muted">Reading the notebook…</p>` : sayProblem(this.#failed)}
      </div>`
    }
    return html`<form class="page" @submit=${(event: Event) => void this.#submit(event)}>
      <header>
        <div class="row"><h1>Tune ${this.notebook}</h1></div>
      </header>
      ${
        offer.saved === null
          ? nothing
          : html`<p class="muted">Filled in from the study file beside the notebook.</p>`
      }
      ${this.#parameters(offer)} ${this.#objectives(offer)} ${this.#budget(offer)}
      ${this.#failed === null ? nothing : sayProblem(this.#failed)}
      <p class="row">
        <button class="primary" ?disabled=${this.busy || this.host.readOnly}>
          ${this.busy ? 'Beginning…' : 'Save and start'}
        </button>
        <button type="button" ?disabled=${this.busy || this.host.readOnly} @click=${() => void this.#save()}>
          Only save
        </button>
        <span class="muted"
          >Saved beside the notebook as a study file, to be reviewed, repeated and run in CI.</span
        >
      </p>
    </form>`
  }

  #parameters(offer: Offer): TemplateResult {
    const { rows } = this.draft
    return html`<section>
      <h2>
        Parameters
        <span class="muted">log(1e-4, 0.1) · float(0, 1) · int(2, 10) · choice(a, b) · bool</span>
      </h2>
      ${
        rows.length === 0
          ? html`<p class="problem">
              This notebook has no parameters. Give the cell that sets them the tag "parameters", or call
              <code>daybook.suggest_float("lr", 1e-4, 0.1, log=True)</code> in a cell.
            </p>`
          : nothing
      }
      <table class="rows">
        ${rows.map((row, at) => {
          const says = offer.parameters.find(({ name }) => name === row.name)?.says ?? ''
          return html`<tr>
            <td>
              <label
                ><input
                  type="checkbox"
                  .checked=${row.searched}
                  @change=${(event: Event) => this.#row(at, { searched: (event.target as HTMLInputElement).checked })}
                />
                <b>${row.name}</b></label
              >
            </td>
            <td class="mono muted">${row.text}</td>
            <td>
              <input
                aria-label="Range of ${row.name}"
                class="range mono"
                placeholder="stays as it is"
                ?disabled=${!row.searched}
                ?required=${row.searched}
                .value=${row.range}
                @change=${(event: Event) => this.#row(at, { range: (event.target as HTMLInputElement).value })}
              />
            </td>
            <td class="muted">${row.searched ? says : 'stays as it is'}</td>
          </tr>`
        })}
      </table>
    </section>`
  }

  #objectives(offer: Offer): TemplateResult {
    const { objectives } = this.draft
    return html`<section>
      <h2>What is to be better</h2>
      <datalist id="metrics">
        ${offer.metrics.map(({ name }) => html`<option value=${name}></option>`)}
      </datalist>
      ${objectives.map(
        ({ metric, mode }, at) =>
          html`<p class="row">
            <input
              list="metrics"
              required
              aria-label="Metric"
              placeholder="a metric that the notebook logs"
              .value=${metric}
              @change=${(event: Event) => this.#objective(at, offer, (event.target as HTMLInputElement).value)}
            />
            <select
              aria-label="Which way is good"
              @change=${(event: Event) => this.#set({ objectives: objectives.map((one, i) => (i === at ? { ...one, mode: (event.target as HTMLSelectElement).value as 'min' | 'max' } : one)) })}
            >
              <option value="max" ?selected=${mode === 'max'}>more is better</option>
              <option value="min" ?selected=${mode === 'min'}>less is better</option>
            </select>
            ${
              at === 0
                ? nothing
                : html`<button
                    type="button"
                    class="quiet"
                    @click=${() => this.#set({ objectives: objectives.filter((_one, i) => i !== at) })}
                  >
                    Remove
                  </button>`
            }
          </p>`,
      )}
      <p>
        <button
          type="button"
          class="quiet"
          @click=${() => this.#set({ objectives: [...objectives, { metric: '', mode: 'max' }] })}
        >
          + another objective
        </button>
      </p>
    </section>`
  }

  #budget(offer: Offer): TemplateResult {
    const { draft } = this
    const number = (
      label: string,
      key: 'trials' | 'minutes' | 'parallel' | 'repeats' | 'seed',
      hint: string,
    ) =>
      html`<label
        ><span class="muted">${label}</span
        ><input
          type="number"
          min=${key === 'repeats' || key === 'seed' ? 0 : 1}
          placeholder=${hint}
          .value=${draft[key]}
          @change=${(event: Event) => this.#set({ [key]: (event.target as HTMLInputElement).value })}
      /></label>`
    const choice = (label: string, key: 'sampler' | 'pruner', all: readonly string[]) =>
      html`<label
        ><span class="muted">${label}</span
        ><select @change=${(event: Event) => this.#set({ [key]: (event.target as HTMLSelectElement).value })}>
          ${all.map((name) => html`<option ?selected=${name === draft[key]}>${name}</option>`)}
        </select></label
      >`
    const check = (label: string, key: 'stopOnPlateau' | 'deterministic') =>
      html`<label class="check"
        ><input
          type="checkbox"
          .checked=${draft[key]}
          @change=${(event: Event) => this.#set({ [key]: (event.target as HTMLInputElement).checked })}
        />
        ${label}</label
      >`
    return html`<section>
      <h2>How much</h2>
      <div class="fields">
        ${number('Trials', 'trials', 'no limit')} ${number('Minutes at most', 'minutes', 'no limit')}
        ${number('At a time', 'parallel', String(offer.parallel))}
        ${number('Measure best and default again', 'repeats', '0')} ${choice('Sampler', 'sampler', samplers)}
        ${choice('Pruner', 'pruner', pruners)} ${number('Seed', 'seed', 'by chance')}
      </div>
      <p>
        <label
          ><span class="muted"
            >Where: Jupyter servers (http://HOST:8888/?token=…) or a Ray cluster (http://HEAD:8265); empty:
            this machine</span
          ><br /><input
            class="wide mono"
            aria-label="Where it runs"
            placeholder="this machine"
            autocomplete="off"
            .value=${draft.on}
            @change=${(event: Event) => this.#set({ on: (event.target as HTMLInputElement).value })}
        /></label>
      </p>
      <p class="row">
        ${check('Stop once nothing more is to be expected', 'stopOnPlateau')}
        ${check('The same seed gives the same study', 'deterministic')}
      </p>
    </section>`
  }

  #row(at: number, change: Partial<Draft['rows'][number]>): void {
    this.#set({ rows: this.draft.rows.map((row, i) => (i === at ? { ...row, ...change } : row)) })
  }

  #objective(at: number, offer: Offer, metric: string): void {
    const known = offer.metrics.find(({ name }) => name === metric)?.mode ?? null
    const objectives = this.draft.objectives.map((one, i) =>
      i === at ? { metric, mode: known ?? one.mode } : one,
    )
    this.#set({ objectives })
  }

  #set(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change }
  }

  async #load(): Promise<void> {
    try {
      const offer = await this.client.call('studies.offer', { notebook: this.notebook })
      this.draft = firstDraft(offer)
      this.offer = offer
    } catch (error) {
      this.#failed = error
      this.requestUpdate()
    }
  }

  async #save(): Promise<boolean> {
    this.#failed = null
    this.busy = true
    try {
      const settings = settingsOf(this.draft)
      await this.client.call('studies.save', { notebook: this.notebook, settings })
      return true
    } catch (error) {
      this.#failed = error
      return false
    } finally {
      this.busy = false
    }
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault()
    if (this.busy || !(await this.#save())) return
    this.busy = true
    try {
      const study = await this.client.call('studies.start', {
        notebook: this.notebook,
        settings: settingsOf(this.draft),
      })
      this.host.open({ kind: 'study', id: study.id })
    } catch (error) {
      this.#failed = error
    } finally {
      this.busy = false
    }
  }
}
