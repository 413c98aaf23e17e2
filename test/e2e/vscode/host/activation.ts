import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import type { DaybookApi } from '../../../../extension/extension.ts'

describe('the extension in its host', () => {
  it('is activated, brings up the daemon and asks it', async function () {
    this.timeout(60_000)
    const extension = vscode.extensions.getExtension<DaybookApi>('daybook.daybook')
    assert.ok(extension)
    const { daemons } = await extension.activate()
    const daemon = daemons.current
    assert.ok(daemon)
    assert.equal(daemon.root, vscode.workspace.workspaceFolders?.[0]?.uri.fsPath)
    const status = await daemon.call('daemon.status', {})
    assert.equal(status.project, daemon.root)
    assert.equal(daemon.state.kind, 'ready')
  })
})
