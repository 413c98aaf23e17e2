import * as vscode from 'vscode'
import { formatAge } from '../../shared/base/quantity.ts'
import { Problem } from '../../shared/base/problem.ts'
import { command } from '../problem_message.ts'
import type { NotebookLink } from './notebook_link.ts'
import type { Notebooks } from './notebooks.ts'

/** What can be done to the kernel of the notebook in front. */
export function notebookCommands(notebooks: Notebooks): vscode.Disposable[] {
  return [
    command('daybook.notebook.restart', async () => {
      const link = needLink(notebooks)
      if (await isAgreed(link, 'Restart')) await link.restart()
    }),
    command('daybook.notebook.restartAndRunAll', async () => {
      const link = needLink(notebooks)
      if (!(await isAgreed(link, 'Restart'))) return
      await link.restart()
      await vscode.commands.executeCommand('notebook.execute')
    }),
    command('daybook.notebook.stop', async () => {
      const link = needLink(notebooks)
      if (await isAgreed(link, 'Stop')) await link.stop()
    }),
    command('daybook.notebook.useRunningKernel', () => useRunning(notebooks)),
    command('daybook.notebook.findKernels', () => notebooks.refresh()),
  ]
}

function needLink(notebooks: Notebooks): NotebookLink {
  if (notebooks.active !== null) return notebooks.active
  throw new Problem('kernel_not_found', 'The notebook in front does not run on a Daybook kernel', {
    hint: 'Choose one with "Select Kernel".',
  })
}

/** What is lost is said before, as long as a cell runs. */
async function isAgreed(link: NotebookLink, button: string): Promise<boolean> {
  if (!link.isBusy) return true
  const options = { modal: true, detail: 'A cell runs: what it has computed is lost.' }
  return (await vscode.window.showWarningMessage(`${button} the kernel?`, options, button)) === button
}

/** Gives the notebook a kernel that runs already, perhaps for another one: both then share its variables. */
async function useRunning(notebooks: Notebooks): Promise<void> {
  const notebook = vscode.window.activeNotebookEditor?.notebook
  const daemon = notebook === undefined ? null : notebooks.daemonOf(notebook)
  if (notebook === undefined || daemon === null)
    throw new Problem('not_found', 'Open the notebook that shall get the kernel')
  const [running, found] = await Promise.all([
    daemon.call('kernels.list', {}),
    notebooks.controllers.search(daemon),
  ])
  const items = running
    .filter(({ state }) => state !== 'dead')
    .map((kernel) => ({
      label: kernel.displayName,
      description: kernel.notebook ?? 'no notebook',
      detail: `${kernel.state}, started ${formatAge(Date.now() - kernel.startedAtMs)}`,
      kernel,
    }))
  if (items.length === 0) {
    void vscode.window.showInformationMessage('No kernel runs in this project.')
    return
  }
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Use a Running Kernel',
    matchOnDescription: true,
  })
  const kind = found.find(({ name }) => name === chosen?.kernel.name)
  if (chosen === undefined || kind === undefined) return
  await notebooks.choose(notebook, kind)
  await notebooks.linkOf(notebook)?.startKernel(chosen.kernel.id)
}
