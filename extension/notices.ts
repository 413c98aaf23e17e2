import { basename } from 'node:path'
import * as vscode from 'vscode'
import { formatDuration } from '../shared/base/quantity.ts'
import { justRan } from './notebook/just_ran.ts'
import { setting } from './setting.ts'

/**
 * Tells that a long cell is done, or has failed, while the window is not in front. It hears of every controller's
 * cells, not of ours alone.
 */
export function noticesOfLongCells(): vscode.Disposable {
  return vscode.workspace.onDidChangeNotebookDocument(({ notebook, cellChanges }) => {
    for (const { cell, executionSummary } of cellChanges) {
      const ended = justRan(executionSummary ?? {}, Date.now())
      if (ended === null) continue
      const tookMs = ended.endMs - ended.startMs
      if (vscode.window.state.focused || !setting('notify.done')) continue
      if (tookMs < setting('notify.doneAfterSeconds') * 1000) continue
      void tell({ notebook, cell, success: ended.success, tookMs })
    }
  })
}

interface Done {
  notebook: vscode.NotebookDocument
  cell: vscode.NotebookCell
  success: boolean
  tookMs: number
}

async function tell({ notebook, cell, success, tookMs }: Done): Promise<void> {
  const which = `Cell ${cell.index + 1} of ${basename(notebook.uri.path)}`
  const message = `${which} ${success ? 'is done' : 'has failed'} after ${formatDuration(tookMs)}.`
  const show = success ? vscode.window.showInformationMessage : vscode.window.showWarningMessage
  if ((await show(message, 'Show')) !== 'Show') return
  const editor = await vscode.window.showNotebookDocument(notebook)
  const range = new vscode.NotebookRange(cell.index, cell.index + 1)
  editor.selection = range
  editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport)
}
