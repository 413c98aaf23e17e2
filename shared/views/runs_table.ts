import { html, LitElement, nothing } from 'lit'
import type { TableColumns } from '../api/table_methods.ts'
import { archiveTag, starTag } from '../base/tag_name.ts'
import type { Client } from '../api/client.ts'
import { controls } from './controls.ts'
import type { ViewHost } from './host.ts'
import { icon } from './icons.ts'
import { openMenu, type MenuItem } from './menu.ts'
import { sayProblem } from './problem_text.ts'
import { runsTableStyles } from './runs_table_style.ts'
import { columnMenu, columnPicker, exportMenu, groupChoices } from './table_menus.ts'
import { runsBetween, type GridChoice } from './table_grid.ts'
import { firstLayout, groupsOf, namesIn, parseLayout, shownNames, type TableLayout } from './table_layout.ts'
import { TableRows } from './table_rows.ts'
import type { WindowQuery } from './table_source.ts'
import { UndoList } from './undo.ts'

/** How often a live table looks for new names of columns. */
const columnsEveryMs = 5_000

/** The table of runs, with everything around it. Shows itself once it has `client` and `host`. */
export class RunsTable extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    experiment: { attribute: false },
    layout: { state: true },
    known: { state: true },
    experiments: { state: true },
    chosen: { state: true },
    tick: { state: true },
  }
  static override styles = [controls, runsTableStyles]
  declare client: Client
  declare host: ViewHost
  /** Name of the experiment to begin with. */
  declare experiment: string | null
  declare layout: TableLayout | null
  declare known: TableColumns
  declare experiments: readonly { name: string; runs: number }[]
  declare chosen: ReadonlySet<string>
  declare tick: number
  #rows: TableRows | null = null
  #undo = new UndoList(() => this.requestUpdate())
  #stop: (() => void) | null = null
  #lastLine = 0
  #columnsAtMs = 0
  #failed: unknown = null

  constructor() {
    super()
    this.experiment = null
    this.layout = null
    this.known = { params: [], metrics: [], tags: [] }
    this.experiments = []
    this.chosen = new Set()
    this.tick = 0
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const rows = new TableRows(this.client, () => this.tick++)
    this.#rows = rows
    const kept = parseLayout(this.host.kept())
    // Rows are asked for before anybody knows what was logged: the columns follow.
    const first = kept ?? firstLayout(this.known, this.experiment)
    this.#apply(this.experiment === null ? first : { ...first, experiment: this.experiment })
    // Subscribed first, then asked: what comes between is not missed.
    this.#stop = this.client.onChange('runs.changed', (version) => {
      rows.refresh(version)
      void this.#loadColumns()
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
    this.#rows?.close()
    this.#undo.clear()
  }

  override render() {
    const { layout } = this
    const rows = this.#rows
    if (layout === null || rows === null) {
      return this.#failed === null ? html`<p class="wait muted">Loading runs…</p>` : sayProblem(this.#failed)
    }
    const total = rows.root.total
    return html`
      ${this.#toolbar(layout)}
      <main>
        ${total === 0 && rows.root.problem === null ? this.#empty(layout) : nothing}
        <daybook-table-grid
          ?hidden=${total === 0}
          .rows=${rows}
          .layout=${layout}
          .chosen=${this.chosen}
          .tick=${this.tick}
          @layout=${(event: CustomEvent<TableLayout>) => this.#setLayout(event.detail)}
          @open=${(event: CustomEvent<string>) => this.host.open({ kind: 'run', id: event.detail })}
          @choose=${(event: CustomEvent<GridChoice>) => this.#choose(event.detail)}
          @column-menu=${this.#columnMenu}
          @keydown=${this.#key}
        ></daybook-table-grid>
      </main>
      ${this.#footer(rows)} ${this.chosen.size > 0 ? this.#actions() : nothing} ${this.#undo.render()}
    `
  }

  #toolbar(layout: TableLayout) {
    return html`<header>
      <select
        aria-label="Experiment"
        .value=${layout.experiment ?? ''}
        @change=${(event: Event) => this.#setExperiment((event.target as HTMLSelectElement).value)}
      >
        <option value="" ?selected=${layout.experiment === null}>All experiments</option>
        ${this.experiments.map(
          ({ name, runs }) =>
            html`<option value=${name} ?selected=${name === layout.experiment}>${name} (${runs})</option>`,
        )}
      </select>
      <daybook-search-box
        .value=${layout.filter}
        .known=${this.known}
        .problem=${this.#rows?.root.problem}
        @filter=${(event: CustomEvent<string>) => this.#setLayout({ ...layout, filter: event.detail })}
      ></daybook-search-box>
      <select
        aria-label="Group"
        .value=${layout.group}
        @change=${(event: Event) =>
          this.#setLayout({ ...layout, group: (event.target as HTMLSelectElement).value })}
      >
        ${groupChoices(layout, this.known).map(
          ({ value, label }) =>
            html`<option value=${value} ?selected=${value === layout.group}>${label}</option>`,
        )}
      </select>
      <select
        aria-label="Which runs"
        @change=${(event: Event) =>
          this.#setLayout({
            ...layout,
            view: (event.target as HTMLSelectElement).value as TableLayout['view'],
          })}
      >
        <option value="active" ?selected=${layout.view === 'active'}>Active</option>
        <option value="archived" ?selected=${layout.view === 'archived'}>Archived</option>
        <option value="deleted" ?selected=${layout.view === 'deleted'}>Trash</option>
      </select>
      <button @click=${(event: Event) => this.#pick(event)}>${icon('columns')} Columns</button>
      <button
        @click=${(event: Event) => this.#menu(event, exportMenu(this.client, this.host, this.#query(layout)))}
      >
        ${icon('download')} Export
      </button>
    </header>`
  }

  #footer(rows: TableRows) {
    const { total, runs } = rows.root
    const count = (n: number): string => n.toLocaleString('en-US')
    const text =
      total === null
        ? 'Loading…'
        : total === runs
          ? `${count(runs)} ${runs === 1 ? 'run' : 'runs'}`
          : `${count(runs)} runs in ${count(total)} ${total === 1 ? 'group' : 'groups'}`
    return html`<footer class="muted" role="status">${text}</footer>`
  }

  #empty(layout: TableLayout) {
    if (layout.filter !== '') {
      return html`<div class="empty">
        <h2>No run meets this filter</h2>
        <button @click=${() => this.#setLayout({ ...layout, filter: '' })}>Clear the filter</button>
      </div>`
    }
    if (layout.view !== 'active') return html`<div class="empty"><h2>Nothing here</h2></div>`
    return html`<div class="empty">
      <h2>No runs yet</h2>
      <p class="muted">
        Run a cell that trains a model, or <code>daybook run NOTEBOOK</code> in a terminal: it shows up here
        by itself. Everything stays on this computer.
      </p>
    </div>`
  }

  #actions() {
    const ids = [...this.chosen]
    const trash = this.layout?.view === 'deleted'
    const archived = this.layout?.view === 'archived'
    const act = (name: Parameters<typeof icon>[0], label: string, work: () => void, off = false) =>
      html`<button class="quiet" ?disabled=${off} @click=${work}>${icon(name)} ${label}</button>`
    const compare = () => this.host.open({ kind: 'compare', ids })
    return html`<div class="actions" role="toolbar" aria-label="What to do with the chosen runs">
      <b>${ids.length.toLocaleString('en-US')} chosen</b>
      ${act('compare', 'Compare', compare, ids.length < 2 || ids.length > 20)}
      ${
        this.host.readOnly
          ? nothing
          : trash
            ? act('restore', 'Restore', () => void this.#setDeleted(ids, false))
            : html`${act('star', 'Star', () => void this.#tag(ids, starTag, 'true', 'Starred'))}
                <button class="quiet" @click=${(event: Event) => this.#askTag(event, ids)}>
                  ${icon('tag')} Tag…
                </button>
                ${
                  archived
                    ? act(
                        'restore',
                        'Take out of the archive',
                        () => void this.#tag(ids, archiveTag, null, 'Took out'),
                      )
                    : act('archive', 'Archive', () => void this.#tag(ids, archiveTag, 'true', 'Archived'))
                }
                ${act('trash', 'Delete', () => void this.#setDeleted(ids, true))}`
      }
      <button class="quiet icon" aria-label="Choose none" @click=${() => (this.chosen = new Set())}>
        ${icon('close')}
      </button>
    </div>`
  }

  #setExperiment(name: string): void {
    if (this.layout === null) return
    this.#setLayout({ ...this.layout, experiment: name === '' ? null : name })
    void this.#loadColumns(true)
  }

  #setLayout(layout: TableLayout): void {
    this.host.keep({ version: 1, layout })
    this.#apply(layout)
  }

  #apply(layout: TableLayout): void {
    const before = this.layout
    this.layout = layout
    this.#rows?.ask(this.#query(layout))
    const same =
      before !== null && JSON.stringify(this.#query(before)) === JSON.stringify(this.#query(layout))
    if (!same) this.renderRoot.querySelector('daybook-table-grid')?.toTop()
  }

  #query(layout: TableLayout): WindowQuery & { shown: ReturnType<typeof shownNames> } {
    return {
      experiment: layout.experiment,
      filter: layout.filter,
      view: layout.view,
      // What was found or put into the trash is shown wherever it stood.
      within: layout.filter === '' && layout.view === 'active' ? 'top' : 'all',
      sort: [...layout.sort],
      groupBy: groupsOf(layout),
      shown: shownNames(layout),
    }
  }

  async #loadColumns(now = false): Promise<void> {
    if (!now && Date.now() - this.#columnsAtMs < columnsEveryMs) return
    this.#columnsAtMs = Date.now()
    const wanted = this.layout === null ? this.experiment : this.layout.experiment
    try {
      const [known, experiments] = await Promise.all([
        this.client.call('runs.columns', { experiment: wanted }),
        this.client.call('runs.experiments', {}),
      ])
      this.known = known
      this.experiments = experiments
      const isBare = (): boolean =>
        this.layout?.columns.every(({ id }) => !/^(metrics|params)\./.test(id)) === true
      if (isBare() && known.metrics.length + known.params.length > 0) {
        const names = (list: TableColumns['params']) => list.slice(0, 200).map(({ name }) => name)
        const shown = { params: names(known.params), metrics: names(known.metrics) }
        const { rows } = await this.client.call('runs.window', { experiment: wanted, limit: 50, shown })
        // The layout as it is now: a user may have grouped or sorted while the answer was under way.
        const { layout } = this
        if (layout !== null && isBare())
          this.#apply({ ...layout, columns: firstLayout(namesIn(rows, known), wanted).columns })
      }
    } catch (error) {
      this.#failed = error
      this.requestUpdate()
    }
  }

  #choose({ line, row, how }: GridChoice): void {
    if (row.kind !== 'run' || this.#rows === null) return
    const chosen = new Set(this.chosen)
    if (how === 'range') for (const id of runsBetween(this.#rows, this.#lastLine, line)) chosen.add(id)
    else if (!chosen.delete(row.id)) chosen.add(row.id)
    this.#lastLine = line
    this.chosen = chosen
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.chosen = new Set()
    else if (event.key === 'Delete' && this.chosen.size > 0 && !this.host.readOnly) {
      void this.#setDeleted([...this.chosen], this.layout?.view !== 'deleted')
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void this.#chooseAll()
    } else if (event.key === '/') {
      event.preventDefault()
      this.renderRoot.querySelector('daybook-search-box')?.focus()
    }
  }

  async #chooseAll(): Promise<void> {
    if (this.layout === null) return
    this.chosen = new Set(await this.client.call('runs.ids', this.#query(this.layout)))
  }

  async #tag(ids: readonly string[], key: string, value: string | null, done: string): Promise<void> {
    await this.#undo.attempt(async () => {
      const { undo } = await this.client.call('runs.setTags', {
        changes: ids.map((id) => ({ id, key, value })),
      })
      this.chosen = new Set()
      return {
        says: `${done} ${countRuns(ids)}`,
        undo: () => this.client.call('runs.setTags', { changes: undo }),
      }
    })
  }

  async #setDeleted(ids: readonly string[], deleted: boolean): Promise<void> {
    await this.#undo.attempt(async () => {
      await this.client.call('runs.setDeleted', { ids: [...ids], deleted })
      this.chosen = new Set()
      return {
        says: `${deleted ? 'Put' : 'Took'} ${countRuns(ids)} ${deleted ? 'into' : 'out of'} the trash`,
        undo: () => this.client.call('runs.setDeleted', { ids: [...ids], deleted: !deleted }),
      }
    })
  }

  #askTag(event: Event, ids: readonly string[]): void {
    const set = (key: string, value: string): void => void this.#tag(ids, key, value, 'Tagged')
    openMenu(this.renderRoot, event.currentTarget as HTMLElement, {
      form: {
        fields: ['Tag', 'Value'],
        button: 'Set',
        submit: ([key = '', value = '']) => key !== '' && set(key, value),
      },
    })
  }

  #columnMenu(event: CustomEvent<{ at: number; button: HTMLElement }>): void {
    const { layout } = this
    if (layout === null) return
    const items = columnMenu(layout, event.detail.at, (next) => this.#setLayout(next))
    openMenu(this.renderRoot, event.detail.button, { items })
  }

  #pick(event: Event): void {
    openMenu(this.renderRoot, event.currentTarget as HTMLElement, {
      list: () =>
        this.layout === null ? [] : columnPicker(this.layout, this.known, (next) => this.#setLayout(next)),
    })
  }

  #menu(event: Event, items: readonly MenuItem[]): void {
    openMenu(this.renderRoot, event.currentTarget as HTMLElement, { items })
  }
}

function countRuns(ids: readonly string[]): string {
  return `${ids.length.toLocaleString('en-US')} ${ids.length === 1 ? 'run' : 'runs'}`
}
