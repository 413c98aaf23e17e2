import { join } from 'node:path'
import * as vscode from 'vscode'
import type { Daemon } from './daemon.ts'

/** Opens a notebook of a project, named as its runs and kernels name it. */
export async function openNotebook(daemon: Daemon, notebook: string | null): Promise<void> {
  if (notebook === null) return
  const uri = vscode.Uri.file(join(daemon.root, notebook))
  await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(uri))
}
