import * as vscode from 'vscode'
import type { Fix } from '../../shared/base/finding.ts'
import { changeOfRead } from '../../shared/views/finding_fix.ts'
import { columnsOfFinding } from '../../shared/views/finding_places.ts'
import { command } from '../problem_message.ts'
import { FindingDiagnostic } from './finding_marks.ts'
import type { ShownFinding } from './frame_findings.ts'
import { insertBelow } from './insert_code.ts'

/** Where code actions about findings are offered. */
const selector: vscode.DocumentSelector = { notebookType: 'jupyter-notebook', language: 'python' }

/** What can be done about a finding where it is shown: a fix below or in the call that reads, accept, the report. */
export function findingActions(): vscode.Disposable[] {
  const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] }
  return [
    vscode.languages.registerCodeActionsProvider(selector, { provideCodeActions: actionsFor }, kinds),
    command('daybook.insertFix', (uri: vscode.Uri, fix: Fix) => insertFix(uri, fix)),
    command('daybook.acceptFinding', (shown: ShownFinding) => acceptFinding(shown)),
  ]
}

function actionsFor(
  document: vscode.TextDocument,
  _range: vscode.Range,
  { diagnostics }: vscode.CodeActionContext,
): vscode.CodeAction[] {
  const ours = diagnostics.filter((each) => each instanceof FindingDiagnostic)
  const fixes = ours.flatMap((diagnostic) => [
    ...changeRead(document, diagnostic),
    ...diagnostic.shown.finding.fixes.map((fix) => {
      const { name } = diagnostic.shown.data.summary
      const action = quickFix(`${fix.title} (cell below, ${name})`, diagnostic)
      action.command = { command: 'daybook.insertFix', title: fix.title, arguments: [document.uri, fix] }
      return action
    }),
  ])
  const others = ours.flatMap((diagnostic) => {
    const { shown } = diagnostic
    const accept = quickFix(`Accept "${shown.finding.rule}" with a reason…`, diagnostic)
    accept.command = { command: 'daybook.acceptFinding', title: accept.title, arguments: [shown] }
    return [accept]
  })
  const reports = Map.groupBy(ours, ({ shown }) => shown.data.summary.id).values()
  const open = [...reports].flatMap(([first]) => (first === undefined ? [] : [openReport(first)]))
  const [only, ...more] = fixes
  // Of several, none is the one that "fix it" should take unasked.
  if (only !== undefined && more.length === 0) only.isPreferred = true
  return [...fixes, ...others, ...open]
}

function quickFix(title: string, diagnostic: FindingDiagnostic): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix)
  action.diagnostics = [diagnostic]
  return action
}

function changeRead(document: vscode.TextDocument, diagnostic: FindingDiagnostic): vscode.CodeAction[] {
  const { finding, data } = diagnostic.shown
  const change = changeOfRead(finding, document.getText(), data.summary.name)
  if (change === null) return []
  const action = quickFix(`${change.title} (change the call)`, diagnostic)
  action.edit = new vscode.WorkspaceEdit()
  action.edit.insert(document.uri, document.positionAt(change.at), change.text)
  return [action]
}

function openReport(diagnostic: FindingDiagnostic): vscode.CodeAction {
  const { daemon, data } = diagnostic.shown
  const action = quickFix(`Open the report about ${data.summary.name}`, diagnostic)
  action.command = {
    command: 'daybook.openDataReport',
    title: action.title,
    arguments: [{ daemon, id: data.summary.id }],
  }
  return action
}

async function insertFix(uri: vscode.Uri, fix: Fix): Promise<void> {
  const notebook = vscode.workspace.notebookDocuments.find((each) =>
    each.getCells().some(({ document }) => document.uri.toString() === uri.toString()),
  )
  const cell = notebook?.getCells().find(({ document }) => document.uri.toString() === uri.toString())
  if (notebook !== undefined && cell !== undefined) await insertBelow(notebook, cell.index, fix.code)
}

/** Asks why, and notes it in daybook.yaml. */
async function acceptFinding({ daemon, data, finding }: ShownFinding): Promise<void> {
  const reason = await vscode.window.showInputBox({
    title: `Accept "${finding.rule}" in ${data.summary.name}`,
    prompt: finding.says,
    placeHolder: 'Why is it all right? Noted in daybook.yaml',
    validateInput: (text) => (text.trim().length < 3 ? 'Say why in a few words' : null),
  })
  if (reason === undefined) return
  const about = { id: data.summary.id, rule: finding.rule, columns: [...columnsOfFinding(finding)] }
  const { path } = await daemon.call('data.suppress', { ...about, reason })
  // Not awaited: the message may stand for long.
  void vscode.window
    .showInformationMessage('The finding is accepted, with your reason in daybook.yaml.', 'Undo', 'Open')
    .then(async (answer) => {
      if (answer === 'Undo') await daemon.call('data.unsuppress', about)
      if (answer === 'Open') await vscode.window.showTextDocument(vscode.Uri.file(path))
    })
}
