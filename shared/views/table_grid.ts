import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { styleMap } from 'lit/directives/style-map.js'
import type { TableRow } from '../api/table_methods.ts'
import { controls } from './controls.ts'
import { icon } from './icons.ts'
import { groupCell, groupTitle, runCell } from './table_cell.ts'
import { gridStyles } from './table_grid_style.ts'
import { isNumeric, moveColumn, resizeColumn, titleOf, toggleSort, type TableLayout } from './table_layout.ts'
import { keyOf, type TableLine, type TableRows } from './table_rows.ts'

/** Height of a line and of the head, in pixels; --db-row says the same. */
const linePx = 30
/** Lines that are drawn beyond what is in sight. */
const spareLines = 6
const markPx = 34

/** What happens to the rows chosen. */
export interface GridChoice {
  line: number
  row: TableRow
  how: 'toggle' | 'range'
}

/**
 * The lines and columns of a table of runs, however many: only those in sight are drawn.
 * @fires layout with the changed layout
 * @fires open with a run's id
 * @fires choose with a `GridChoice`
 * @fires column-menu with the column's place and the button that asks
 */
export class TableGrid extends LitElement {
  static override properties = {
    rows: { attribute: false },
    layout: { attribute: false },
    chosen: { attribute: false },
    tick: { attribute: false },
    active: { state: true },
    firstLine: { state: true },
    lines: { state: true },
  }
  static override styles = [controls, gridStyles]
  declare rows: TableRows
  declare layout: TableLayout
  declare chosen: ReadonlySet<string>
  /** Changes whenever the rows do. */
  declare tick: number
  declare active: number
  declare firstLine: number
  declare lines: number
  #watch: ResizeObserver | null = null
  #frame = 0
  #dragged: number | null = null

  constructor() {
    super()
    this.active = 0
    this.firstLine = 0
    this.lines = 30
    this.chosen = new Set()
    this.tick = 0
  }

  override firstUpdated(): void {
    const view = this.#viewport()
    this.#watch = new ResizeObserver(() => {
      this.lines = Math.ceil(view.clientHeight / linePx) + 2 * spareLines
    })
    this.#watch.observe(view)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#watch?.disconnect()
    cancelAnimationFrame(this.#frame)
  }

  /** Back to the first line. */
  toTop(): void {
    this.#viewport().scrollTop = 0
    this.firstLine = 0
    this.active = 0
  }

  override render() {
    const { columns } = this.layout
    const count = this.rows.count
    const template = `${markPx}px ${columns.map(({ widthPx }) => `${widthPx}px`).join(' ')} minmax(0, 1fr)`
    const widthPx = columns.reduce((sum, column) => sum + column.widthPx, markPx)
    const first = Math.max(0, Math.min(this.firstLine - spareLines, count - 1))
    const last = Math.min(count - 1, first + this.lines - 1)
    if (count > 0) this.rows.need(first, last)
    return html`
      <div
        class="viewport"
        role="treegrid"
        tabindex="0"
        aria-label="Runs"
        aria-multiselectable="true"
        aria-rowcount=${count + 1}
        aria-colcount=${columns.length + 1}
        aria-activedescendant=${`l${this.active % this.lines}`}
        @scroll=${this.#scroll}
        @keydown=${this.#key}
      >
        <div
          class="canvas"
          style=${styleMap({ '--columns': template, width: `max(100%, ${widthPx}px)`, height: `${(count + 1) * linePx}px` })}
        >
          ${this.#head()}
          ${Array.from({ length: Math.min(this.lines, count) }, (_none, slot) => {
            // Each line keeps its place among the drawn ones: scrolling by one changes one of them.
            const size = Math.min(this.lines, count)
            const line = first + ((((slot - first) % size) + size) % size)
            return line > last ? nothing : this.#line(line, slot)
          })}
        </div>
      </div>
    `
  }

  #head(): TemplateResult {
    return html`<div class="head" role="row" aria-rowindex="1">
      <div class="cell mark pinned" role="columnheader" style="left:0"></div>
      ${this.layout.columns.map(({ id, widthPx }, i) => {
        const sorted = this.layout.sort.findIndex(({ by }) => by === id)
        const descending = this.layout.sort[sorted]?.descending === true
        return html`<div
          class="cell ${this.#pinClass(i)} ${isNumeric(id) ? 'number' : ''}"
          style=${styleMap(this.#pinStyle(i))}
          role="columnheader"
          aria-sort=${sorted < 0 ? 'none' : descending ? 'descending' : 'ascending'}
          draggable="true"
          title="${titleOf(id)}: click to sort, with Shift to sort by several; drag to move"
          @dragstart=${() => (this.#dragged = i)}
          @dragover=${(event: Event) => event.preventDefault()}
          @drop=${() => this.#drop(i)}
        >
          <button class="title" tabindex="-1" @click=${(event: MouseEvent) => this.#sort(id, event)}>
            <span>${titleOf(id)}</span>
            ${
              sorted < 0
                ? nothing
                : html`${icon(descending ? 'low' : 'up')}${
                    this.layout.sort.length > 1 ? html`<sub>${sorted + 1}</sub>` : nothing
                  }`
            }
          </button>
          <button
            class="quiet icon more"
            tabindex="-1"
            aria-label="Menu of ${titleOf(id)}"
            @click=${(event: Event) => this.#tell('column-menu', { at: i, button: event.currentTarget })}
          >
            ${icon('more')}
          </button>
          <div
            class="edge"
            @pointerdown=${(event: PointerEvent) => this.#resize(event, i, widthPx)}
            @dragstart=${(event: Event) => event.preventDefault()}
          ></div>
        </div>`
      })}
    </div>`
  }

  #line(at: number, slot: number): TemplateResult {
    const line = this.rows.line(at)
    const { row } = line
    const chosen = row?.kind === 'run' && this.chosen.has(row.id)
    return html`<div
      id="l${slot}"
      class="line ${chosen ? 'chosen' : ''} ${at === this.active ? 'active' : ''} ${row?.kind ?? ''}"
      role="row"
      aria-rowindex=${at + 2}
      aria-level=${line.level}
      aria-selected=${chosen}
      aria-expanded=${isHolder(row) ? String(line.opened) : nothing}
      style=${styleMap({ transform: `translateY(${(at + 1) * linePx}px)` })}
      @click=${(event: MouseEvent) => this.#click(event, at, row)}
    >
      ${row === undefined ? html`<div class="cell wait"></div>` : this.#cells(line, row, at)}
    </div>`
  }

  #cells(line: TableLine, row: TableRow, at: number): TemplateResult {
    const nowMs = Date.now()
    return html`
      <div class="cell mark pinned" role="gridcell" style="left:0">
        ${
          row.kind === 'run'
            ? html`<input
                type="checkbox"
                tabindex="-1"
                aria-label="Choose ${row.name}"
                .checked=${this.chosen.has(row.id)}
                @click=${(event: MouseEvent) => this.#choose(event, at, row)}
              />`
            : nothing
        }
      </div>
      ${this.layout.columns.map(({ id }, i) => {
        const content =
          i === 0
            ? this.#nameCell(line, row, at)
            : row.kind === 'run'
              ? runCell(row, id, nowMs)
              : groupCell(row, id)
        return html`<div
          class="cell ${this.#pinClass(i)} ${isNumeric(id) ? 'number' : ''}"
          style=${styleMap(this.#pinStyle(i))}
          role="gridcell"
          title=${typeof content === 'string' && content.length > 14 ? content : nothing}
        >
          ${content}
        </div>`
      })}
    `
  }

  #nameCell(line: TableLine, row: TableRow, at: number): TemplateResult {
    const holder = isHolder(row) && line.level === 1
    const turn = holder
      ? html`<button
          class="turn quiet icon"
          tabindex="-1"
          aria-label=${line.opened ? 'Close' : 'Open'}
          @click=${(event: Event) => {
            event.stopPropagation()
            this.rows.toggle(at)
          }}
        >
          ${icon(line.opened ? 'down' : 'right')}
        </button>`
      : html`<span class="turn"></span>`
    if (row.kind === 'group') {
      const title = groupTitle(row)
      return html`${turn}<span class="name" title=${title}>${title}</span>
        <span class="count">${row.runs.toLocaleString('en-US')}</span>`
    }
    return html`<span class="level${line.level}"></span>${turn}
      <span class="status ${row.status}" title=${row.status.toLowerCase()}></span>
      <a class="name" tabindex="-1" title=${row.name}>${row.name}</a>
      ${row.starred ? html`<span class="star" title="Starred">${icon('star', true)}</span>` : nothing}
      ${row.children > 0 ? html`<span class="count">${row.children}</span>` : nothing}`
  }

  #pinClass(at: number): string {
    return at < this.layout.pinned ? (at === this.layout.pinned - 1 ? 'pinned last' : 'pinned') : ''
  }

  #pinStyle(at: number): Record<string, string> {
    if (at >= this.layout.pinned) return {}
    const before = this.layout.columns.slice(0, at).reduce((sum, column) => sum + column.widthPx, markPx)
    return { left: `${before}px` }
  }

  #scroll(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => {
      this.firstLine = Math.floor(this.#viewport().scrollTop / linePx)
    })
  }

  #click(event: MouseEvent, at: number, row: TableRow | undefined): void {
    this.active = at
    if (row === undefined) return
    const path = event.composedPath()
    if (path.some((each) => each instanceof HTMLInputElement)) return
    if (event.shiftKey || event.ctrlKey || event.metaKey) return this.#choose(event, at, row)
    const onName = path.some((each) => each instanceof HTMLAnchorElement)
    if (row.kind === 'group') this.rows.toggle(at)
    else if (onName || event.detail === 2) this.#tell('open', row.id)
  }

  #choose(event: MouseEvent | KeyboardEvent, line: number, row: TableRow): void {
    event.stopPropagation()
    this.#tell('choose', { line, row, how: event.shiftKey ? 'range' : 'toggle' } satisfies GridChoice)
    // The box shows what is chosen, not what was clicked.
    this.requestUpdate()
  }

  #key(event: KeyboardEvent): void {
    const page = Math.max(1, this.lines - 2 * spareLines - 2)
    const moves: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    }
    const move = moves[event.key]
    const row = this.rows.line(this.active).row
    if (move !== undefined) {
      const to = Math.max(0, Math.min(this.rows.count - 1, this.active + move))
      this.#show(to)
      const target = this.rows.line(to).row
      if (event.shiftKey && target !== undefined) this.#choose(event, to, target)
    } else if (event.key === 'Enter' && row !== undefined) {
      if (row.kind === 'group') this.rows.toggle(this.active)
      else this.#tell('open', row.id)
    } else if (event.key === ' ' && row !== undefined) this.#choose(event, this.active, row)
    else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      if (isHolder(row) && this.rows.line(this.active).opened === (event.key === 'ArrowLeft')) {
        this.rows.toggle(this.active)
      } else this.#viewport().scrollLeft += event.key === 'ArrowRight' ? 80 : -80
    } else return
    event.preventDefault()
  }

  #show(line: number): void {
    this.active = line
    const view = this.#viewport()
    const top = line * linePx
    if (top < view.scrollTop) view.scrollTop = top
    else if (top + 2 * linePx > view.scrollTop + view.clientHeight) {
      view.scrollTop = top + 2 * linePx - view.clientHeight
    }
  }

  #sort(id: string, event: MouseEvent): void {
    this.#tell('layout', toggleSort(this.layout, id, event.shiftKey))
  }

  #drop(to: number): void {
    const from = this.#dragged
    this.#dragged = null
    // The first column names the run and stays where it is.
    if (from === null || from === to || from === 0 || to === 0) return
    this.#tell('layout', moveColumn(this.layout, from, to))
  }

  #resize(event: PointerEvent, at: number, widthPx: number): void {
    event.preventDefault()
    const edge = event.currentTarget as HTMLElement
    edge.setPointerCapture(event.pointerId)
    const move = (moved: PointerEvent): void =>
      this.#tell('layout', resizeColumn(this.layout, at, widthPx + moved.clientX - event.clientX))
    edge.addEventListener('pointermove', move)
    edge.addEventListener('pointerup', () => edge.removeEventListener('pointermove', move), { once: true })
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  #viewport(): HTMLElement {
    const found = this.renderRoot.querySelector<HTMLElement>('.viewport')
    if (found === null) throw new Error('Cannot scroll: the table is not drawn yet')
    return found
  }
}

function isHolder(row: TableRow | undefined): boolean {
  return row !== undefined && (row.kind === 'group' || row.children > 0)
}

/** Runs among lines, for a choice over several. */
export function runsBetween(rows: TableRows, from: number, to: number): string[] {
  const ids: string[] = []
  for (let line = Math.min(from, to); line <= Math.max(from, to); line++) {
    const { row } = rows.line(line)
    if (row?.kind === 'run') ids.push(keyOf(row))
  }
  return ids
}
