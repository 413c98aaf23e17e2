import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { daybook, openNotebook, writeNotebook, type OpenNotebook } from './open_notebook.ts'
import { soon } from './soon.ts'

describe('what stands under cells', function () {
  this.timeout(60_000)
  let notebook: OpenNotebook

  before(async () => {
    const train = 'import daybook, time\ntime.sleep(0.7)\ndaybook.log(accuracy=0.5 + tries / 10)\ntries += 1'
    notebook = await openNotebook(writeNotebook('marks.ipynb', ['tries = 1', train, '3']))
  })

  async function type(index: number, text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit()
    edit.insert(notebook.cell(index).document.uri, new vscode.Position(0, 0), text)
    assert.ok(await vscode.workspace.applyEdit(edit))
  }

  async function marks(): Promise<string[]> {
    const { staleMarks } = await daybook()
    return notebook.document
      .getCells()
      .map((cell) => staleMarks.provideCellStatusBarItems(cell)[0]?.text ?? '')
  }

  async function runsUnder(index: number): Promise<string | undefined> {
    const { cellRuns } = await daybook()
    return cellRuns.provideCellStatusBarItems(notebook.cell(index))[0]?.text
  }

  it('says what a cell recorded, and which way it went', async () => {
    for (const index of [0, 1, 2]) await notebook.finish(index)
    await soon('the run is named', async () => (await runsUnder(1)) === '$(graph-line) 1 run · accuracy 0.6')
    await notebook.finish(1)
    await soon('both are named', async () => (await runsUnder(1)) === '$(graph-line) 2 runs · accuracy 0.7 ▲')
    assert.equal(await runsUnder(0), undefined)
  })

  it('marks a cell that was edited, and what stands below a cell that ran later', async () => {
    for (const index of [0, 1, 2]) await notebook.finish(index)
    await soon('nothing is marked', async () => (await marks()).join('') === '')
    await type(0, '# new\n')
    await soon('the edit is marked', async () => (await marks())[0]?.includes('edited') === true)
    await notebook.finish(0)
    await soon('what is below is marked', async () => (await marks())[2]?.includes('older') === true)
    assert.equal((await marks())[0], '')
  })

  it('takes for what ran the code at its begin, not at its end', async () => {
    const done = notebook.finish(1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await type(1, '# typed while it ran\n')
    await done
    await soon('the edit is marked', async () => (await marks())[1]?.includes('edited') === true)
  })
})
