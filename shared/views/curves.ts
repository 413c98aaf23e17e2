import { css, html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Client } from '../api/client.ts'
import { curvePoints, shownCurves } from '../api/curve_limits.ts'
import type { Curve } from '../api/table_methods.ts'
import { linesOf, type Along, type CurveStyle } from './chart_lines.ts'
import { controls } from './controls.ts'
import { Loaded } from './loaded.ts'

/** The curves of one or several runs, a chart a metric, live. */
export class Curves extends LitElement {
  static override properties = {
    client: { attribute: false },
    ids: { attribute: false },
    names: { attribute: false },
    keys: { attribute: false },
    look: { state: true },
    search: { state: true },
  }
  static override styles = [controls, curvesStyles()]
  declare client: Client
  declare ids: readonly string[]
  declare names: ReadonlyMap<string, string>
  /** Names of the metrics. */
  declare keys: readonly string[]
  declare look: CurveStyle
  declare search: string
  #curves = new Loaded<ReadonlyMap<string, Curve[]>>(this, {
    topics: ['runs.changed'],
    load: (client) => this.#load(client),
  })

  constructor() {
    super()
    this.ids = []
    this.keys = []
    this.names = new Map()
    this.look = { along: 'step', log: false, smoothing: 0 }
    this.search = ''
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    const others =
      (changed.has('keys') && !sameTexts(changed.get('keys'), this.keys)) || changed.has('search')
    if (others || (changed.has('ids') && !sameTexts(changed.get('ids'), this.ids))) this.#curves.refresh()
  }

  override render() {
    if (this.#curves.problem !== nothing) return this.#curves.problem
    const drawn = [...(this.#curves.value ?? [])].filter(([, curves]) =>
      curves.some(({ total }) => total > 1),
    )
    if (drawn.length === 0 && this.search === '') return nothing
    return html`
      <slot></slot>
      <div class="bar">
        <label class="muted"
          >Along
          <select
            @change=${(event: Event) => this.#set({ along: (event.target as HTMLSelectElement).value as Along })}
          >
            <option value="step">Step</option>
            <option value="relative">Relative time</option>
            <option value="time">Wall time</option>
          </select></label
        >
        <button aria-pressed=${this.look.log} @click=${() => this.#set({ log: !this.look.log })}>
          Log scale
        </button>
        <label class="muted"
          >Smoothing
          <input
            type="range"
            min="0"
            max="0.98"
            step="0.02"
            .value=${String(this.look.smoothing)}
            @input=${(event: Event) => this.#set({ smoothing: Number((event.target as HTMLInputElement).value) })}
          />
          ${this.look.smoothing === 0 ? 'off' : this.look.smoothing.toFixed(2)}</label
        >
        ${
          this.keys.length > 6
            ? html`<input
                type="search"
                placeholder="Find a metric…"
                aria-label="Find a metric"
                @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
              />`
            : nothing
        }
        <span class="muted hint">Drag to zoom, double-click to see all</span>
      </div>
      <div class="charts">
        ${repeat(
          drawn,
          ([key]) => key,
          ([key, curves]) =>
            html`<daybook-line-chart
              .heading=${key}
              .lines=${linesOf(curves, this.look)}
              .look=${this.look}
              .names=${this.names}
              .order=${this.ids}
              .note=${noteOf(curves)}
            ></daybook-line-chart>`,
        )}
      </div>
    `
  }

  #set(change: Partial<CurveStyle>): void {
    this.look = { ...this.look, ...change }
  }

  async #load(client: Client): Promise<ReadonlyMap<string, Curve[]>> {
    const wanted = this.keys.filter((key) => key.toLowerCase().includes(this.search.toLowerCase()))
    const ids = [...this.ids]
    const found = await Promise.all(
      wanted
        .slice(0, shownCurves)
        .map(
          async (key) => [key, await client.call('runs.curves', { ids, key, points: curvePoints })] as const,
        ),
    )
    return new Map(found)
  }
}

function noteOf(curves: readonly Curve[]): string {
  const most = Math.max(...curves.map(({ total, steps }) => (total > steps.length ? total : 0)))
  return most === 0 ? '' : `${most.toLocaleString('en-US')} points, thinned out: every peak is still there`
}

function sameTexts(a: unknown, b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function curvesStyles() {
  return css`
    :host {
      display: block;
      margin-bottom: 28px;
    }
    .bar {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 14px;
      margin-bottom: 10px;
    }
    .bar label {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      font-variant-numeric: tabular-nums;
    }
    .hint {
      margin-left: auto;
      font-size: var(--db-font-small);
    }
    .charts {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr));
      gap: 12px;
    }
  `
}
