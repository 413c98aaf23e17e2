import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { RunDetail } from '../api/run_methods.ts'
import type { Standing } from '../api/run_page_methods.ts'
import { formatDuration } from '../base/quantity.ts'
import { noteTag, starTag } from '../base/tag_name.ts'
import { codeStyles } from './code_style.ts'
import { controls } from './controls.ts'
import { deploymentName } from './deployment_text.ts'
import { headline } from './headline_text.ts'
import type { ViewHost } from './host.ts'
import { icon } from './icons.ts'
import { Loaded } from './loaded.ts'
import { openMenu } from './menu.ts'
import { runOverview } from './run_overview.ts'
import { runPageStyles } from './run_page_style.ts'
import { runSurroundings } from './run_surroundings.ts'
import { shortAge } from './table_cell.ts'
import { tabList } from './tab_list.ts'
import { UndoList } from './undo.ts'

/** Parts of the page. */
const tabs = { overview: 'Overview', code: 'Code', files: 'Files', surroundings: 'Environment' } as const
type Tab = keyof typeof tabs

interface WholeRun {
  run: RunDetail
  standing: Standing
}

/** Everything about one run, live. */
export class RunPage extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    run: {},
    tab: { state: true },
    beside: { state: true },
    environment: { state: true },
    diff: { state: true },
    deploying: { state: true },
  }
  static override styles = [controls, runPageStyles, codeStyles]
  declare client: Client
  declare host: ViewHost
  /** Its id, or the beginning of it. */
  declare run: string
  declare tab: Tab
  /** Runs whose curves are laid over this one's, by id. */
  declare beside: ReadonlyMap<string, string>
  /** As the run left it; undefined until it was read, null where there is none. */
  declare environment: Record<string, unknown> | null | undefined
  /** Uncommitted changes; undefined until they were read. */
  declare diff: string | null | undefined
  /** Whether the form that makes its model answer is open. */
  declare deploying: boolean
  #loaded = new Loaded<WholeRun>(this, {
    topics: ['runs.changed'],
    load: async (client) => {
      const [run, standing] = await Promise.all([
        client.call('runs.get', { id: this.run }),
        client.call('runs.standing', { id: this.run }),
      ])
      return { run, standing }
    },
  })
  #undo = new UndoList(() => this.requestUpdate())

  constructor() {
    super()
    this.tab = 'overview'
    this.beside = new Map()
    this.deploying = false
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#undo.clear()
  }

  override render() {
    return html`<div class="page ${this.host.isAlone === true ? 'alone' : ''}" @click=${this.#link}>
      ${this.#loaded.render((loaded) => this.#draw(loaded))} ${this.#undo.render()}
    </div>`
  }

  #draw({ run, standing }: WholeRun): TemplateResult {
    return html`${this.#head(run)} ${this.deploying ? this.#deployForm(run) : nothing}
      <p class="headline">${headline(run, standing, (id) => this.host.open({ kind: 'run', id }))}</p>
      ${
        run.tags['daybook.error'] === undefined
          ? nothing
          : html`<pre class="problem">${run.tags['daybook.error']}</pre>`
      }
      ${tabList(this, {
        ...{ titles: tabs, now: this.tab },
        show: (tab) => this.#show(tab),
        beside: run.artifacts.length > 0 ? { files: String(run.artifacts.length) } : {},
      })}
      <div role="tabpanel" aria-labelledby="tab-${this.tab}">${this.#body(run)}</div>`
  }

  #head(run: RunDetail): TemplateResult {
    const starred = starTag in run.tags
    const notebook = run.tags['daybook.notebook']
    const commit = run.tags['mlflow.source.git.commit']
    return html`<header>
      <div class="row">
        ${
          this.host.isAlone === true
            ? nothing
            : html`<button
                class="quiet icon"
                aria-label="All runs"
                @click=${() => this.host.open({ kind: 'runs' })}
              >
                ${icon('back')}
              </button>`
        }
        <span class="status ${run.status}"></span>
        <h1>${run.name}</h1>
        ${run.deleted ? html`<span class="chip">in the trash</span>` : nothing}
        <span class="space"></span>
        ${
          this.host.readOnly
            ? nothing
            : html`<button class="primary" @click=${() => (this.deploying = true)}>Deploy…</button>
                <button
                  aria-pressed=${starred}
                  @click=${() => void this.#tag(starTag, starred ? null : 'true', starred ? 'Star taken off' : 'Starred')}
                >
                  ${icon('star', starred)} ${starred ? 'Starred' : 'Star'}
                </button>
                <button @click=${() => void this.#setDeleted(!run.deleted)}>
                  ${icon(run.deleted ? 'restore' : 'trash')} ${run.deleted ? 'Restore' : 'Delete'}
                </button>`
        }
        ${
          this.host.isAlone === true
            ? nothing
            : html`<button @click=${(event: Event) => void this.#pickBeside(event, 'compare')}>
                ${icon('compare')} Compare…
              </button>`
        }
      </div>
      <div class="facts">
        <span>${run.status.toLowerCase()}</span>
        <button class="link" @click=${() => this.host.open({ kind: 'runs', experiment: run.experiment })}>
          ${run.experiment}
        </button>
        <span title=${new Date(run.startMs).toLocaleString()}>${shortAge(Date.now() - run.startMs)}</span>
        <span>${formatDuration(Math.max(0, (run.endMs ?? Date.now()) - run.startMs))}</span>
        ${
          notebook === undefined || this.host.openCell === undefined
            ? nothing
            : html`<button
                class="link"
                @click=${() => this.host.openCell?.({ notebook, cell: run.tags['daybook.cell'] ?? null })}
              >
                Open cell
              </button>`
        }
        ${
          commit === undefined
            ? nothing
            : html`<span class="mono" title=${commit}
                >${run.tags['daybook.git.branch'] ?? ''} ${commit.slice(0, 8)}</span
              >`
        }
        ${
          run.parentId === null
            ? nothing
            : html`<button
                class="link"
                @click=${() => this.host.open({ kind: 'run', id: run.parentId ?? '' })}
              >
                Part of another run
              </button>`
        }
        <span class="mono muted" title="Id of the run">${run.id.slice(0, 8)}</span>
      </div>
    </header>`
  }

  #deployForm(run: RunDetail): TemplateResult {
    return html`<daybook-deploy-form
      .client=${this.client}
      .host=${this.host}
      .model=${run.id}
      .suggested=${deploymentName({ name: run.name, notebook: run.tags['daybook.notebook'] ?? null })}
      @close=${() => (this.deploying = false)}
    ></daybook-deploy-form>`
  }

  #body(run: RunDetail): TemplateResult {
    switch (this.tab) {
      case 'overview':
        return runOverview({
          run,
          first: this.#loaded.value?.standing.headline?.key ?? null,
          client: this.client,
          host: this.host,
          beside: this.beside,
          pick: (event) => void this.#pickBeside(event, 'overlay'),
          drop: (id) => (this.beside = new Map([...this.beside].filter(([other]) => other !== id))),
          note: (text) => void this.#tag(noteTag, text === '' ? null : text, 'Note kept'),
        })
      case 'code':
        return html`<daybook-run-code
          .client=${this.client}
          .host=${this.host}
          .run=${run.id}
        ></daybook-run-code>`
      case 'files':
        return html`<daybook-run-files
          .client=${this.client}
          .host=${this.host}
          .run=${run.id}
          .files=${run.artifacts}
        ></daybook-run-files>`
      case 'surroundings':
        return runSurroundings({ run, client: this.client, environment: this.environment, diff: this.diff })
    }
  }

  #show(tab: Tab): void {
    this.tab = tab
    if (tab === 'surroundings' && this.#loaded.value !== null)
      void this.#loadSurroundings(this.#loaded.value.run)
  }

  async #loadSurroundings(run: RunDetail): Promise<void> {
    const read = async (path: string): Promise<string | null> => {
      if (!run.artifacts.some((file) => file.path === path)) return null
      const part = await this.client.call('runs.artifact', { id: run.id, path, maxBytes: 2_000_000 })
      return new TextDecoder().decode(Uint8Array.from(atob(part.base64), (letter) => letter.charCodeAt(0)))
    }
    const [environment, diff] = await Promise.all([
      read('daybook/environment.json'),
      read('daybook/uncommitted.diff'),
    ])
    this.diff = diff
    try {
      this.environment = environment === null ? null : (JSON.parse(environment) as Record<string, unknown>)
    } catch {
      this.environment = null
    }
  }

  async #pickBeside(event: Event, what: 'overlay' | 'compare'): Promise<void> {
    const button = event.currentTarget as HTMLElement
    const loaded = this.#loaded.value
    if (loaded === null) return
    const { rows } = await this.client.call('runs.window', {
      experiment: loaded.run.experiment,
      within: 'all',
      limit: 200,
    })
    const others = rows.flatMap((row) => (row.kind === 'run' && row.id !== loaded.run.id ? [row] : []))
    openMenu(this.renderRoot, button, {
      list: () =>
        others.map((row) => ({
          label: row.name,
          detail: shortAge(Date.now() - row.startMs),
          on: what === 'overlay' && this.beside.has(row.id),
          toggle: () => {
            if (what === 'compare') return this.host.open({ kind: 'compare', ids: [loaded.run.id, row.id] })
            const beside = new Map(this.beside)
            if (!beside.delete(row.id)) beside.set(row.id, row.name)
            this.beside = beside
          },
        })),
    })
  }

  async #tag(key: string, value: string | null, says: string): Promise<void> {
    const id = this.#loaded.value?.run.id ?? ''
    await this.#undo.attempt(async () => {
      const { undo } = await this.client.call('runs.setTags', { changes: [{ id, key, value }] })
      return { says, undo: () => this.client.call('runs.setTags', { changes: undo }) }
    })
  }

  async #setDeleted(deleted: boolean): Promise<void> {
    const ids = [this.#loaded.value?.run.id ?? '']
    await this.#undo.attempt(async () => {
      await this.client.call('runs.setDeleted', { ids, deleted })
      const undo = (): Promise<unknown> => this.client.call('runs.setDeleted', { ids, deleted: !deleted })
      return { says: deleted ? 'Put into the trash' : 'Taken out of the trash', undo }
    })
  }

  /** A link in a note leads out of the page, which the host does. */
  #link(event: MouseEvent): void {
    const link = event.composedPath().find((each) => each instanceof HTMLAnchorElement)
    if (link === undefined || link.getAttribute('href') === null) return
    event.preventDefault()
    if (/^https?:/.test(link.href)) this.host.openLink(link.href)
  }
}
