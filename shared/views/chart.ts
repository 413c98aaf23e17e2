import { css, html, LitElement, nothing } from 'lit'
import uPlot from 'uplot'
import { formatDuration, formatNumber } from '../base/quantity.ts'
import { valueAt, type ChartLine, type CurveStyle } from './chart_lines.ts'
import { controls } from './controls.ts'
import { colorOf } from './series_color.ts'
import { onThemeChange } from './theme_change.ts'

/** A chart of lines, drawn by uPlot. */
export class LineChart extends LitElement {
  static override properties = {
    heading: {},
    lines: { attribute: false },
    look: { attribute: false },
    names: { attribute: false },
    order: { attribute: false },
    note: {},
    at: { state: true },
  }
  static override styles = [controls, chartStyles()]
  declare heading: string
  declare lines: readonly ChartLine[]
  declare look: CurveStyle
  /** Names of the runs by id. */
  declare names: ReadonlyMap<string, string>
  /** Ids in the order of their colours. */
  declare order: readonly string[]
  declare note: string
  /** Where the pointer is, as a place along the bottom. */
  declare at: number | null
  #plot: uPlot | null = null
  #themes: (() => void) | null = null
  #watch: ResizeObserver | null = null

  constructor() {
    super()
    this.heading = ''
    this.lines = []
    this.look = { along: 'step', log: false, smoothing: 0 }
    this.names = new Map()
    this.order = []
    this.note = ''
    this.at = null
  }

  override firstUpdated(): void {
    const field = this.#field()
    this.#watch = new ResizeObserver(() => this.#plot?.setSize(this.#size()))
    this.#watch.observe(field)
    this.#themes = onThemeChange(() => this.#draw(true))
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#watch?.disconnect()
    this.#themes?.()
    this.#plot?.destroy()
    this.#plot = null
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('lines') || changed.has('look')) this.#draw(changed.has('look') || !this.#fits())
  }

  override render() {
    const single = this.lines.length === 1
    return html`<figure>
      <figcaption>
        <b>${this.heading}</b>
        <span class="muted">${this.#readout(single)}</span>
      </figcaption>
      <div class="field" role="img" aria-label=${this.#words()}></div>
      ${this.note === '' ? nothing : html`<div class="note muted">${this.note}</div>`}
    </figure>`
  }

  #readout(single: boolean) {
    const at = this.at
    if (at === null) return single ? this.#last() : nothing
    const place = html`${this.#place(at)}: `
    return html`${place}${this.lines.slice(0, 4).map((line) => {
      const value = valueAt(line, at)
      const text = value === null ? '–' : formatNumber(value)
      return single ? text : html`<i style="--c:${colorOf(this.order.indexOf(line.id))}"></i>${text} `
    })}`
  }

  #last(): string {
    const value = this.lines[0]?.y.at(-1)
    return value === undefined || value === null ? '' : formatNumber(value)
  }

  #place(x: number): string {
    if (this.look.along === 'step') return `step ${formatNumber(Math.round(x))}`
    if (this.look.along === 'relative') return formatDuration(x * 1000)
    return new Date(x * 1000).toLocaleTimeString()
  }

  /** The chart for those who cannot see it. */
  #words(): string {
    const texts = this.lines.map((line) => {
      const numbers = line.y.filter((value) => value !== null)
      const last = numbers.at(-1)
      const range = `between ${formatNumber(Math.min(...numbers))} and ${formatNumber(Math.max(...numbers))}`
      return `${this.names.get(line.id) ?? line.id}: ${range}, at the end ${last === undefined ? 'nothing' : formatNumber(last)}`
    })
    return `${this.heading}. ${texts.join('; ')}`
  }

  #fits(): boolean {
    return this.#plot !== null && this.#plot.series.length - 1 === this.#seriesCount()
  }

  #seriesCount(): number {
    return this.lines.reduce((sum, { raw }) => sum + (raw === null ? 1 : 2), 0)
  }

  #draw(anew: boolean): void {
    const tables = this.lines.flatMap(({ x, y, raw }): uPlot.AlignedData[] =>
      raw === null
        ? [[x, y]]
        : [
            [x, raw],
            [x, y],
          ],
    )
    const data: uPlot.AlignedData = tables.length === 0 ? [[]] : uPlot.join(tables)
    if (!anew && this.#plot !== null) return this.#plot.setData(data)
    this.#plot?.destroy()
    this.#plot = new uPlot(this.#options(), data, this.#field())
  }

  #options(): uPlot.Options {
    const style = getComputedStyle(this)
    const token = (name: string): string => style.getPropertyValue(name).trim()
    const axis = {
      stroke: token('--db-muted'),
      font: `11px ${token('--db-font')}`,
      grid: { stroke: token('--db-grid'), width: 1 },
      ticks: { show: false },
    }
    const series = this.lines.flatMap(({ id, raw, x }): uPlot.Series[] => {
      const stroke = token(`--db-series-${(Math.max(0, this.order.indexOf(id)) % 8) + 1}`)
      const line = { stroke, width: 1.6, spanGaps: true, points: { show: x.length < 2 } }
      return raw === null ? [line] : [{ ...line, width: 1, alpha: 0.28 }, line]
    })
    const along = this.look.along
    return {
      ...this.#size(),
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false, setScale: true } },
      // uPlot has this enum (linear 1, logarithmic 3) in its types only: naming it would fail when the page runs.
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- there is no value to name, see above
      scales: { x: { time: along === 'time' }, y: { distr: this.look.log ? 3 : 1 } },
      series: [{}, ...series],
      axes: [
        {
          ...axis,
          size: 26,
          ...(along === 'step' ? { incrs: wholeSteps } : {}),
          ...(along === 'relative' ? { values: (_plot, ticks) => ticks.map((x) => shortSeconds(x)) } : {}),
        },
        {
          ...axis,
          size: 52,
          values: (_plot, ticks) => ticks.map((y: number | null) => (y === null ? '' : formatNumber(y))),
        },
      ],
      hooks: {
        setCursor: [
          (plot) => {
            const { left } = plot.cursor
            this.at = left === undefined || left < 0 ? null : plot.posToVal(left, 'x')
          },
        ],
      },
    }
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(120, this.#field().clientWidth), height: 170 }
  }

  #field(): HTMLElement {
    const field = this.renderRoot.querySelector<HTMLElement>('.field')
    if (field === null) throw new Error('Cannot draw: the chart has no place yet')
    return field
  }
}

/** Steps are counted: no tick stands between two of them. */
const wholeSteps = Array.from({ length: 16 }, (_none, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat()

function shortSeconds(seconds: number): string {
  if (seconds < 120) return `${formatNumber(seconds)} s`
  return seconds < 7200
    ? `${formatNumber(Math.round(seconds / 6) / 10)} min`
    : `${formatNumber(Math.round(seconds / 360) / 10)} h`
}

function chartStyles() {
  return css`
    figure {
      margin: 0;
      padding: 10px 12px 6px;
      border: 1px solid var(--db-border);
      border-radius: var(--db-radius);
      background: var(--db-bg);
    }
    figcaption {
      display: flex;
      justify-content: space-between;
      gap: 8px;
      height: 20px;
      overflow: hidden;
      white-space: nowrap;
      font-variant-numeric: tabular-nums;
    }
    figcaption b {
      font-weight: 600;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    i {
      display: inline-block;
      width: 8px;
      height: 8px;
      margin: 0 4px 0 6px;
      border-radius: 2px;
      background: var(--c);
    }
    .field {
      min-height: 170px;
    }
    .note {
      font-size: var(--db-font-small);
    }
    .uplot {
      width: min-content;
    }
    .u-wrap {
      position: relative;
      user-select: none;
    }
    .u-over,
    .u-under,
    .u-axis,
    .u-cursor-pt,
    .u-select {
      position: absolute;
    }
    .u-under {
      overflow: hidden;
    }
    .uplot canvas {
      position: relative;
      display: block;
      width: 100%;
      height: 100%;
    }
    .u-cursor-x,
    .u-cursor-y {
      position: absolute;
      top: 0;
      left: 0;
      pointer-events: none;
      will-change: transform;
    }
    .u-cursor-x {
      height: 100%;
      border-right: 1px dashed var(--db-faint);
    }
    .u-cursor-pt {
      border: 0 solid;
      border-radius: 50%;
      pointer-events: none;
      will-change: transform;
      background-clip: padding-box !important;
    }
    .u-select {
      background: var(--db-accent);
      opacity: 0.12;
      pointer-events: none;
    }
    .u-off {
      display: none;
    }
  `
}
