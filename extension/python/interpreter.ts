import { realpathSync } from 'node:fs'
import * as vscode from 'vscode'
import type { FoundKernel } from '../notebook/controllers.ts'
import type { Notebooks } from '../notebook/notebooks.ts'
import { tellProblem } from '../problem_message.ts'
import { changeSetting, setting } from '../setting.ts'
import { howToFollow } from './follow.ts'
import { pythonEnvironments } from './python_extension.ts'

/** What following kernels needs. */
export interface InterpreterParts {
  notebooks: Notebooks
  /** Remembers, of this workspace, what was asked. */
  memory: vscode.Memento
  log(message: string): void
}

/**
 * Lets the Python extension's interpreter follow our kernel picker, when the user agrees: so completion and imports
 * are those of the kernel. Without that extension nothing happens.
 */
export function interpreterFollowsKernel(parts: InterpreterParts): vscode.Disposable {
  return parts.notebooks.onKernel(({ notebook, kernel }) => {
    follow(parts, notebook, kernel).catch(tellProblem)
  })
}

async function follow(
  { memory, log }: InterpreterParts,
  notebook: vscode.NotebookDocument,
  kernel: FoundKernel,
): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(notebook.uri)?.uri
  if (folder === undefined || !vscode.workspace.isTrusted) return
  const environments = await pythonEnvironments()
  // The extension may have taken its time to look for environments.
  if (environments === null || notebook.isClosed) return
  const python = kernel.python ?? null
  const active = environments.getActiveEnvironmentPath(folder).path
  const entry = `askedPython:${folder.toString()}:${python ?? ''}`
  const question = {
    ...{ active, kernel: python, wasAsked: memory.get(entry) === true },
    setting: setting('pythonInterpreter.follow'),
  }
  const what = howToFollow(question, realPathOf)
  if (python === null || what === 'nothing') return
  if (what === 'ask') {
    // Before it is shown, since two notebooks of a folder may be opened at once.
    const noted = memory.update(entry, true)
    const answer = await ask(kernel, active)
    await noted
    if (answer === 'Always') await changeSetting('pythonInterpreter.follow', 'always')
    if (answer === 'Never') await changeSetting('pythonInterpreter.follow', 'never')
    if (answer !== 'Always' && answer !== 'Yes') return
  }
  await environments.updateActiveEnvironmentPath(python, folder)
  log(`the Python extension's interpreter for ${folder.fsPath} is now ${python}, was ${active}`)
}

function ask(kernel: FoundKernel, active: string): Thenable<string | undefined> {
  const message = `Use this kernel's Python for completion too? The notebook runs on ${kernel.displayName}, the Python extension uses ${active}.`
  return vscode.window.showInformationMessage(message, 'Always', 'Yes', 'Never')
}

/** Where a path leads to; itself where nothing is there. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
