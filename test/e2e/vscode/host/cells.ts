import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { daybook, until } from './api.ts'

describe('the marks under cells', () => {
  let controller: vscode.NotebookController
  let notebook: vscode.NotebookDocument

  before(async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri
    assert.ok(folder)
    notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.joinPath(folder, 'marks.ipynb'))
    // A controller of somebody else's: the marks hear of every controller's cells.
    controller = vscode.notebooks.createNotebookController('test', 'jupyter-notebook', 'A test')
    controller.executeHandler = () => undefined
    controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred)
    await vscode.window.showNotebookDocument(notebook)
    const selected = new Promise((resolve) => controller.onDidChangeSelectedNotebooks(resolve))
    await vscode.commands
      .executeCommand('notebook.selectKernel', {
        id: 'test',
        extension: 'nullExtensionDescription',
      })
      .then(undefined, () => null)
    await Promise.race([selected, new Promise((resolve) => setTimeout(resolve, 3000))])
  })
  after(() => controller.dispose())

  async function run(index: number, edit?: string): Promise<void> {
    const execution = controller.createNotebookCellExecution(notebook.cellAt(index))
    execution.start(Date.now())
    execution.executionOrder = index + 1
    if (edit !== undefined) await type(index, edit)
    execution.end(true, Date.now())
    await new Promise((resolve) => setTimeout(resolve, 20))
  }

  async function type(index: number, text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit()
    edit.insert(notebook.cellAt(index).document.uri, new vscode.Position(0, 0), text)
    assert.ok(await vscode.workspace.applyEdit(edit))
  }

  async function marks(): Promise<string[]> {
    const { staleMarks } = await daybook()
    return notebook.getCells().map((cell) => staleMarks.provideCellStatusBarItems(cell)[0]?.text ?? '')
  }

  it('say that a cell was edited, and that it is older than one above', async () => {
    for (const index of [0, 1, 2]) await run(index)
    assert.deepEqual(await marks(), ['', '', ''])
    await type(1, '# new\n')
    await until('the edit is marked', async () => (await marks())[1]?.includes('edited'))
    await run(1)
    await until('what is below is marked', async () => (await marks())[2]?.includes('older'))
    assert.deepEqual((await marks()).slice(0, 2), ['', ''])
  })

  it('take what ran for the code at its begin, not at its end', async () => {
    await run(0, '# typed while it ran\n')
    await until('the edit is marked', async () => (await marks())[0]?.includes('edited'))
  })
})
