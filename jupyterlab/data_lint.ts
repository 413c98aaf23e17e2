import type { JupyterFrontEnd } from '@jupyterlab/application'
import { Notification } from '@jupyterlab/apputils'
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser'
import type { TranslationBundle } from '@jupyterlab/translation'
import type { Page } from '../shared/views/host.ts'
import { daybookIcon } from './icon.ts'
import { pathInProject, type Projects } from './project.ts'

/** What looking at files needs. */
export interface DataLintParts {
  app: JupyterFrontEnd
  trans: TranslationBundle
  projects: Projects
  /** The file browsers; null where there are none. */
  browsers: IFileBrowserFactory | null
  open(path: string, page: Page): void
}

/** Command that looks at the files that are chosen in the file browser, or at `path`. */
export const lintDataCommand = 'daybook:lint-data'

const kinds = /\.(csv|tsv|txt|data|parquet|json|jsonl|ndjson|arrow|feather|sqlite|db)$/i

/** How often the progress of a look is asked for. */
const askEveryMs = 400

/** Adds the command; `schema/plugin.json` gives it its place in the file browser's menu. */
export function addDataLint(parts: DataLintParts): void {
  const { app, trans, browsers } = parts
  const chosen = (): string[] => {
    const items = [...(browsers?.tracker.currentWidget?.selectedItems() ?? [])]
    return items.flatMap(({ path, type }) => (type !== 'directory' && kinds.test(path) ? [path] : []))
  }
  app.commands.addCommand(lintDataCommand, {
    label: trans.__('Daybook: Lint Data'),
    caption: trans.__('Look at this file, and show what is odd about it'),
    icon: daybookIcon,
    describedBy: { args: { type: 'object', properties: { path: { type: 'string' } } } },
    isVisible: (args) => typeof args['path'] === 'string' || chosen().length > 0,
    execute: async (args) => {
      const paths = typeof args['path'] === 'string' ? [args['path']] : chosen()
      for (const path of paths) await lintFile(parts, path)
    },
  })
}

/** Looks at a file with progress and a way to give up, and opens the report. */
async function lintFile({ trans, projects, open }: DataLintParts, path: string): Promise<void> {
  const name = path.split('/').at(-1) ?? path
  const task = `lab-${Math.random()}`
  const told = Notification.emit(trans.__('Looking at %1', name), 'in-progress', { autoClose: false })
  try {
    const { client, ...project } = await projects.of(path)
    const cancel = {
      label: trans.__('Give Up'),
      caption: trans.__('Give up looking at this file'),
      callback: () => void client.call('data.cancel', { task }),
    }
    Notification.update({ id: told, actions: [cancel] })
    const timer = setInterval(() => {
      void client.call('data.progress', { task }).then(({ says }) => {
        if (says !== null)
          Notification.update({
            id: told,
            message: `${trans.__('Looking at %1', name)}: ${says}`,
            actions: [cancel],
          })
      })
    }, askEveryMs)
    const asked = client.call('data.lint', { path: pathInProject(project, path), task })
    const { id } = await asked.finally(() => clearInterval(timer))
    Notification.dismiss(told)
    open(path, { kind: 'data', id })
  } catch (error) {
    Notification.dismiss(told)
    const { code, message } = error as Error & { code?: string }
    if (code !== 'cancelled') Notification.error(`Daybook: ${message}`)
  }
}
