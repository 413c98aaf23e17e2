import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import type { RunNode } from '../../../../extension/runs_tree.ts'
import { daybook } from './open_notebook.ts'
import { soon } from './soon.ts'

describe('the sidebar', () => {
  async function runs(): Promise<RunNode[]> {
    const { runs: tree } = await daybook()
    const [experiment] = await tree.getChildren()
    const nodes = experiment === undefined ? [] : await tree.getChildren(experiment)
    return nodes.filter((node) => node.kind === 'run')
  }

  before(async () => {
    await vscode.commands.executeCommand('daybook.runs.focus')
  })

  it('lists runs by experiment, the newest first, with state, headline and age', async () => {
    const { runs: tree } = await daybook()
    const [experiment] = await tree.getChildren()
    assert.ok(experiment)
    assert.equal(tree.getTreeItem(experiment).label, 'train.ipynb')
    const items = (await runs()).map((node) => tree.getTreeItem(node))
    assert.deepEqual(
      items.map(({ label }) => label),
      ['train 2', 'train 1'],
    )
    assert.match(String(items[0]?.description), /^accuracy 0\.9 · .* ago$/)
    assert.match(String(items[0]?.accessibilityInformation?.label), /^Run train 2, finished, accuracy 0.9/)
  })

  it('stars runs, deletes them, and brings them back', async () => {
    const [first] = await runs()
    assert.ok(first)
    await vscode.commands.executeCommand('daybook.starRun', first)
    await soon('it is starred', async () => (await runs())[0]?.row.starred)
    await vscode.commands.executeCommand('daybook.unstarRun', first)
    await soon('it is not starred any more', async () => (await runs())[0]?.row.starred === false)
    await vscode.commands.executeCommand('daybook.deleteRun', first)
    await soon('it is gone', async () => (await runs()).length === 1)
    await first.daemon.call('runs.setDeleted', { ids: [first.row.id], deleted: false })
    await soon('it is back', async () => (await runs()).length === 2)
  })

  it('lists the kernels that run, and stops them', async () => {
    const { kernels: tree, daemons } = await daybook()
    const daemon = daemons.current
    assert.ok(daemon)
    await daemon.call('kernels.start', { name: '.venv', notebook: 'train.ipynb' })
    const [kernel] = await soon('it is listed', async () => {
      const nodes = await tree.getChildren()
      return nodes.length === 1 && nodes
    })
    assert.ok(kernel)
    const item = tree.getTreeItem(kernel)
    assert.equal(item.label, 'train.ipynb')
    assert.match(String(item.description), /^idle · [\d.]+ MB · \.venv$/)
    await vscode.commands.executeCommand('daybook.stopKernel', kernel)
    await soon('it is gone', async () => (await tree.getChildren()).length === 0)
  }).timeout(60_000)

  it('opens the pages of runs, of one run and of a comparison, each once', async () => {
    const [first, second] = await runs()
    const panels = (): number =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(({ input }) => input instanceof vscode.TabInputWebview).length
    await vscode.commands.executeCommand('daybook.openRuns')
    await vscode.commands.executeCommand('daybook.openRuns')
    await soon('one panel is open', () => panels() === 1)
    await vscode.commands.executeCommand('daybook.openRun', first)
    await vscode.commands.executeCommand('daybook.compareRuns', first, [first, second])
    await soon('three panels are open', () => panels() === 3)
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
  })

  it('follows the daemon over its sudden end', async () => {
    const { daemons } = await daybook()
    const daemon = daemons.current
    assert.ok(daemon)
    const { pid } = await daemon.call('daemon.status', {})
    let heard = 0
    const stop = daemon.onChange('runs.changed', () => heard++)
    process.kill(pid, 'SIGKILL')
    await soon('the line is lost', () => daemon.state.kind === 'lost')
    await soon('it stands again, by itself', () => daemon.state.kind === 'ready')
    assert.notEqual((await daemon.call('daemon.status', {})).pid, pid)
    const before = heard
    const [first] = await runs()
    assert.ok(first)
    await daemon.call('runs.setTag', { id: first.row.id, key: 'note', value: 'after' })
    await soon('changes are heard again', () => heard > before)
    stop()
  })
})
