import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application'
import { ICommandPalette, showErrorMessage } from '@jupyterlab/apputils'
import { IFileBrowserFactory } from '@jupyterlab/filebrowser'
import { ILauncher } from '@jupyterlab/launcher'
import { INotebookTracker } from '@jupyterlab/notebook'
import { ISettingRegistry } from '@jupyterlab/settingregistry'
import { ITranslator, nullTranslator } from '@jupyterlab/translation'
import type { Page } from '../shared/views/host.ts'
import { addDataLint } from './data_lint.ts'
import { daybookIcon } from './icon.ts'
import { Notebooks } from './notebooks.ts'
import { PageTabs } from './page_tabs.ts'
import { pageCommands } from './pages.ts'
import { Projects } from './project.ts'
import { ReportTabs } from './report_tabs.ts'
import { Sidebar } from './sidebar.ts'
import { sections } from './sidebar_sections.ts'
import { addTuneCommand } from './study_command.ts'
import { addStyle } from './style.ts'
import { readWishes } from './wishes.ts'

const id = 'jupyterlab-daybook:plugin'

/** Daybook in JupyterLab: the only composition root of the page's part. */
const plugin: JupyterFrontEndPlugin<void> = {
  id,
  description: 'MLOps inside the notebook: runs beside the notebook that made them.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ILayoutRestorer, ICommandPalette, ILauncher, ISettingRegistry, ITranslator, IFileBrowserFactory],
  activate,
}

export default plugin

/** What JupyterLab hands over: itself, then what `requires` and `optional` name, in that order. */
type Services = [
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  restorer: ILayoutRestorer | null,
  palette: ICommandPalette | null,
  launcher: ILauncher | null,
  registry: ISettingRegistry | null,
  translator: ITranslator | null,
  browsers: IFileBrowserFactory | null,
]

function activate(
  ...[app, notebooks, restorer, palette, launcher, registry, translator, browsers]: Services
): void {
  addStyle()
  const trans = (translator ?? nullTranslator).load('jupyterlab_daybook')
  const projects = new Projects(app.serviceManager.serverSettings)
  const tabs = new PageTabs({ app, projects, notebooks, trans, restorer })
  const reports = new ReportTabs({ app, projects, trans, restorer })
  const pathInFront = (): string => notebooks.currentWidget?.context.path ?? ''
  const failed = (error: unknown): void => void showErrorMessage('Daybook', (error as Error).message)
  const open = (path: string, page: Page): void => void tabs.open({ path, page }).catch(failed)
  const sidebar = new Sidebar(sections, {
    ...{ app, projects, trans },
    open: (page) => open(pathInFront(), page),
    openReport: (report) => void reports.open(report).catch(failed),
  })
  app.shell.add(sidebar, 'left', { rank: 300 })
  restorer?.add(sidebar, sidebar.id)
  const showSidebar = 'daybook:show-sidebar'
  app.commands.addCommand(showSidebar, {
    label: trans.__('Show Daybook’s Sidebar'),
    icon: daybookIcon,
    describedBy: { args: {} },
    execute: () => app.shell.activateById(sidebar.id),
  })
  palette?.addItem({ command: showSidebar, category: 'Daybook' })

  addDataLint({ app, trans, projects, browsers, open })
  const followed = new Notebooks({
    ...{ tracker: notebooks, projects, trans, open },
    front: (project) => sidebar.follow(project),
    failed: (why) => sidebar.fail(why),
  })
  void app.restored.then(() => followed.look(notebooks.currentWidget))

  for (const { id: command, label, caption, page } of pageCommands()) {
    app.commands.addCommand(command, {
      label: (args) => (args['isPalette'] === true ? `Daybook: ${label(trans)}` : label(trans)),
      caption: caption(trans),
      icon: daybookIcon,
      describedBy: { args: {} },
      execute: () => open(pathInFront(), page),
    })
    palette?.addItem({ command, category: 'Daybook', args: { isPalette: true } })
    launcher?.add({ command, category: 'Daybook', rank: 1 })
  }

  addTuneCommand({ app, notebooks, projects, palette, trans, open })

  const apply = (settings: ISettingRegistry.ISettings): void => {
    const wishes = readWishes(settings)
    followed.apply(wishes)
    projects.tellWishes(wishes).catch(() => undefined)
  }
  void registry?.load(id).then((settings) => {
    apply(settings)
    settings.changed.connect(apply)
  })
}
