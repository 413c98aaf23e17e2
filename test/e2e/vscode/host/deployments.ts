import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { daybook } from './open_notebook.ts'
import { soon } from './soon.ts'

describe('deployments', function () {
  this.timeout(90_000)

  it('lists a deployment with its places, promotes, rolls back, stops and starts it', async () => {
    await vscode.commands.executeCommand('daybook.deployments.focus')
    const { daemons, deployments: tree } = await daybook()
    const daemon = daemons.current
    assert.ok(daemon)
    const only = async () => {
      const nodes = await tree.getChildren()
      assert.equal(nodes.length, 1)
      const [node] = nodes
      assert.ok(node)
      return { node, item: tree.getTreeItem(node) }
    }
    const places = async () => {
      const inside = await tree.getChildren((await only()).node)
      return inside.map((node) => tree.getTreeItem(node).label)
    }
    const { node, item } = await only()
    assert.equal(item.label, 'ages')
    assert.match(String(item.description), /^revision 1 · \d+ requests/)
    assert.equal(item.contextValue, 'deployment ready shadowed')
    assert.deepEqual(await places(), ['champion: revision 1', 'shadow: revision 2'])

    await vscode.commands.executeCommand('daybook.openDeployment', node)
    await soon('its page is in front', () =>
      Promise.resolve(vscode.window.tabGroups.activeTabGroup.activeTab?.label === 'Deployment ages'),
    )
    await vscode.commands.executeCommand('daybook.copyDeploymentCurl', node)
    assert.match(await vscode.env.clipboard.readText(), /^curl .*\/ages\/invocations .*Bearer/s)
    const { open } = await daemon.call('gate.check', { name: 'ages' })
    assert.equal(open, true)
    await daemon.call('deployments.promote', { name: 'ages', reason: 'it is 2' })
    assert.deepEqual(await places(), ['champion: revision 2'])
    await vscode.commands.executeCommand('daybook.rollbackDeployment', node)
    assert.deepEqual(await places(), ['champion: revision 1'])

    await vscode.commands.executeCommand('daybook.stopDeployment', node)
    await soon('it is stopped', async () => (await only()).item.contextValue === 'deployment stopped')
    await vscode.commands.executeCommand('daybook.startDeployment', node)
    await soon('it answers', async () => (await only()).item.contextValue === 'deployment ready')
  })
})
