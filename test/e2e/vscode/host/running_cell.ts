import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { daybook, openNotebook, pause, until, writeNotebook, type OpenNotebook } from './open_notebook.ts'

describe('a notebook whose cell runs', function () {
  this.timeout(60_000)
  // A second try must not find what the first one left to come back: names of their own.
  const began = Date.now()
  let count = 0
  const file = (name: string): string => join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', name)
  const loop =
    'import os, time\ni = -1\nwhile not os.path.exists("stop"):\n    i += 1\n    print(i)\n    time.sleep(0.05)\n    while os.path.exists("hold"): time.sleep(0.05)'
  const counted = (notebook: OpenNotebook): number[] => notebook.text(1).split('\n').slice(0, -1).map(Number)
  const countedTo = async (notebook: OpenNotebook, end: number): Promise<void> =>
    until(() => (counted(notebook).at(-1) ?? -1) >= end)

  async function open(cells: readonly string[]): Promise<OpenNotebook> {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
    return openNotebook(writeNotebook(`running${began}-${++count}.ipynb`, cells))
  }

  beforeEach(() => {
    for (const name of ['stop', 'hold']) rmSync(file(name), { force: true })
  })
  afterEach(async () => {
    rmSync(file('hold'), { force: true })
    writeFileSync(file('stop'), '')
    await (await daybook()).notebooks.active?.stop()
  })

  /** Has the cell write nothing for as long as something is done to the notebook, and looks that it goes on then. */
  async function hold(notebook: OpenNotebook, change: () => Promise<void>): Promise<void> {
    writeFileSync(file('hold'), '')
    await pause(500)
    const seen = counted(notebook).at(-1) ?? 0
    await change()
    await pause(500)
    rmSync(file('hold'))
    await countedTo(notebook, seen + 5)
  }

  /** Ends the loop, and looks whether it showed every number from the first one on, once and in order. */
  async function first(notebook: OpenNotebook): Promise<number> {
    writeFileSync(file('stop'), '')
    await until(() => notebook.cell(1).executionSummary?.success !== undefined)
    assert.equal(notebook.cell(1).executionSummary?.success, true, JSON.stringify(notebook.items(1).at(-1)))
    const numbers = counted(notebook)
    const [begin = -1] = numbers
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, i) => begin + i),
    )
    return begin
  }

  it('shows what comes after its outputs were cleared, and nothing of before', async () => {
    const notebook = await open(['1', loop])
    await notebook.run(0, 2)
    await countedTo(notebook, 5)
    const seen = counted(notebook).at(-1) ?? 0
    await vscode.commands.executeCommand('notebook.clearAllCellsOutputs')
    await countedTo(notebook, seen + 10)
    assert.ok((await first(notebook)) >= seen)
    assert.equal(notebook.text(0), '')
  })

  it('shows again what a file lacks that was changed by another program and is read again', async () => {
    const notebook = await open(['print("before")', loop, 'print("after")'])
    await notebook.finish(2)
    await notebook.run(0, 2)
    await countedTo(notebook, 5)
    await hold(notebook, async () => {
      assert.ok(await notebook.document.save())
      const { fsPath } = notebook.document.uri
      const saved = JSON.parse(readFileSync(fsPath, 'utf8')) as {
        cells: { source: unknown; outputs: unknown[] }[]
      }
      for (const cell of saved.cells) cell.outputs = []
      const [, , last] = saved.cells
      assert.ok(last)
      last.source = 'print("changed")'
      writeFileSync(fsPath, JSON.stringify(saved, null, 1))
      await until(() => notebook.cell(2).document.getText().includes('changed'))
    })
    assert.equal(await first(notebook), 0)
  })

  it('goes on in the cell that takes the place of the one that runs, without an interrupt', async () => {
    const notebook = await open(['1', loop])
    await notebook.run(1)
    await countedTo(notebook, 5)
    await hold(notebook, async () => {
      const made = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, `# again\n${loop}`, 'python')
      made.metadata = { ...notebook.cell(1).metadata }
      const edit = new vscode.WorkspaceEdit()
      edit.set(notebook.document.uri, [
        vscode.NotebookEdit.replaceCells(new vscode.NotebookRange(1, 2), [made]),
      ])
      assert.ok(await vscode.workspace.applyEdit(edit))
    })
    assert.match(notebook.cell(1).document.getText(), /again/)
    assert.equal(await first(notebook), 0)
  })
})
