import { BarChart, CustomChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts'
import {
  DataZoomInsideComponent,
  GridComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from 'echarts/components'
import { init, use, type ECharts } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { css, html, LitElement, nothing } from 'lit'
import { controls } from './controls.ts'
import { lookOf } from './study_colors.ts'
import type { Picture } from './study_look.ts'
import { onThemeChange } from './theme_change.ts'

use([
  BarChart,
  CustomChart,
  LineChart,
  ParallelChart,
  ScatterChart,
  DataZoomInsideComponent,
  GridComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  CanvasRenderer,
])

/** A mark that a click tells of: the third of its values is the number of a trial. */
interface Clicked {
  value?: unknown
}

/**
 * A chart of a study, drawn by ECharts; it follows its host's theme and its size.
 * @fires pick with a trial's number
 */
export class StudyChart extends LitElement {
  static override properties = {
    heading: {},
    note: {},
    words: {},
    picture: { attribute: false },
    heightPx: { type: Number },
  }
  static override styles = [controls, chartStyles()]
  declare heading: string
  declare note: string
  /** The chart for those who cannot see it. */
  declare words: string
  declare picture: Picture | null
  declare heightPx: number
  #chart: ECharts | null = null
  #size: ResizeObserver | null = null
  #themes: (() => void) | null = null

  constructor() {
    super()
    this.heading = ''
    this.note = ''
    this.words = ''
    this.picture = null
    this.heightPx = 260
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#themes = onThemeChange(() => this.#draw())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#themes?.()
    this.#size?.disconnect()
    this.#chart?.dispose()
    this.#chart = null
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('picture') || changed.has('heightPx') || this.#chart === null) this.#draw()
  }

  override render() {
    return html`<figure>
      <figcaption><b>${this.heading}</b><slot name="controls"></slot></figcaption>
      <div
        class="field"
        style="height:${this.heightPx}px"
        role="img"
        aria-label="${this.heading}. ${this.words}"
      ></div>
      ${this.note === '' ? nothing : html`<div class="note muted">${this.note}</div>`}
    </figure>`
  }

  #draw(): void {
    const field = this.renderRoot.querySelector<HTMLElement>('.field')
    if (field === null || this.picture === null) return
    if (this.#chart === null) {
      const chart = init(field)
      this.#chart = chart
      chart.on('click', (event) => this.#clicked(event as Clicked))
      this.#size = new ResizeObserver(() => chart.resize())
      this.#size.observe(field)
    }
    this.#chart.setOption({ animation: false, ...this.picture(lookOf(this)) }, { notMerge: true })
  }

  #clicked({ value }: Clicked): void {
    const number: unknown = Array.isArray(value) ? value[2] : undefined
    if (typeof number === 'number') this.dispatchEvent(new CustomEvent('pick', { detail: number }))
  }
}

function chartStyles() {
  return css`
    :host {
      display: block;
      min-width: 0;
    }
    figure {
      margin: 0;
      padding: 10px 12px 6px;
      border: 1px solid var(--db-border);
      border-radius: var(--db-radius);
      background: var(--db-bg);
    }
    figcaption {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: 8px;
      min-height: 20px;
    }
    figcaption b {
      font-weight: 600;
    }
    .note {
      font-size: var(--db-font-small);
    }
  `
}
