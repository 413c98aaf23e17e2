import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { daybook } from './open_notebook.ts'

describe('the extension in its host', () => {
  it('is activated, brings up the daemon and asks it', async function () {
    this.timeout(60_000)
    const { daemons } = await daybook()
    const daemon = daemons.current
    assert.ok(daemon)
    assert.equal(daemon.root, vscode.workspace.workspaceFolders?.[0]?.uri.fsPath)
    const status = await daemon.call('daemon.status', {})
    assert.equal(status.project, daemon.root)
    assert.equal(daemon.state.kind, 'ready')
  })
})
