import { Widget } from '@lumino/widgets'
import type { RunRow } from '../shared/api/table_methods.ts'
import { formatAge, formatNumber } from '../shared/base/quantity.ts'
import type { Page } from '../shared/views/host.ts'
import { daybookIcon } from './icon.ts'
import type { Project } from './project.ts'

/** How many runs the sidebar lists; the table has them all. */
const listed = 50

/** Ages grow. */
const lookEveryMs = 30_000

/** What the sidebar does beside listing. */
export interface RunsSidebarOptions {
  open(page: Page): void
}

/** The newest runs of the project in front, live. */
export class RunsSidebar extends Widget {
  readonly #options: RunsSidebarOptions
  readonly #timer: ReturnType<typeof setInterval>
  #project: Project | null = null
  #stop: () => void = () => undefined
  #rows: readonly RunRow[] = []
  #total = 0
  #chosen = new Set<string>()
  #asked = 0

  constructor(options: RunsSidebarOptions) {
    super()
    this.#options = options
    this.id = 'daybook-runs'
    this.title.icon = daybookIcon
    this.title.caption = 'Daybook'
    this.addClass('daybook-sidebar')
    this.#timer = setInterval(() => this.#draw(), lookEveryMs)
    this.#draw()
  }

  /** Lists another project's runs from now on. */
  follow(project: Project): void {
    if (project === this.#project) return
    this.#stop()
    this.#project = project
    this.#rows = []
    this.#chosen.clear()
    this.#stop = project.client.onChange('runs.changed', () => void this.#load(project))
    this.#draw()
  }

  /** Says why there is nothing to list. */
  fail(why: string): void {
    this.#draw(why)
  }

  override dispose(): void {
    clearInterval(this.#timer)
    this.#stop()
    super.dispose()
  }

  async #load(project: Project): Promise<void> {
    const asked = ++this.#asked
    try {
      const { rows, total } = await project.client.call('runs.window', { limit: listed })
      if (asked !== this.#asked || project !== this.#project) return
      this.#rows = rows.filter((row) => row.kind === 'run')
      this.#total = total
      this.#draw()
    } catch {
      // The line broke meanwhile: this is asked again when it stands.
    }
  }

  #draw(failure: string | null = null): void {
    const { open } = this.#options
    const head = document.createElement('header')
    const name = document.createElement('b')
    name.textContent = this.#project === null ? 'Daybook' : (this.#project.root.split('/').at(-1) ?? '')
    name.title = this.#project?.root ?? ''
    const compare = button('Compare', this.#chosen.size < 2, () =>
      open({ kind: 'compare', ids: [...this.#chosen].slice(0, 20) }),
    )
    compare.title = 'Choose two or more runs with Ctrl or Shift held'
    head.append(
      name,
      compare,
      button('Table', this.#project === null, () => open({ kind: 'runs' })),
    )
    const list = document.createElement('ul')
    list.setAttribute('aria-label', 'Runs, the newest first')
    list.append(...this.#rows.map((row) => this.#item(row)))
    const words = document.createElement('p')
    words.className = 'quiet'
    words.textContent = failure ?? this.#words()
    this.node.replaceChildren(head, list, ...(words.textContent === '' ? [] : [words]))
  }

  #words(): string {
    if (this.#project === null) return 'Open a notebook: the runs of its project are listed here.'
    if (this.#rows.length === 0)
      return 'No runs yet. Train a model in a notebook: it is recorded without a change of code, and nothing leaves this computer.'
    return this.#total > this.#rows.length
      ? `${this.#total - this.#rows.length} older ones are in the table.`
      : ''
  }

  #item(row: RunRow): HTMLElement {
    const item = document.createElement('li')
    item.tabIndex = 0
    item.setAttribute('role', 'button')
    item.setAttribute('aria-pressed', String(this.#chosen.has(row.id)))
    item.title = `${row.name} · ${row.experiment} · ${row.status.toLowerCase()}`
    const dot = document.createElement('span')
    dot.className = `daybook-dot ${row.status}`
    const name = document.createElement('span')
    name.className = 'name'
    name.textContent = `${this.#chosen.has(row.id) ? '✓ ' : ''}${row.name}`
    const metric = document.createElement('span')
    metric.textContent = row.headline === null ? '' : formatNumber(row.headline.value)
    metric.title = row.headline?.key ?? ''
    const age = document.createElement('span')
    age.className = 'quiet'
    age.textContent = row.endMs === null ? 'running' : formatAge(Date.now() - row.endMs)
    item.append(dot, name, metric, age)
    const act = (choose: boolean): void => {
      if (!choose) return this.#options.open({ kind: 'run', id: row.id })
      if (!this.#chosen.delete(row.id)) this.#chosen.add(row.id)
      this.#draw()
    }
    item.addEventListener('click', (event) => act(event.ctrlKey || event.metaKey || event.shiftKey))
    item.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') act(event.ctrlKey || event.metaKey || event.key === ' ')
    })
    return item
  }
}

function button(label: string, disabled: boolean, act: () => void): HTMLButtonElement {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = label
  made.disabled = disabled
  made.addEventListener('click', act)
  return made
}
