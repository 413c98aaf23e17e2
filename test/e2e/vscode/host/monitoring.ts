import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { daybook } from './open_notebook.ts'
import { soon } from './soon.ts'

const hasTab = (wanted: string): boolean =>
  vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label === wanted))

describe('monitoring', function () {
  this.timeout(90_000)

  it('lists a raised alert, leads to its report and lets it be acknowledged', async () => {
    await vscode.commands.executeCommand('daybook.monitoring.focus')
    const { daemons, monitoring: tree } = await daybook()
    const daemon = daemons.current
    assert.ok(daemon)
    assert.deepEqual(await tree.getChildren(), [], 'nothing was looked at yet')
    await daemon.call('monitor.check', { name: 'income' })
    const nodes = await tree.getChildren()
    const [alert, deployment] = nodes
    assert.deepEqual(
      nodes.map(({ kind }) => kind),
      ['alert', 'deployment'],
    )
    assert.ok(alert && deployment)
    const item = tree.getTreeItem(alert)
    assert.match(typeof item.label === 'string' ? item.label : '', /^Income: /)
    assert.match(String(item.description), /^income · .* ago$/)
    assert.equal((item.iconPath as vscode.ThemeIcon).id, 'error')
    assert.equal((await tree.getChildren(deployment)).length, 1)

    await vscode.commands.executeCommand('daybook.openWatchReport', alert)
    await soon('the report is open', () => hasTab('Report: income'))
    await vscode.commands.executeCommand('daybook.openAlertDeployment', deployment)
    await soon('the page of the deployment is open', () => hasTab('Deployment income'))
    assert.ok(alert.kind === 'alert')
    assert.equal(item.contextValue, 'alert open', 'what nobody trained here leads to no run')
    const { rows } = await daemon.call('runs.window', { limit: 1 })
    const [run] = rows
    assert.ok(run?.kind === 'run')
    const ofRun = { ...alert, alert: { ...alert.alert, run: run.id } }
    assert.equal(tree.getTreeItem(ofRun).contextValue, 'alert open run')
    await vscode.commands.executeCommand('daybook.openAlertRun', ofRun)
    await soon('the page of the run is open', () => hasTab(run.name))
    await daemon.call('alerts.acknowledge', { id: alert.alert.id, reason: 'mended' })
    const [seen] = await tree.getChildren()
    assert.ok(seen)
    assert.match(String(tree.getTreeItem(seen).description), /seen to$/)
  })
})
