import type { JupyterFrontEnd } from '@jupyterlab/application'
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook'
import { cellOfFix } from '../shared/views/finding_fix.ts'
import { pathInProject, type Project } from './project.ts'

/** Puts code into a new cell below a cell (below the last one if that is gone), with the imports that it needs. */
export function insertCode({ content }: NotebookPanel, cell: string | null, code: string): void {
  const { model } = content
  if (model === null) return
  const cells = content.widgets.map((widget) => widget.model)
  const found = cells.findIndex(({ id }) => id === cell)
  const index = (found < 0 ? cells.length - 1 : found) + 1
  const known = cells.map(({ sharedModel }) => sharedModel.getSource()).join('\n')
  model.sharedModel.insertCell(index, { cell_type: 'code', source: cellOfFix({ code }, known) })
  content.activeCellIndex = index
  // The button had the focus: the next key belongs to the new cell.
  content.activate()
  content.scrollToItem(index).catch(() => undefined)
}

/** Opens a notebook of a project and puts code below one of its cells. */
export async function insertIntoNotebook(
  { app, notebooks, project }: { app: JupyterFrontEnd; notebooks: INotebookTracker; project: Project },
  { notebook, cell, code }: { notebook: string; cell: string | null; code: string },
): Promise<void> {
  const isIt = ({ context }: NotebookPanel): boolean => pathInProject(project, context.path) === notebook
  let panel = notebooks.find(isIt)
  if (panel === undefined) {
    const { inServer } = project
    const path = inServer === null || inServer === '.' ? notebook : `${inServer}/${notebook}`
    await app.commands.execute('docmanager:open', { path })
    panel = notebooks.find(isIt)
    await panel?.context.ready
  }
  if (panel === undefined) return
  app.shell.activateById(panel.id)
  insertCode(panel, cell, code)
}
