import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { styleMap } from 'lit/directives/style-map.js'
import type { Client } from '../api/client.ts'
import type { StudySummary, StudyTrial } from '../api/study_methods.ts'
import { trialWindow } from '../api/study_windows.ts'
import { formatDuration, formatNumber } from '../base/quantity.ts'
import { controls } from './controls.ts'
import { icon } from './icons.ts'
import { sayProblem } from './problem_text.ts'
import { valueText } from './study_axis.ts'
import { gridStyles } from './table_grid_style.ts'

/** Height of a line, in pixels; --db-row says the same. */
const linePx = 30
const spareLines = 8

/** A column of the table: what it is called, how wide, and by what the daemon orders it. */
interface Column {
  title: string
  widthPx: number
  by: string
  isNumber: boolean
  content(trial: StudyTrial): unknown
}

/**
 * The trials of a study, however many: only the lines in sight are drawn, and only their windows are asked for.
 * @fires open with the id of a trial's run
 * @fires cancel with a trial's number
 */
export class StudyTrials extends LitElement {
  static override properties = {
    client: { attribute: false },
    study: { attribute: false },
    fixed: { type: Boolean },
    mayChange: { type: Boolean },
    state: { state: true },
    by: { state: true },
    firstLine: { state: true },
    lines: { state: true },
    total: { state: true },
  }
  static override styles = [controls, gridStyles, trialStyles()]
  declare client: Client
  declare study: StudySummary
  /** Whether the order stays as it is, as in a file. */
  declare fixed: boolean
  declare mayChange: boolean
  declare state: StudyTrial['state'] | ''
  declare by: { column: string; descending: boolean } | null
  declare firstLine: number
  declare lines: number
  declare total: number
  #windows = new Map<number, readonly StudyTrial[]>()
  #asked = new Set<number>()
  #generation = 0
  #failed: unknown = null
  #again: ReturnType<typeof setTimeout> | null = null
  #watch: ResizeObserver | null = null

  constructor() {
    super()
    this.fixed = false
    this.mayChange = false
    this.state = ''
    this.by = null
    this.firstLine = 0
    this.lines = 30
    this.total = 0
  }

  override firstUpdated(): void {
    const view = this.#view()
    this.#watch = new ResizeObserver(() => {
      this.lines = Math.ceil(view.clientHeight / linePx) + 2 * spareLines
    })
    this.#watch.observe(view)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#watch?.disconnect()
    if (this.#again !== null) clearTimeout(this.#again)
    this.#again = null
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('state') || changed.has('by')) this.#forget(0)
    // News of a study: what is in sight is asked for again, but not more often than can be read.
    else if (changed.has('study')) this.#again ??= setTimeout(() => this.#forget(null), 700)
  }

  override render() {
    const columns = this.#columns()
    const template = `${columns.map(({ widthPx }) => `${widthPx}px`).join(' ')} minmax(0, 1fr)`
    const widthPx = columns.reduce((sum, column) => sum + column.widthPx, 0)
    const first = Math.max(0, Math.min(this.firstLine - spareLines, this.total - 1))
    const last = Math.min(this.total - 1, first + this.lines - 1)
    this.#need(first, Math.max(first, last))
    const canvas = {
      '--columns': template,
      width: `max(100%, ${widthPx}px)`,
      height: `${(this.total + 1) * linePx}px`,
    }
    return html`
      ${this.fixed ? nothing : this.#bar()} ${this.#failed === null ? nothing : sayProblem(this.#failed)}
      <div
        class="viewport"
        role="grid"
        tabindex="0"
        aria-label="Trials"
        aria-rowcount=${this.total + 1}
        @scroll=${() => (this.firstLine = Math.floor(this.#view().scrollTop / linePx))}
      >
        <div class="canvas" style=${styleMap(canvas)}>
          <div class="head" role="row" aria-rowindex="1">${columns.map((column) => this.#head(column))}</div>
          ${Array.from({ length: Math.max(0, last - first + 1) }, (_none, slot) => this.#line(first + slot, columns))}
        </div>
      </div>
    `
  }

  #bar(): TemplateResult {
    return html`<div class="bar">
      <label class="muted"
        >Show
        <select @change=${(event: Event) => (this.state = (event.target as HTMLSelectElement).value as '')}>
          ${(['', 'complete', 'running', 'pruned', 'failed', 'cancelled', 'queued'] as const).map(
            (state) =>
              html`<option value=${state} ?selected=${state === this.state}>
                ${state === '' ? 'all' : state}
              </option>`,
          )}
        </select></label
      >
      <span class="muted" role="status">${countTrials(this.total)}</span>
    </div>`
  }

  #head(column: Column): TemplateResult {
    const sorted = this.by?.column === column.by
    const order = !sorted ? 'none' : this.by?.descending === true ? 'descending' : 'ascending'
    return html`<div class="cell ${column.isNumber ? 'number' : ''}" role="columnheader" aria-sort=${order}>
      <button
        class="title"
        tabindex="-1"
        ?disabled=${this.fixed}
        title="${column.title}: click to order by it"
        @click=${() => this.#sort(column.by)}
      >
        <span>${column.title}</span>${sorted ? icon(order === 'descending' ? 'low' : 'up') : nothing}
      </button>
    </div>`
  }

  #line(at: number, columns: readonly Column[]): TemplateResult {
    const trial = this.#windows.get(Math.floor(at / trialWindow))?.[at % trialWindow]
    const isBest = trial !== undefined && trial.number === this.study.best?.number
    return html`<div
      class="line ${isBest ? 'chosen' : ''}"
      role="row"
      aria-rowindex=${at + 2}
      style=${styleMap({ transform: `translateY(${(at + 1) * linePx}px)` })}
      @dblclick=${() => trial?.runId != null && this.#tell('open', trial.runId)}
    >
      ${
        trial === undefined
          ? html`<div class="cell wait"></div>`
          : columns.map(
              (column) =>
                html`<div class="cell ${column.isNumber ? 'number' : ''}" role="gridcell">
                  ${column.content(trial)}
                </div>`,
            )
      }
    </div>`
  }

  #columns(): Column[] {
    const { settings, space, best } = this.study
    return [
      {
        ...{ title: 'Trial', widthPx: 92, by: 'number', isNumber: false },
        content: (trial) =>
          html`<button
            class="link"
            tabindex="-1"
            ?disabled=${trial.runId === null}
            title="Open its run"
            @click=${() => this.#tell('open', trial.runId)}
          >
            ${trial.number}${trial.number === best?.number ? ' best' : trial.role === 'repeat' ? ` (${trial.repeatOf ?? ''})` : ''}
          </button>`,
      },
      {
        ...{ title: 'State', widthPx: 122, by: 'state', isNumber: false },
        content: (trial) =>
          html`<span class="status ${statusOf(trial.state)}"></span> ${trial.state}${
              this.mayChange && (trial.state === 'running' || trial.state === 'queued')
                ? html`<button
                    class="quiet icon small"
                    aria-label="Cancel trial ${trial.number}"
                    title="Cancel this trial"
                    @click=${() => this.#tell('cancel', trial.number)}
                  >
                    ${icon('close')}
                  </button>`
                : nothing
            }`,
      },
      ...settings.objectives.map(({ metric }, index): Column => ({
        ...{ title: metric, widthPx: 120, by: `value.${index}`, isNumber: true },
        content: ({ values, lastReport }) => {
          const value = values[index]
          if (value !== undefined) return formatNumber(value)
          if (index > 0 || lastReport === null) return nothing
          return html`<span class="muted" title="at step ${lastReport.step}"
            >(${formatNumber(lastReport.value)})</span
          >`
        },
      })),
      ...Object.keys(space).map((name): Column => ({
        ...{ title: name, widthPx: 116, by: `param.${name}`, isNumber: true },
        content: ({ point }) => (name in point ? valueText(point[name]) : nothing),
      })),
      {
        ...{ title: 'Took', widthPx: 84, by: 'duration', isNumber: true },
        content: ({ startedAtMs, endedAtMs }) =>
          startedAtMs === null || endedAtMs === null ? nothing : formatDuration(endedAtMs - startedAtMs),
      },
      {
        ...{ title: 'Why', widthPx: 420, by: '', isNumber: false },
        content: ({ failure, says }) =>
          failure === null
            ? html`<span class="muted" title=${says ?? ''}>${says ?? ''}</span>`
            : html`<span class="bad" title=${failure.traceback.slice(-12).join('\n')}
                >${failure.name}: ${failure.message}</span
              >`,
      },
    ]
  }

  #sort(by: string): void {
    if (by === '') return
    // The first click shows the best of a value first, as a person expects it.
    const index = /^value\.(\d+)$/.exec(by)?.[1]
    const highFirst = index !== undefined && this.study.settings.objectives[Number(index)]?.mode === 'max'
    this.by = { column: by, descending: this.by?.column === by ? !this.by.descending : highFirst }
  }

  /** Asks again for what is in sight, or begins anew at a line. */
  #forget(line: number | null): void {
    this.#again = null
    this.#generation++
    this.#asked.clear()
    if (line !== null) {
      this.#windows.clear()
      this.firstLine = line
      if (this.hasUpdated) this.#view().scrollTop = line * linePx
    }
    this.requestUpdate()
  }

  #need(first: number, last: number): void {
    for (let window = Math.floor(first / trialWindow); window <= Math.floor(last / trialWindow); window++) {
      if (!this.#asked.has(window)) void this.#load(window)
    }
  }

  async #load(window: number): Promise<void> {
    this.#asked.add(window)
    const generation = this.#generation
    try {
      const { trials, total } = await this.client.call('studies.trials', {
        id: this.study.id,
        offset: window * trialWindow,
        limit: trialWindow,
        ...(this.by === null ? {} : { by: this.by.column, descending: this.by.descending }),
        ...(this.state === '' ? {} : { state: this.state }),
      })
      // An answer to an older question does not overwrite what was asked since.
      if (generation !== this.#generation) return
      this.#windows.set(window, trials)
      this.total = total
      this.#failed = null
    } catch (error) {
      if (generation !== this.#generation) return
      this.#failed = error
    }
    this.requestUpdate()
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  #view(): HTMLElement {
    const found = this.renderRoot.querySelector<HTMLElement>('.viewport')
    if (found === null) throw new Error('Cannot scroll: the table is not drawn yet')
    return found
  }
}

function countTrials(count: number): string {
  return count === 1 ? '1 trial' : `${count.toLocaleString('en-US')} trials`
}

/** The sign of a run that says the same as a trial's state. */
function statusOf(state: StudyTrial['state']): string {
  return {
    complete: 'FINISHED',
    running: 'RUNNING',
    failed: 'FAILED',
    pruned: 'KILLED',
    cancelled: '',
    queued: '',
  }[state]
}

function trialStyles() {
  return css`
    :host {
      display: flex;
      flex-direction: column;
      gap: 8px;
      height: 62vh;
      min-height: 260px;
    }
    .viewport {
      flex: 1;
      border: 1px solid var(--db-border);
      border-radius: var(--db-radius);
    }
    .bar {
      display: flex;
      align-items: center;
      gap: 14px;
    }
    label {
      display: inline-flex;
      align-items: center;
      gap: 6px;
    }
    button.link {
      display: inline;
      height: auto;
      padding: 0;
      border: 0;
      background: transparent;
      color: var(--db-accent);
    }
    button.small {
      width: 18px;
      height: 18px;
      margin-left: 4px;
      vertical-align: middle;
    }
    button.small svg.icon {
      width: 10px;
      height: 10px;
    }
    .bad {
      color: var(--db-bad);
    }
  `
}
