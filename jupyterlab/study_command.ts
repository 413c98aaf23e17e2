import type { JupyterFrontEnd } from '@jupyterlab/application'
import type { ICommandPalette } from '@jupyterlab/apputils'
import type { INotebookTracker } from '@jupyterlab/notebook'
import type { TranslationBundle } from '@jupyterlab/translation'
import type { Page } from '../shared/views/host.ts'
import { daybookIcon } from './icon.ts'
import { pathInProject, type Projects } from './project.ts'

/** Command that opens the form for a study of the notebook in front. */
export const tuneCommand = 'daybook:tune-notebook'

/** What the command needs. */
export interface TuneCommandParts {
  app: JupyterFrontEnd
  notebooks: INotebookTracker
  projects: Projects
  palette: ICommandPalette | null
  trans: TranslationBundle
  open(path: string, page: Page): void
}

/** Adds the command, and its place in the palette. */
export function addTuneCommand({ app, notebooks, projects, palette, trans, open }: TuneCommandParts): void {
  app.commands.addCommand(tuneCommand, {
    label: (args) => (args['isPalette'] === true ? 'Daybook: ' : '') + trans.__('Tune this notebook'),
    caption: trans.__('Try other parameters of this notebook in parallel'),
    icon: daybookIcon,
    describedBy: { args: {} },
    isEnabled: () => notebooks.currentWidget !== null,
    execute: async () => {
      const panel = notebooks.currentWidget
      if (panel === null) return
      // Trials run what lies on the disk.
      if (panel.context.model.dirty) await panel.context.save()
      const { path } = panel.context
      open(path, { kind: 'tune', notebook: pathInProject(await projects.of(path), path) })
    },
  })
  palette?.addItem({ command: tuneCommand, category: 'Daybook', args: { isPalette: true } })
}
