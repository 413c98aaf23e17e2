import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { ColumnProfile, DataDetail } from '../api/data_methods.ts'
import { findingLevels, type Finding, type FindingLevel, type Fix } from '../base/finding.ts'
import { formatAge, formatDuration } from '../base/quantity.ts'
import { amount, percent, plural } from '../base/wording.ts'
import { controls } from './controls.ts'
import { columnRow } from './data_column.ts'
import { findingCard } from './data_finding.ts'
import { dataStyles } from './data_style.ts'
import { columnsOfFinding, levelNames } from './finding_places.ts'
import type { ViewHost } from './host.ts'
import { icon } from './icons.ts'
import { Loaded } from './loaded.ts'
import { openMenu } from './menu.ts'
import { runPageStyles } from './run_page_style.ts'
import { tabList } from './tab_list.ts'
import { UndoList } from './undo.ts'

const titles = { findings: 'Findings', columns: 'Columns', rows: 'Rows' } as const
type Tab = keyof typeof titles

/** So many columns are drawn, and so many more with each "more": there may be ten thousand. */
const portion = 200

/** All that was found in one frame or file, live. */
export class DataReport extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    report: {},
    tab: { state: true },
    search: { state: true },
    levels: { state: true },
    limit: { state: true },
    opened: { state: true },
    busy: { state: true },
  }
  static override styles = [controls, runPageStyles, dataStyles]
  declare client: Client
  declare host: ViewHost
  /** Its id. */
  declare report: string
  declare tab: Tab
  declare search: string
  /** Levels that are shown. */
  declare levels: ReadonlySet<FindingLevel>
  declare limit: number
  /** Columns that are unfolded. */
  declare opened: ReadonlySet<string>
  /** What is being done for the user at the moment; null: nothing. */
  declare busy: string | null
  #loaded = new Loaded<DataDetail>(this, {
    topics: ['data.changed'],
    load: (client) => client.call('data.report', { id: this.report }),
  })
  #undo = new UndoList(() => this.requestUpdate())

  constructor() {
    super()
    this.tab = 'findings'
    this.search = ''
    this.levels = new Set(findingLevels)
    this.limit = portion
    this.opened = new Set()
    this.busy = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    addEventListener('keydown', this.#key)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    removeEventListener('keydown', this.#key)
    this.#undo.clear()
  }

  override render() {
    return html`<div class="page">${this.#loaded.render((loaded) => this.#draw(loaded))}</div>`
  }

  #draw(loaded: DataDetail): TemplateResult {
    const beside = {
      findings: amount(loaded.findings.length),
      columns: amount(loaded.columns.length),
      rows: amount(loaded.rows),
    }
    return html`
      ${this.#head(loaded)} ${loaded.notes.map((note) => html`<p class="note">${note}</p>`)} ${tiles(loaded)}
      ${tabList(this, {
        ...{ titles, beside, now: this.tab },
        show: (tab) => (this.tab = tab),
      })}
      ${this.tab === 'rows' ? nothing : this.#tools(loaded)}
      <div role="tabpanel" aria-labelledby="tab-${this.tab}">${this.#body(loaded)}</div>
      ${this.#undo.render()}
    `
  }

  #head({ about, name, target, targetGuessed, rowsLookedAt, rows, tookMs }: DataDetail): TemplateResult {
    const { host } = this
    const { notebook, cell, run } = about
    return html`<header>
      <div class="row">
        <button class="quiet icon" aria-label="All data" @click=${() => host.open({ kind: 'data' })}>
          ${icon('back')}
        </button>
        <h1 title=${name}>${name}</h1>
        <span class="space"></span>
        ${
          rowsLookedAt < rows && about.execution === null && !host.readOnly
            ? html`<button ?disabled=${this.busy !== null} @click=${() => void this.#lookAtAll(name)}>
                ${this.busy ?? 'Look at all rows'}
              </button>`
            : nothing
        }
        ${host.readOnly ? nothing : html`<button @click=${() => void this.#save()}>${icon('download')} Save as HTML</button>`}
      </div>
      <div class="facts">
        ${target === null ? nothing : html`<span>predicts <b>${target}</b>${targetGuessed ? ' (guessed by its name)' : ''}</span>`}
        ${rowsLookedAt < rows ? html`<span>${amount(rowsLookedAt)} rows looked at one by one</span>` : nothing}
        <span title=${new Date(about.atMs).toLocaleString()}
          >looked at ${formatAge(Date.now() - about.atMs)}, in ${formatDuration(tookMs)}</span
        >
        ${
          notebook === null
            ? nothing
            : host.openCell === undefined
              ? html`<span>${notebook}</span>`
              : html`<button class="link" @click=${() => host.openCell?.({ notebook, cell })}>
                  ${notebook}
                </button>`
        }
        ${run === null ? nothing : html`<button class="link" @click=${() => host.open({ kind: 'run', id: run })}>its run</button>`}
      </div>
    </header>`
  }

  #tools(loaded: DataDetail): TemplateResult {
    const of = (level: FindingLevel): number => loaded.findings.filter((each) => each.level === level).length
    return html`<div class="tools">
      <input
        type="search"
        aria-label="Find"
        placeholder="Find a column, a rule, a word"
        .value=${this.search}
        @input=${(event: Event) => {
          this.search = (event.target as HTMLInputElement).value
          this.limit = portion
        }}
      />
      ${
        this.tab === 'findings'
          ? findingLevels.map(
              (level) =>
                html`<button
                  class="level ${level}"
                  aria-pressed=${this.levels.has(level)}
                  @click=${() => this.#toggle(level)}
                >
                  ${levelNames[level]} ${of(level)}
                </button>`,
            )
          : nothing
      }
    </div>`
  }

  #body(loaded: DataDetail): TemplateResult {
    if (this.tab === 'rows')
      return html`<daybook-data-rows
        .client=${this.client}
        .report=${this.report}
        .total=${loaded.rows}
        .atMs=${loaded.about.atMs}
      ></daybook-data-rows>`
    return this.tab === 'columns' ? this.#columns(loaded) : this.#findings(loaded)
  }

  #findings(loaded: DataDetail): TemplateResult {
    const found = loaded.findings.filter(
      (finding) =>
        this.levels.has(finding.level) &&
        this.#fits(`${finding.rule} ${finding.says} ${columnsOfFinding(finding).join(' ')}`),
    )
    const first = new Set(loaded.findings.filter(({ level }) => level !== 'info').slice(0, 3))
    return html`${
      loaded.findings.length === 0
        ? html`<p class="empty">Nothing to look at: no rule found anything.</p>`
        : found.length === 0
          ? html`<p class="empty">No finding fits.</p>`
          : found.map((finding) => findingCard(finding, this.#actions(loaded, first.has(finding))))
    }
    ${accepted(loaded, this.host.readOnly ? null : (finding) => void this.#bringBack(finding))}`
  }

  #columns(loaded: DataDetail): TemplateResult {
    const found = loaded.columns.filter(({ name, kind }) => this.#fits(`${name} ${kind}`))
    const about = (name: string): Finding[] =>
      loaded.findings.filter((finding) => columnsOfFinding(finding).includes(name))
    if (found.length === 0) return html`<p class="empty">No column fits.</p>`
    const row = (column: ColumnProfile): TemplateResult =>
      columnRow(column, {
        findings: about(column.name),
        open: this.opened.has(column.name),
        toggle: () => this.#unfold(column.name),
      })
    return html`<div class="list">${found.slice(0, this.limit).map(row)}</div>
      ${
        found.length > this.limit
          ? html`<button @click=${() => (this.limit += portion)}>
              Show more: ${amount(found.length - this.limit)} columns are left
            </button>`
          : nothing
      }`
  }

  #actions(loaded: DataDetail, open: boolean): Parameters<typeof findingCard>[1] {
    const { host } = this
    const { notebook, cell } = loaded.about
    return {
      open,
      ...(host.insertCode === undefined || notebook === null
        ? {}
        : { insert: (fix: Fix) => host.insertCode?.({ notebook, cell, code: fix.code }) }),
      copy: (fix) => void this.#undo.attempt(() => copy(fix)),
      ...(host.readOnly
        ? {}
        : { accept: (finding: Finding, button: HTMLElement) => this.#accept(finding, button) }),
      showColumn: (name) => {
        this.tab = 'columns'
        this.search = name
        this.opened = new Set([name])
      },
    }
  }

  #accept(finding: Finding, button: HTMLElement): void {
    const columns = [...columnsOfFinding(finding)]
    const about = { id: this.report, rule: finding.rule, columns }
    openMenu(this.renderRoot, button, {
      items: [{ kind: 'title', label: 'Accept this finding: it is noted in daybook.yaml' }],
      form: {
        fields: ['Reason'],
        button: 'Accept',
        submit: ([reason = '']) =>
          this.#undo.attempt(async () => {
            await this.client.call('data.suppress', { ...about, reason })
            return { says: 'Accepted', undo: () => this.client.call('data.unsuppress', about) }
          }),
      },
    })
  }

  async #bringBack({ rule, ...finding }: Finding): Promise<void> {
    const columns = [...columnsOfFinding(finding)]
    await this.#undo.attempt(async () => {
      await this.client.call('data.unsuppress', { id: this.report, rule, columns })
      return null
    })
  }

  async #lookAtAll(path: string): Promise<void> {
    const task = `page-${Math.random()}`
    this.busy = 'Looking…'
    const timer = setInterval(() => {
      void this.client.call('data.progress', { task }).then(({ says }) => {
        if (says !== null && this.busy !== null) this.busy = `${says}…`
      })
    }, 500)
    await this.#undo.attempt(async () => {
      await this.client.call('data.lint', { path, allRows: true, task })
      return null
    })
    clearInterval(timer)
    this.busy = null
  }

  async #save(): Promise<void> {
    await this.#undo.attempt(async () => {
      const { html: text } = await this.client.call('data.page', { id: this.report })
      const name = `${this.#loaded.value?.name.split(/[/\\]/).at(-1) ?? 'data'}.html`
      this.host.save({ name, mime: 'text/html', content: new TextEncoder().encode(text) })
      return null
    })
  }

  #fits(words: string): boolean {
    return words.toLowerCase().includes(this.search.trim().toLowerCase())
  }

  #toggle(level: FindingLevel): void {
    const levels = new Set(this.levels)
    if (!levels.delete(level)) levels.add(level)
    this.levels = levels
  }

  #unfold(name: string): void {
    const opened = new Set(this.opened)
    if (!opened.delete(name)) opened.add(name)
    this.opened = opened
  }

  /** A slash goes to the search, wherever the page has the focus. */
  readonly #key = (event: KeyboardEvent): void => {
    const from = event.composedPath()[0]
    if (event.key !== '/' || (from instanceof HTMLElement && /INPUT|TEXTAREA/.test(from.tagName))) return
    if (!this.isConnected || this.offsetParent === null) return
    event.preventDefault()
    this.renderRoot.querySelector<HTMLElement>('input[type="search"]')?.focus()
  }
}

async function copy({ code, language }: Fix): Promise<{ says: string; undo(): Promise<unknown> } | null> {
  await navigator.clipboard.writeText(code)
  return { says: `Copied, for ${language}`, undo: () => navigator.clipboard.writeText('') }
}

function tiles({ rows, columns }: DataDetail): TemplateResult {
  const cells = rows * columns.length
  const missing = columns.reduce((sum, { nulls }) => sum + nulls, 0)
  const kinds = (...wanted: string[]): number => columns.filter(({ kind }) => wanted.includes(kind)).length
  const tile = (value: string, name: string): TemplateResult =>
    html`<div class="tile"><span>${name}</span><b>${value}</b></div>`
  return html`<div class="tiles">
    ${tile(amount(rows), rows === 1 ? 'row' : 'rows')} ${tile(amount(columns.length), 'columns')}
    ${tile(amount(kinds('integer', 'number')), 'of numbers')}
    ${tile(amount(kinds('text', 'boolean')), 'of text')}
    ${tile(amount(kinds('date', 'timestamp', 'time')), 'of times')}
    ${tile(cells === 0 ? '0 %' : percent(missing / cells), 'of cells missing')}
  </div>`
}

function accepted(
  { suppressed }: DataDetail,
  bringBack: ((finding: Finding) => void) | null,
): TemplateResult | typeof nothing {
  if (suppressed.length === 0) return nothing
  return html`<details class="accepted">
    <summary>${plural(suppressed.length, 'finding')} accepted in daybook.yaml</summary>
    <ul>
      ${suppressed.map(
        ({ finding, reason }) =>
          html`<li>
            ${finding.says} <em>${reason}</em>
            ${bringBack === null ? nothing : html`<button class="link" @click=${() => bringBack(finding)}>bring it back</button>`}
          </li>`,
      )}
    </ul>
  </details>`
}
