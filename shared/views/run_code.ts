import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { CodeCell, LineChange, RunCode } from '../api/run_page_methods.ts'
import { formatDuration } from '../base/quantity.ts'
import { codeStyles } from './code_style.ts'
import { controls } from './controls.ts'
import type { ViewHost } from './host.ts'
import { sayProblem } from './problem_text.ts'

/** Lines around a change that are shown. */
const contextLines = 3

/** The code of a run, cell by cell, with what is different in the notebook now. */
export class RunCodeView extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    run: {},
    code: { state: true },
    onlyChanged: { state: true },
  }
  static override styles = [controls, codeStyles]
  declare client: Client
  declare host: ViewHost
  /** Id of the run. */
  declare run: string
  declare code: RunCode | null
  declare onlyChanged: boolean
  #failed: unknown = null

  constructor() {
    super()
    this.code = null
    this.onlyChanged = false
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('run')) void this.#load()
  }

  override render() {
    if (this.#failed !== null) return sayProblem(this.#failed)
    if (this.code === null) return html`<p class="muted">Loading…</p>`
    const { cells, notebook, problem } = this.code
    if (cells.length === 0) return html`<p class="muted">The code of this run is not known.</p>`
    const changed = cells.filter(({ now }) => now === 'changed' || now === 'gone').length
    const shown = this.onlyChanged ? cells.filter(({ now }) => now === 'changed' || now === 'gone') : cells
    return html`
      <div class="bar">
        <span>${summary(this.code, changed)}</span>
        ${
          changed > 0
            ? html`<label
                ><input type="checkbox" @change=${() => (this.onlyChanged = !this.onlyChanged)} /> only what
                changed</label
              >`
            : nothing
        }
        ${
          notebook !== null && this.host.openCell !== undefined
            ? html`<button @click=${() => this.host.openCell?.({ notebook, cell: null })}>
                Open the notebook
              </button>`
            : nothing
        }
      </div>
      ${problem === null ? nothing : html`<p class="muted">${problem}: its cells cannot be compared.</p>`}
      ${shown.map((cell) => this.#cell(cell, notebook))}
    `
  }

  #cell(cell: CodeCell, notebook: string | null): TemplateResult {
    const mark = {
      same: nothing,
      unknown: nothing,
      changed: 'changed since',
      gone: 'not in the notebook any more',
    }[cell.now]
    return html`<section class="cell ${cell.now}">
      <header>
        <span class="mono muted">[${cell.count ?? ' '}]</span>
        ${cell.wallMs === null ? nothing : html`<span class="muted">${formatDuration(cell.wallMs)}</span>`}
        ${cell.ok === false ? html`<span class="failed">failed</span>` : nothing}
        ${mark === nothing ? nothing : html`<span class="chip">${mark}</span>`}
        ${
          notebook !== null && this.host.openCell !== undefined && cell.now !== 'gone'
            ? html`<button class="quiet" @click=${() => this.host.openCell?.({ notebook, cell: cell.cell })}>
                Open cell
              </button>`
            : nothing
        }
      </header>
      ${cell.changes === null ? html`<pre>${cell.code}</pre>` : showChanges(cell.changes)}
    </section>`
  }

  async #load(): Promise<void> {
    try {
      this.code = await this.client.call('runs.code', { id: this.run })
    } catch (error) {
      this.#failed = error
      this.requestUpdate()
    }
  }
}

/** A difference of two texts, line by line; long parts without a change are left out. */
export function showChanges(changes: readonly LineChange[]): TemplateResult {
  const lines = changes.flatMap(({ kind, lines: all }, i) => {
    const kept = kind === 'same' ? shorten(all, i === 0, i === changes.length - 1) : all
    return kept.map((line) => (line === null ? { kind: 'skip', line: '⋯' } : { kind, line }))
  })
  return html`<div class="diff">
    ${lines.map(({ kind, line }) => html`<div class=${kind} .textContent=${line}></div>`)}
  </div>`
}

function shorten(lines: readonly string[], first: boolean, last: boolean): (string | null)[] {
  const head = first ? 0 : contextLines
  const tail = last ? 0 : contextLines
  if (lines.length <= head + tail + 2) return [...lines]
  return [...lines.slice(0, head), null, ...(tail === 0 ? [] : lines.slice(-tail))]
}

function summary({ cells, notebook, problem }: RunCode, changed: number): TemplateResult {
  const ran = `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'} in the order in which they ran`
  if (notebook === null || problem !== null) return html`${ran}`
  const now = changed === 0 ? 'the notebook is as it was' : `${changed} changed since then`
  return html`${ran}; <b>${now}</b>`
}
