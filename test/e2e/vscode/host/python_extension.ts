import assert from 'node:assert/strict'
import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { PythonEnvironments } from '../../../../extension/python/python_extension.ts'
import { openNotebook, writeNotebook } from './open_notebook.ts'
import { soon } from './soon.ts'

describe('beside the Python extension (a stand-in)', function () {
  this.timeout(60_000)
  const setting = (): unknown => vscode.workspace.getConfiguration('daybook').get('pythonInterpreter.follow')
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri
  let given: string[]
  let environments: PythonEnvironments

  before(async () => {
    const extension = vscode.extensions.getExtension<{ given: string[]; environments: PythonEnvironments }>(
      'ms-python.python',
    )
    assert.ok(extension)
    ;({ given, environments } = await extension.activate())
  })

  it("asks once whether its interpreter shall be the kernel's, and gives it at a yes", async () => {
    assert.equal(setting(), 'ask')
    await openNotebook(writeNotebook('first.ipynb', ['1']))
    await soon('the question is answered with its first button, "Always"', async () => {
      await vscode.commands.executeCommand('notification.acceptPrimaryAction')
      return given.length > 0
    })
    assert.equal(given.length, 1)
    assert.match(given[0] ?? '', /\.venv[/\\](bin|Scripts)[/\\]python/)
    assert.equal(setting(), 'always')
  })

  it('then follows without a question', async () => {
    await environments.updateActiveEnvironmentPath('/nowhere/bin/python3', folder)
    await openNotebook(writeNotebook('second.ipynb', ['1']))
    await soon('it is given again', () => given.length === 3)
    assert.equal(given[2], given[0])
    await openNotebook(writeNotebook('third.ipynb', ['1']))
    await new Promise((resolve) => setTimeout(resolve, 1000))
    assert.equal(given.length, 3, 'what it has already is not given')
  })

  it('leaves it alone where the user never wants it', async () => {
    const settings = vscode.workspace.getConfiguration('daybook')
    await settings.update('pythonInterpreter.follow', 'never', vscode.ConfigurationTarget.Global)
    await environments.updateActiveEnvironmentPath('/nowhere/bin/python3', folder)
    await openNotebook(writeNotebook('fourth.ipynb', ['1']))
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const [last = ''] = given.slice(-1)
    assert.equal(basename(last), 'python3', 'the one that was set by hand')
    assert.equal(given.length, 4)
  })
})
