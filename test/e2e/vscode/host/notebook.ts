import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { daybook, openNotebook, until, writeNotebook, type OpenNotebook } from './open_notebook.ts'

describe('a notebook on our kernel', function () {
  this.timeout(60_000)
  // A second try must not find what the first one left to come back: names of their own.
  const began = Date.now()
  let count = 0

  async function open(cells: readonly string[], minor = 5): Promise<OpenNotebook> {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
    return openNotebook(writeNotebook(`host${began}-${++count}.ipynb`, cells, minor))
  }

  afterEach(async () => {
    const link = (await daybook()).notebooks.active
    await link?.stop()
  })

  it('runs a cell: stream, result, number, time', async () => {
    const notebook = await open(['import time\nprint("hello")\ntime.sleep(0.2)\n1 + 1'])
    const { executionSummary } = await notebook.finish(0)
    assert.equal(notebook.text(0), 'hello\n2')
    assert.equal(executionSummary?.executionOrder, 1)
    assert.equal(executionSummary.success, true)
    const { startTime = 0, endTime = 0 } = executionSummary.timing ?? {}
    assert.ok(endTime - startTime >= 200 && endTime - startTime < 5000, `${endTime - startTime} ms`)
  })

  it('runs all in order, and stops behind the one that fails', async () => {
    const notebook = await open(['x = 1', '', 'x + 1', '1 / 0', 'print("never")'])
    await notebook.run(0, 5)
    await until(() => notebook.cell(3).executionSummary?.success === false)
    assert.equal(notebook.text(2), '2')
    const [error] = notebook.items(3)
    assert.equal(error?.mime, 'application/vnd.code.notebook.error')
    const { name, message, stack } = JSON.parse(error.text) as Record<string, string>
    assert.deepEqual([name, message], ['ZeroDivisionError', 'division by zero'])
    assert.match(stack ?? '', /Cell.*In\[3\]/s)
    await until(() => notebook.cell(4).executionSummary?.timing === undefined)
    assert.equal(notebook.text(4), '')
  })

  it('shows rich output richest first, updates displays in finished cells, and clears', async () => {
    const notebook = await open([
      'from IPython.display import display, HTML, Image, clear_output\nh = display(HTML("<b>1</b>"), display_id=True)\nprint("x")',
      'h.update(HTML("<b>2</b>"))',
      'import base64\nImage(base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="))',
      'print("before"); clear_output(wait=True); print("after")',
    ])
    const first = await notebook.finish(0)
    const { timing, executionOrder } = first.executionSummary ?? {}
    assert.deepEqual(notebook.items(0)[0], { mime: 'text/html', text: '<b>1</b>' })
    await notebook.finish(1)
    await until(() => notebook.items(0)[0]?.text === '<b>2</b>')
    await until(() => notebook.cell(0).executionSummary?.success === true)
    assert.deepEqual(notebook.cell(0).executionSummary?.timing, timing, 'an update changes no time')
    assert.equal(notebook.cell(0).executionSummary?.executionOrder, executionOrder)
    assert.equal(notebook.text(0).includes('x\n'), true)
    await notebook.finish(2)
    assert.equal(notebook.items(2)[0]?.mime, 'image/png')
    await notebook.finish(3)
    assert.equal(notebook.text(3), 'after\n')
  })

  it('is interrupted; what waits behind is taken off', async () => {
    const notebook = await open(['import time\nprint("in")\ntime.sleep(60)', 'print("never")'])
    await notebook.run(0, 2)
    await until(() => notebook.text(0) === 'in\n')
    await vscode.commands.executeCommand('notebook.cancelExecution')
    await until(() => notebook.cell(0).executionSummary?.success === false)
    assert.match(notebook.items(0).at(-1)?.text ?? '', /KeyboardInterrupt/)
    assert.equal(notebook.text(1), '')
  })

  it('asks for input in a box', async () => {
    const notebook = await open(['name = input("Name? ")\nprint(len(name))'])
    await notebook.run(0)
    await until(async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem')
      return notebook.cell(0).executionSummary?.success === true
    }, 100)
    assert.match(notebook.text(0), /0\n$/)
  })

  it('completes and explains while a cell runs', async () => {
    const notebook = await open([
      'word = "abc"',
      'import time\nwhile True: time.sleep(0.01)',
      'word.capi',
      'len',
    ])
    await notebook.finish(0)
    await notebook.run(1)
    const { document } = notebook.cell(2)
    await until(async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        new vscode.Position(0, 9),
      )
      return list.items.some(
        ({ insertText }) => typeof insertText === 'string' && insertText.endsWith('capitalize'),
      )
    }, 200)
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      notebook.cell(3).document.uri,
      new vscode.Position(0, 1),
    )
    const text = hovers.flatMap(({ contents }) => contents.map((one) => (one as vscode.MarkdownString).value))
    assert.match(text.join(''), /number of items in a container/)
    await vscode.commands.executeCommand('notebook.cancelExecution')
    await until(() => notebook.cell(1).executionSummary?.success === false)
  })

  it('says why a kernel died', async () => {
    const notebook = await open(['import os, signal\nos.kill(os.getpid(), signal.SIGKILL)', '1 + 1'])
    await notebook.finish(0)
    assert.match(notebook.items(0).at(-1)?.text ?? '', /SIGKILL/)
    await vscode.commands.executeCommand('daybook.notebook.restart')
    await notebook.finish(1)
    assert.equal(notebook.text(1), '2')
  })

  it('shows a flood of lines whole', async () => {
    const notebook = await open(['for i in range(100_000): print(i)'])
    await notebook.finish(0)
    const text = notebook.text(0)
    assert.equal(text.length, 588_890)
    assert.ok(text.endsWith('99999\n'))
  })

  it('keeps the name of a cell without an id over an edit', async () => {
    const notebook = await open(['import time; time.sleep(1); print("done")'], 4)
    await notebook.run(0)
    await until(() => notebook.cell(0).executionSummary?.timing !== undefined)
    const edit = new vscode.WorkspaceEdit()
    edit.insert(notebook.cell(0).document.uri, new vscode.Position(0, 0), '# edited meanwhile\n')
    await vscode.workspace.applyEdit(edit)
    await until(() => notebook.cell(0).executionSummary?.success === true)
    assert.equal(notebook.text(0), 'done\n')
  })
})
