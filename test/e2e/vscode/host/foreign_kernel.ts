import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { daybook, writeNotebook } from './open_notebook.ts'
import { soon } from './soon.ts'

describe("on a kernel of Microsoft's Jupyter extension (a stand-in)", function () {
  this.timeout(60_000)
  const log = 'import daybook\ndaybook.log(accuracy=0.9)'

  /** Opens a notebook on the stand-in's kernel. */
  async function open(name: string): Promise<vscode.NotebookDocument> {
    const document = await vscode.workspace.openNotebookDocument(writeNotebook(name, ['1', log]))
    const notebookEditor = await vscode.window.showNotebookDocument(document)
    const wanted = { notebookEditor, id: 'stand-in', extension: 'ms-toolsai.jupyter' }
    await soon('the extension is there', () => vscode.extensions.getExtension('ms-toolsai.jupyter')?.isActive)
    await vscode.commands.executeCommand('notebook.selectKernel', wanted)
    return document
  }
  async function finish(document: vscode.NotebookDocument, index: number): Promise<void> {
    const ranges = [{ start: index, end: index + 1 }]
    await vscode.commands.executeCommand('notebook.cell.execute', { ranges, document: document.uri })
    await soon('the cell is done', () => document.cellAt(index).executionSummary?.success)
  }
  async function isOurs(document: vscode.NotebookDocument): Promise<boolean> {
    return (await daybook()).notebooks.linkOf(document) !== null
  }
  /** Presses the first button of whatever notice is there, some times. */
  async function accept(): Promise<void> {
    for (let i = 0; i < 20; i++) {
      await vscode.commands.executeCommand('notification.acceptPrimaryAction')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  before(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
    await vscode.commands.executeCommand('notifications.clearAll')
  })

  it('offers nothing as long as nothing was tracked', async () => {
    const document = await open('plain.ipynb')
    await finish(document, 0)
    await accept()
    assert.equal(await isOurs(document), false)
  })

  it('offers ours when a run appears; the notebook then runs on it', async () => {
    const { daemons } = await daybook()
    const document = await open('theirs.ipynb')
    await finish(document, 1)
    const { rows } = (await daemons.current?.call('runs.window', { limit: 10 })) ?? { rows: [] }
    const notebooks = rows.flatMap((row) => (row.kind === 'run' ? [row.notebook] : []))
    assert.deepEqual(notebooks, ['theirs.ipynb'], 'the module knows the notebook')
    await soon('it is ours', async () => {
      await vscode.commands.executeCommand('notification.acceptPrimaryAction')
      return isOurs(document)
    })
  })

  it('offers it once for each notebook', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
    const document = await open('theirs.ipynb')
    await soon('it is theirs again', async () => !(await isOurs(document)))
    await finish(document, 1)
    await accept()
    assert.equal(await isOurs(document), false)
  })
})
