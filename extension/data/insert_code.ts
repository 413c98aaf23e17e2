import { join } from 'node:path'
import * as vscode from 'vscode'
import { cellOfFix } from '../../shared/views/finding_fix.ts'
import { idOf } from '../cell_stale.ts'
import type { Daemon } from '../daemon.ts'
import { tellProblem } from '../problem_message.ts'

/** Puts code into a new cell below a cell of a notebook (below the last one if that is gone), and shows it. */
export async function insertCode(
  daemon: Daemon,
  { notebook, cell, code }: { notebook: string; cell: string | null; code: string },
): Promise<void> {
  try {
    const uri = vscode.Uri.file(join(daemon.root, notebook))
    const document = await vscode.workspace.openNotebookDocument(uri)
    const place = document.getCells().find((each) => idOf(each) === cell)
    await insertBelow(document, place?.index ?? document.cellCount - 1, code)
  } catch (error) {
    tellProblem(error)
  }
}

/** Puts a cell with code below the cell with this index, with the imports that it needs, and shows it. */
export async function insertBelow(
  document: vscode.NotebookDocument,
  index: number,
  code: string,
): Promise<vscode.NotebookCell> {
  const known = document.getCells().map((each) => each.document.getText())
  const text = cellOfFix({ code }, known.join('\n'))
  const data = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'python')
  const edit = new vscode.WorkspaceEdit()
  edit.set(document.uri, [vscode.NotebookEdit.insertCells(index + 1, [data])])
  await vscode.workspace.applyEdit(edit)
  const open = vscode.window.visibleNotebookEditors.find(({ notebook }) => notebook === document)
  const editor = await vscode.window.showNotebookDocument(document, {
    ...(open?.viewColumn === undefined ? {} : { viewColumn: open.viewColumn }),
  })
  const range = new vscode.NotebookRange(index + 1, index + 2)
  editor.selection = range
  editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport)
  return document.cellAt(index + 1)
}
