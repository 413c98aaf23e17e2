import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application'
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils'
import type { INotebookTracker } from '@jupyterlab/notebook'
import type { TranslationBundle } from '@jupyterlab/translation'
import { Widget } from '@lumino/widgets'
import { openViews, type OpenedViews } from '../shared/views/entry.ts'
import type { Page, ViewHost } from '../shared/views/host.ts'
import { subjectOf } from '../shared/views/page_subject.ts'
import { saveFile } from '../shared/views/save_file.ts'
import { insertIntoNotebook } from './insert_code.ts'
import { titleOf } from './pages.ts'
import type { Project, Projects } from './project.ts'
import { addTab, showTab } from './tab_place.ts'

/** What a tab needs to be shown again after a reload: plain data. */
export interface TabArgs {
  /** A notebook or folder of the project, as the file browser has it. */
  path: string
  page: Page
}

/** Command that shows a page; its arguments are `TabArgs`. */
export const openPageCommand = 'daybook:open-page'

/** What the tabs need. */
export interface PageTabsParts {
  app: JupyterFrontEnd
  projects: Projects
  notebooks: INotebookTracker
  trans: TranslationBundle
  restorer: ILayoutRestorer | null
}

/** The pages of Daybook as tabs of the main area; `pages.ts` lists which there are. */
export class PageTabs {
  readonly #app: JupyterFrontEnd
  readonly #projects: Projects
  readonly #notebooks: INotebookTracker
  readonly #trans: TranslationBundle
  readonly #tracker = new WidgetTracker<MainAreaWidget<PageTab>>({ namespace: 'daybook' })

  constructor({ app, projects, notebooks, trans, restorer }: PageTabsParts) {
    this.#app = app
    this.#projects = projects
    this.#notebooks = notebooks
    this.#trans = trans
    app.commands.addCommand(openPageCommand, {
      label: trans.__('Daybook: Show a page'),
      describedBy: { args: {} },
      isVisible: () => false,
      execute: (args) => this.open(args as unknown as TabArgs),
    })
    void restorer?.restore(this.#tracker, {
      command: openPageCommand,
      args: ({ content }) => ({ path: content.args.path, page: content.args.page }),
      name: ({ content }) => content.key,
    })
  }

  /** Shows a page: in the tab that has it already, else in a new one. */
  async open(args: TabArgs): Promise<MainAreaWidget<PageTab>> {
    const project = await this.#projects.of(args.path)
    const key = `${project.root}/${JSON.stringify(args.page)}`
    const shown = this.#tracker.find(({ content }) => content.key === key)
    if (shown !== undefined) {
      showTab(this.#app, shown)
      return shown
    }
    const content = new PageTab({
      ...{ args, key, project },
      open: (page) => void this.open({ ...args, page }),
      insertCode: (place) =>
        void insertIntoNotebook({ app: this.#app, notebooks: this.#notebooks, project }, place),
    })
    const tab = new MainAreaWidget({ content })
    const label = titleOf(this.#trans, args.page)
    const id = `daybook-page-${++count}`
    addTab(this.#app, tab, { id, label, caption: `${label} · ${project.root}`, content })
    void this.#nameSubject(tab, project)
    await this.#tracker.add(tab)
    return tab
  }

  /** A tab gets the name of what it is about once the daemon tells it. */
  async #nameSubject(tab: MainAreaWidget<PageTab>, project: Project): Promise<void> {
    const { page } = tab.content.args
    const subject = await subjectOf(project.client, page)
    if (subject === null || tab.isDisposed) return
    tab.title.label = page.kind === 'data' ? this.#trans.__('Data: %1', subject) : subject
    tab.title.caption = `${tab.title.label} · ${project.root}`
  }
}

let count = 0

interface PageTabOptions {
  args: TabArgs
  key: string
  project: Project
  open(page: Page): void
  insertCode: NonNullable<ViewHost['insertCode']>
}

/** One page of the shared views. */
class PageTab extends Widget {
  readonly args: TabArgs
  readonly key: string
  readonly #options: PageTabOptions
  #views: OpenedViews | null = null

  constructor(options: PageTabOptions) {
    super()
    this.args = options.args
    this.key = options.key
    this.#options = options
    this.addClass('daybook-page')
  }

  protected override onAfterAttach(): void {
    const { project, args } = this.#options
    this.#views ??= openViews({
      root: this.node,
      connect: () => project.connect(),
      page: args.page,
      host: this.#host(),
    })
  }

  override dispose(): void {
    this.#views?.close()
    this.#views = null
    super.dispose()
  }

  #host(): ViewHost {
    const { project, args, open, insertCode } = this.#options
    const key = `daybook.page.${project.root}.${args.page.kind}`
    return {
      readOnly: false,
      open,
      insertCode,
      openLink: (address) => void window.open(address, '_blank', 'noopener'),
      save: saveFile,
      kept: () => {
        try {
          return JSON.parse(localStorage.getItem(key) ?? 'null') as unknown
        } catch {
          return undefined
        }
      },
      keep: (state) => localStorage.setItem(key, JSON.stringify(state)),
    }
  }
}
