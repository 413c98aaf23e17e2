import { join } from 'node:path'
import * as vscode from 'vscode'
import { Daemons } from './daemons.ts'
import { examplePackages, showPendingExample, tryExample, useMyNotebook } from './example.ts'
import { offerEnvironment } from './environment.ts'
import { kernelCommands } from './kernel_commands.ts'
import { KernelsTree } from './kernels_tree.ts'
import { languageHelp } from './notebook/language_help.ts'
import { notebookCommands } from './notebook/notebook_commands.ts'
import { Notebooks } from './notebook/notebooks.ts'
import { VariablesView } from './notebook/variables_view.ts'
import { noticesOfLongCells } from './notices.ts'
import { command, tellProblem } from './problem_message.ts'
import { StatusBar } from './status_bar.ts'

/** What other extensions, and tests, get from this one. */
export interface DaybookApi {
  daemons: Daemons
  notebooks: Notebooks
}

/** Puts the extension together: the only composition root in extension/. */
export function activate(context: vscode.ExtensionContext): DaybookApi {
  const output = vscode.window.createOutputChannel('Daybook', { log: true })
  const log = (message: string): void => output.info(message)
  const program = join(context.extensionPath, 'programs', 'daybook.mjs')
  const daemons = new Daemons({ program, log })
  const notebooks = new Notebooks({ daemons, memory: context.workspaceState, log })
  const variables = new VariablesView(() => notebooks.active)
  const kernels = new KernelsTree(daemons)
  const statusBar = new StatusBar(daemons)
  const example = { context, daemons, log, changed: refreshKernels }

  context.subscriptions.push(output, daemons, notebooks, variables, kernels, statusBar)
  kernels.show('daybook.kernels')
  context.subscriptions.push(
    ...kernelCommands(kernels),
    ...notebookCommands(notebooks),
    ...languageHelp((notebook) => notebooks.linkOf(notebook)),
    notebooks.onChange(() => variables.refresh()),
    vscode.window.onDidChangeActiveNotebookEditor(() => variables.refresh()),
    noticesOfLongCells(),
    command('daybook.tryExample', () => tryExample(example)),
    command('daybook.useMyNotebook', () => useMyNotebook()),
    command('daybook.makeEnvironment', async () => {
      const daemon = daemons.current
      if (daemon === null) return
      const packages = [...examplePackages]
      await offerEnvironment(example, daemon, { folder: daemon.root, packages, why: 'A new environment' })
    }),
    command('daybook.openWalkthrough', () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#start`),
    ),
    command('daybook.showMenu', () => statusBar.showMenu()),
    command('daybook.showLog', () => output.show()),
  )
  showPendingExample(example).catch(tellProblem)
  return { daemons, notebooks }

  function refreshKernels(): void {
    kernels.refresh()
    notebooks.refresh().catch(tellProblem)
  }
}
