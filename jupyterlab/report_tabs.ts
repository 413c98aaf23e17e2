import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application'
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils'
import type { TranslationBundle } from '@jupyterlab/translation'
import { Widget } from '@lumino/widgets'
import { reportInEditor } from '../shared/views/alert_text.ts'
import type { Projects } from './project.ts'
import { addTab, showTab } from './tab_place.ts'

/** What a tab needs to be shown again after a reload: plain data. */
export interface ReportArgs {
  /** A folder of the project, as the file browser has it. */
  path: string
  id: string
  deployment: string
}

/** Command that shows a report; its arguments are `ReportArgs`. */
const openReportCommand = 'daybook:open-report'

/** What the tabs need. */
export interface ReportTabsParts {
  app: JupyterFrontEnd
  projects: Projects
  trans: TranslationBundle
  restorer: ILayoutRestorer | null
}

/** Reports of deployments as tabs: the daemon's own page in a frame that runs nothing. */
export class ReportTabs {
  readonly #parts: ReportTabsParts
  readonly #tracker = new WidgetTracker<MainAreaWidget<ReportTab>>({ namespace: 'daybook-reports' })

  constructor(parts: ReportTabsParts) {
    this.#parts = parts
    const { app, trans, restorer } = parts
    app.commands.addCommand(openReportCommand, {
      label: trans.__('Daybook: Show a report'),
      describedBy: { args: {} },
      isVisible: () => false,
      execute: (args) => this.open(args as unknown as ReportArgs),
    })
    // A report that was removed meanwhile is left out: its command fails.
    void restorer?.restore(this.#tracker, {
      command: openReportCommand,
      args: ({ content }) => ({ ...content.args }),
      name: ({ content }) => content.key,
    })
  }

  /** Shows a report: in the tab that has it already, else in a new one. */
  async open(args: ReportArgs): Promise<void> {
    const { app, projects, trans } = this.#parts
    const { root, client } = await projects.of(args.path)
    const key = JSON.stringify([root, args.id])
    const shown = (): MainAreaWidget<ReportTab> | undefined =>
      this.#tracker.find(({ content }) => content.key === key)
    const { html } = shown() === undefined ? await client.call('monitor.page', { id: args.id }) : { html: '' }
    const known = shown()
    if (known !== undefined) return showTab(app, known)
    const label = trans.__('Report: %1', args.deployment)
    const content = new ReportTab({ args, key, html, label })
    const tab = new MainAreaWidget({ content })
    addTab(app, tab, { id: `daybook-report-${++count}`, label, caption: `${label} · ${root}`, content })
    await this.#tracker.add(tab)
  }
}

let count = 0

interface ReportTabOptions {
  args: ReportArgs
  key: string
  html: string
  label: string
}

/** One report, in the colours of JupyterLab's theme, whichever that is. */
class ReportTab extends Widget {
  readonly args: ReportArgs
  readonly key: string
  readonly #themes: MutationObserver

  constructor({ args, key, html, label }: ReportTabOptions) {
    const frame = document.createElement('iframe')
    super({ node: frame })
    this.args = args
    this.key = key
    frame.setAttribute('sandbox', '')
    frame.title = label
    frame.style.cssText = 'border:0;width:100%;height:100%'
    let painted: boolean | null = null
    const paint = (): void => {
      const isDark = document.body.dataset['jpThemeLight'] === 'false'
      if (isDark === painted) return
      painted = isDark
      frame.srcdoc = reportInEditor(html, isDark)
    }
    paint()
    this.#themes = new MutationObserver(paint)
    this.#themes.observe(document.body, { attributeFilter: ['data-jp-theme-light'] })
  }

  override dispose(): void {
    this.#themes.disconnect()
    super.dispose()
  }
}
