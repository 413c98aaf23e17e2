import * as vscode from 'vscode'
import type { Daemons } from './daemons.ts'
import { tellNoPython } from './environment.ts'

/**
 * Says once, where a notebook is opened on a machine without any Python that could run it, how to get one: the
 * kernel picker would only be empty.
 */
export function watchForPython(daemons: Daemons): vscode.Disposable {
  let isTold = false
  const look = async (editor: vscode.NotebookEditor | undefined): Promise<void> => {
    if (isTold || editor === undefined || !isPython(editor.notebook) || !vscode.workspace.isTrusted) return
    const daemon = daemons.current
    if (daemon === null) return
    const found = await daemon.call('kernels.find', { folder: daemon.root })
    // One that lacks ipykernel stands in the picker, and choosing it offers to mend it.
    if (found.some(({ language }) => language === 'python')) return
    isTold = true
    await tellNoPython('A notebook needs a Python to run, and none was found.')
  }
  const start = (editor: vscode.NotebookEditor | undefined): void => {
    // What is wrong with the daemon stands in the status bar.
    look(editor).catch(() => null)
  }
  start(vscode.window.activeNotebookEditor)
  return vscode.window.onDidChangeActiveNotebookEditor(start)
}

function isPython(notebook: vscode.NotebookDocument): boolean {
  const code = notebook.getCells().find(({ kind }) => kind === vscode.NotebookCellKind.Code)
  return notebook.notebookType === 'jupyter-notebook' && code?.document.languageId === 'python'
}
