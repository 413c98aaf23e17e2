import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { ResultOf } from '../api/contract.ts'
import type { DeploymentDetail } from '../api/deployment_methods.ts'
import { formatLatency } from '../base/quantity.ts'
import { controls } from './controls.ts'
import { deploymentStyles } from './deployment_style.ts'
import { sayProblem } from './problem_text.ts'
import { runPageStyles } from './run_page_style.ts'

type Answer = ResultOf<'deployments.ask'>
type Cell = string | number | boolean | null

/** One row of the model's example: what its fields are called, and what stands in them. */
interface ExampleRow {
  columns: readonly string[]
  row: readonly Cell[]
}

/** Asks a deployment with values that a person may change, first those of the model's own example. */
export class DeploymentTry extends LitElement {
  static override properties = {
    client: { attribute: false },
    detail: { attribute: false },
    body: { state: true },
    answer: { state: true },
    failed: { state: true },
    asking: { state: true },
  }
  static override styles = [controls, runPageStyles, deploymentStyles]
  declare client: Client
  declare detail: DeploymentDetail
  /** The body as text; null while the fields are shown. */
  declare body: string | null
  declare answer: Answer | null
  declare failed: unknown
  declare asking: boolean

  constructor() {
    super()
    this.body = null
    this.answer = null
    this.failed = null
    this.asking = false
  }

  override render() {
    const example = exampleRow(this.detail.example)
    const asText = this.body !== null || example === null
    return html`<form @submit=${this.#submit}>
      ${asText ? this.#textField() : fields(example)}
      <div class="buttons">
        <button class="primary" ?disabled=${this.asking || this.detail.summary.state !== 'ready'}>
          ${this.asking ? 'Asking…' : 'Ask'}
        </button>
        ${
          example === null
            ? nothing
            : html`<button type="button" class="quiet" @click=${() => this.#turn(example)}>
                ${asText ? 'As fields' : 'As JSON'}
              </button>`
        }
        ${this.detail.summary.state === 'ready' ? nothing : html`<span class="muted">It does not answer now.</span>`}
      </div>
      ${this.failed === null ? nothing : sayProblem(this.failed)}
      ${this.answer === null ? nothing : answered(this.answer)}
    </form>`
  }

  #textField(): TemplateResult {
    const given = this.body ?? JSON.stringify(this.detail.example ?? emptyBody, null, 1)
    return html`<label>
      <span class="hidden-label">Body of the request</span>
      <textarea name="body" class="mono" rows="8" spellcheck="false" .value=${given}></textarea>
    </label>`
  }

  #turn(example: ExampleRow): void {
    if (this.body !== null) this.body = null
    else this.body = JSON.stringify(this.#bodyOf(example), null, 1)
  }

  #bodyOf(example: ExampleRow): unknown {
    const form = this.renderRoot.querySelector('form')
    const given = form === null ? null : new FormData(form)
    const row = example.columns.map((column, i) => {
      const text = given?.get(column)
      return typeof text === 'string' ? valueOf(text, example.row[i] ?? null) : (example.row[i] ?? null)
    })
    return { dataframe_split: { columns: example.columns, data: [row] } }
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const text = this.renderRoot.querySelector('textarea')
    const example = exampleRow(this.detail.example)
    const body = text?.value ?? JSON.stringify(example === null ? emptyBody : this.#bodyOf(example))
    void this.#ask(body)
  }

  async #ask(body: string): Promise<void> {
    const { name } = this.detail.summary
    this.failed = null
    this.asking = true
    try {
      this.answer = await this.client.call('deployments.ask', { name, body })
    } catch (error) {
      this.answer = null
      this.failed = error
    }
    this.asking = false
  }
}

const emptyBody = { dataframe_split: { columns: [], data: [] } }

function fields({ columns, row }: ExampleRow): TemplateResult {
  return html`<div class="fields">
    ${columns.map((column, i) => {
      const value = row[i] ?? null
      return html`<label title=${column}
        ><span>${column}</span
        ><input
          name=${column}
          autocomplete="off"
          inputmode=${typeof value === 'number' ? 'decimal' : 'text'}
          .value=${value === null ? '' : String(value)}
      /></label>`
    })}
  </div>`
}

/** What a person typed, as the kind of value that the example has there; an empty field is a missing value. */
function valueOf(text: string, like: Cell): Cell {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (typeof like === 'boolean') return trimmed.toLowerCase() === 'true'
  const number = Number(trimmed)
  // Text that is no number goes as it is: the model's own error says which column does not take it.
  return typeof like === 'number' && Number.isFinite(number) ? number : text
}

function exampleRow(example: unknown): ExampleRow | null {
  const split = (example as { dataframe_split?: { columns?: unknown; data?: unknown } } | null)
    ?.dataframe_split
  if (split === undefined || !Array.isArray(split.columns) || !Array.isArray(split.data)) return null
  const [row] = split.data as unknown[]
  const columns = split.columns as unknown[]
  if (!Array.isArray(row) || !columns.every((column) => typeof column === 'string')) return null
  return { columns, row: row as Cell[] }
}

function answered({ status, text, tookMs }: Answer): TemplateResult {
  const parsed = parse(text)
  if (status !== 200) {
    const message = (parsed as { message?: unknown } | null)?.message
    return html`<div class="answer" role="status">
      <p class="problem">${typeof message === 'string' ? message : text}</p>
      <span class="muted">answered with ${status}</span>
    </div>`
  }
  const predictions = (parsed as { predictions?: unknown } | null)?.predictions
  const [first] = Array.isArray(predictions) ? (predictions as unknown[]) : []
  const shown =
    first === undefined || (Array.isArray(predictions) && predictions.length > 1) ? text : plain(first)
  return html`<div class="answer" role="status">
    <b title=${text}>${shown}</b> <span class="muted">after ${formatLatency(tookMs)}</span>
  </div>`
}

/** As many digits as a person reads; the whole number is its title. */
function plain(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(6)))
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
