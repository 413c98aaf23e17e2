import { html, LitElement, nothing } from 'lit'
import type { Client } from '../api/client.ts'
import type { DataRows } from '../api/data_methods.ts'
import { amount } from '../base/wording.ts'
import { controls } from './controls.ts'
import { exampleTable } from './data_finding.ts'
import { dataStyles } from './data_style.ts'
import { sayProblem } from './problem_text.ts'

/** Rows on one page. */
const pageRows = 50

/** The first rows of what was looked at, a page at a time. */
export class DataRowsView extends LitElement {
  static override properties = {
    client: { attribute: false },
    report: {},
    total: { type: Number },
    atMs: { type: Number },
    shown: { state: true },
  }
  static override styles = [controls, dataStyles]
  declare client: Client
  /** Id of the report. */
  declare report: string
  /** Rows of the data itself. */
  declare total: number
  /** When it was looked at: another time, other rows. */
  declare atMs: number
  declare shown: DataRows | null
  #offset = 0
  #asked = 0
  #failed: unknown = null

  constructor() {
    super()
    this.shown = null
    this.total = 0
    this.atMs = 0
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('report') || changed.has('atMs')) void this.#load(0)
  }

  override render() {
    if (this.#failed !== null) return sayProblem(this.#failed)
    const { shown } = this
    if (shown === null) return html`<p class="muted">Loading…</p>`
    const { kept, rows } = shown
    if (kept === 0) return html`<p class="muted">No rows were kept: look at the data again to see some.</p>`
    const last = this.#offset + rows.length
    return html`${exampleTable(shown)}
      <div class="pager">
        <button ?disabled=${this.#offset === 0} @click=${() => void this.#load(this.#offset - pageRows)}>
          Earlier
        </button>
        <span role="status">${amount(this.#offset + 1)} to ${amount(last)} of ${amount(kept)} kept</span>
        <button ?disabled=${last >= kept} @click=${() => void this.#load(last)}>Later</button>
        ${
          kept < this.total
            ? html`<span class="muted">of ${amount(this.total)} rows; row numbers count from 0</span>`
            : nothing
        }
      </div>`
  }

  async #load(offset: number): Promise<void> {
    const asked = ++this.#asked
    try {
      const shown = await this.client.call('data.rows', {
        id: this.report,
        offset: Math.max(0, offset),
        limit: pageRows,
      })
      if (asked !== this.#asked) return
      this.#failed = null
      this.#offset = Math.max(0, offset)
      this.shown = shown
    } catch (error) {
      if (asked === this.#asked) this.#failed = error
    }
    this.requestUpdate()
  }
}
