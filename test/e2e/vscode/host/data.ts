import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { DataNode } from '../../../../extension/data/data_tree.ts'
import { daybook, openNotebook, writeNotebook, type OpenNotebook } from './open_notebook.ts'
import { soon } from './soon.ts'

const make = `import pandas as pd
visits = pd.read_csv("visits.csv")
visits.shape`

describe('what was found in data', function () {
  this.timeout(120_000)
  let notebook: OpenNotebook
  const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? ''

  before(async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `${i},${(i * 37) % 100},same,${i % 3 ? i % 7 : '?'}`)
    writeFileSync(join(folder(), 'visits.csv'), `id,score,site,note\n${lines.join('\n')}\n`)
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
    notebook = await openNotebook(writeNotebook('visits.ipynb', [make, 'print(len(visits))'], 5))
  })
  after(async () => {
    await (await daybook()).notebooks.active?.stop()
  })

  const marks = (index: number): vscode.Diagnostic[] =>
    vscode.languages
      .getDiagnostics(notebook.cell(index).document.uri)
      .filter(({ source }) => source === 'Daybook')
  const rules = (index: number): string[] =>
    marks(index).map(({ code }) => (typeof code === 'string' ? code : ''))
  async function actions(index: number): Promise<vscode.CodeAction[]> {
    const { document } = notebook.cell(index)
    return vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(1, 0, 1, 10),
      vscode.CodeActionKind.QuickFix.value,
    )
  }
  async function action(title: RegExp): Promise<vscode.CodeAction> {
    const found = await actions(0)
    const fitting = found.find((one) => title.test(one.title))
    assert.ok(fitting, `${String(title)} in ${found.map((one) => one.title).join(' | ')}`)
    return fitting
  }
  async function run(fitting: vscode.CodeAction): Promise<void> {
    if (fitting.edit !== undefined) await vscode.workspace.applyEdit(fitting.edit)
    const { command } = fitting
    if (command !== undefined)
      await vscode.commands.executeCommand(command.command, ...((command.arguments ?? []) as unknown[]))
  }

  it('is marked on the line of the cell that made the frame; what is only worth knowing is not', async () => {
    await notebook.finish(0)
    const beganMs = Date.now()
    await soon('there are marks', () => marks(0).length > 0, 60_000)
    console.log(`marks ${Date.now() - beganMs} ms after the cell`)
    assert.deepEqual(rules(0).sort(), ['constant-column', 'written-missing'])
    const [first] = marks(0)
    assert.equal(first?.range.start.line, 1)
    assert.equal(first.severity, vscode.DiagnosticSeverity.Warning)
    assert.match(first.message, /^visits: .*300 rows|^visits: note is '\?' in 100 rows/)
    await notebook.finish(1)
    assert.deepEqual(rules(1), [])
  })

  it('says under the cell how much there is', async () => {
    const { findings } = await daybook()
    const [data] = findings.of(notebook.cell(0))
    assert.equal(data?.summary.name, 'visits')
    assert.equal(data.shown.length, 2)
  })

  it('is gone when the fix below has run', async () => {
    await run(await action(/^Drop the column \(cell below, visits\)/))
    assert.equal(notebook.cell(1).document.getText(), 'visits = visits.drop(columns=["site"])')
    await notebook.finish(1)
    await soon('the mark is gone', () => !rules(0).includes('constant-column'), 60_000)
    assert.deepEqual(rules(0), ['written-missing'])
    assert.deepEqual(rules(1), [], 'nothing is told twice')
  })

  it('is gone when the call that reads was changed and has run', async () => {
    await run(await action(/^Read '\?' as missing \(change the call\)/))
    assert.match(notebook.cell(0).document.getText(), /pd\.read_csv\("visits\.csv", na_values=\["\?"\]\)/)
    await notebook.finish(0)
    await soon('only the other mark is there', () => rules(0).join() === 'constant-column', 60_000)
  })

  it('is accepted with a reason, noted in daybook.yaml, and brought back', async () => {
    const { findings } = await daybook()
    const accept = await action(/^Accept "constant-column"/)
    const [shown] = (accept.command?.arguments ?? []) as { data: { summary: { id: string } } }[]
    const daemon = findings.daemonOf(notebook.cell(0).notebook)
    assert.ok(shown && daemon)
    const about = { id: shown.data.summary.id, rule: 'constant-column', columns: ['site'] }
    await daemon.call('data.suppress', { ...about, reason: 'one site only' })
    await soon('the mark is gone', () => marks(0).length === 0)
    assert.match(
      readFileSync(join(daemon.root, 'daybook.yaml'), 'utf8'),
      /data: visits, reason: one site only/,
    )
    await daemon.call('data.unsuppress', about)
    await soon('the mark is back', () => marks(0).length === 1)
  })

  it('is listed in the sidebar with a line for each column, and counted on the badge', async () => {
    await vscode.commands.executeCommand('daybook.data.focus')
    const { data: tree } = await daybook()
    const [first] = await soon('it is listed', async () => {
      const nodes = await tree.getChildren()
      return nodes.length > 0 && nodes
    })
    assert.ok(first)
    const item = tree.getTreeItem(first)
    assert.equal(item.label, 'visits')
    assert.match(String(item.description), /^300 × 4 · 1 to look at · visits\.ipynb$/)
    const labels = (nodes: readonly DataNode[]): string[] =>
      nodes.map((node) => {
        const { label, description } = tree.getTreeItem(node)
        return `${typeof label === 'string' ? label : ''} ${String(description ?? '')}`
      })
    const inside = labels(await tree.getChildren(first))
    assert.match(inside[0] ?? '', /^site \('same'\) is the same in all 300 rows/)
    assert.ok(
      inside.some((line) => /^score [▁▂▃▄▅▆▇█]{6,}/.test(line)),
      inside.join('\n'),
    )
    assert.ok(inside.some((line) => /^note .*33 % missing/.test(line)))
  })

  it('opens the report of a file of the explorer, once', async () => {
    const file = vscode.Uri.file(join(folder(), 'visits.csv'))
    const panels = (): string[] =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(({ input }) => input instanceof vscode.TabInputWebview)
        .map(({ label }) => label)
    await vscode.commands.executeCommand('daybook.lintData', file, [file])
    await soon('the report is open', () => panels().includes('Data: visits.csv'))
    await vscode.commands.executeCommand('daybook.lintData', file, [file])
    assert.equal(panels().length, 1)
    assert.ok(existsSync(join(folder(), '.daybook', 'daybook.db')))
  })
})
