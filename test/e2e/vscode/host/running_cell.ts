import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { daybook, openNotebook, until, writeNotebook, type OpenNotebook } from './open_notebook.ts'

describe('a notebook whose cell runs', function () {
  this.timeout(60_000)
  // A second try must not find what the first one left to come back: names of their own.
  const began = Date.now()
  let count = 0
  const file = (name: string): string => join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', name)
  const loop =
    'import os, time\ni = -1\nwhile not os.path.exists("stop"):\n    i += 1\n    print(i)\n    time.sleep(0.05)'
  const counted = (notebook: OpenNotebook): number[] => notebook.text(1).split('\n').slice(0, -1).map(Number)
  const countedTo = async (notebook: OpenNotebook, end: number): Promise<void> =>
    until(() => (counted(notebook).at(-1) ?? -1) >= end)

  async function open(cells: readonly string[]): Promise<OpenNotebook> {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
    return openNotebook(writeNotebook(`running${began}-${++count}.ipynb`, cells))
  }

  beforeEach(() => rmSync(file('stop'), { force: true }))
  afterEach(async () => {
    writeFileSync(file('stop'), '')
    await (await daybook()).notebooks.active?.stop()
  })

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
})
