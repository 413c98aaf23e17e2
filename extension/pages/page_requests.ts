import { join } from 'node:path'
import * as vscode from 'vscode'
import type { Daemon } from '../daemon.ts'
import { tellProblem } from '../problem_message.ts'

/** Shows a cell of a notebook; the notebook alone if the cell is gone. */
export async function openCell(
  daemon: Daemon,
  { notebook, cell }: { notebook: string; cell: string | null },
): Promise<void> {
  try {
    const uri = vscode.Uri.file(join(daemon.root, notebook))
    const document = await vscode.workspace.openNotebookDocument(uri)
    const editor = await vscode.window.showNotebookDocument(document)
    const index = document.getCells().findIndex(({ metadata }) => metadata['id'] === cell)
    if (index < 0) return
    const range = new vscode.NotebookRange(index, index + 1)
    editor.selection = range
    editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport)
  } catch (error) {
    tellProblem(error)
  }
}

/** Lets the user choose where a file goes, and writes it there. */
export async function saveFile({ name, content }: { name: string; content: Uint8Array }): Promise<void> {
  try {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri
    const options = folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }
    const uri = await vscode.window.showSaveDialog(options)
    if (uri !== undefined) await vscode.workspace.fs.writeFile(uri, content)
  } catch (error) {
    tellProblem(error)
  }
}
