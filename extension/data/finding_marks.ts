import * as vscode from 'vscode'
import type { Finding } from '../../shared/base/finding.ts'
import { lineOfFrame } from '../../shared/views/finding_fix.ts'
import { describeCellData, worstLevel } from '../../shared/views/finding_places.ts'
import type { FrameFindings, ShownFinding } from './frame_findings.ts'

/** A diagnostic of ours, with what it is about. */
export class FindingDiagnostic extends vscode.Diagnostic {
  readonly shown: ShownFinding

  constructor(range: vscode.Range, shown: ShownFinding) {
    const { finding, data } = shown
    super(range, `${data.summary.name}: ${finding.says}`, severityOf(finding))
    this.shown = shown
    this.source = 'Daybook'
    this.code = finding.rule
  }
}

/**
 * Shows findings where one works: as diagnostics on the line that made the frame (never those that are only worth
 * knowing), and in a line under the cell how much there is, which opens the report.
 */
export class FindingMarks implements vscode.NotebookCellStatusBarItemProvider, vscode.Disposable {
  readonly #findings: FrameFindings
  readonly #collection = vscode.languages.createDiagnosticCollection('daybook.data')
  readonly #changed = new vscode.EventEmitter<void>()
  readonly #marked = new Map<vscode.NotebookDocument, vscode.Uri[]>()
  readonly #listeners: { dispose(): unknown }[]

  readonly onDidChangeCellStatusBarItems = this.#changed.event

  constructor(findings: FrameFindings) {
    this.#findings = findings
    this.#listeners = [
      findings.onChange((notebook) => this.#mark(notebook)),
      vscode.notebooks.registerNotebookCellStatusBarItemProvider('jupyter-notebook', this),
      this.#collection,
      this.#changed,
    ]
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    const daemon = this.#findings.daemonOf(cell.notebook)
    if (daemon === null) return []
    return this.#findings.of(cell).map((data) => {
      const { shown, summary } = data
      const worst = worstLevel(shown)
      const icon = worst === null ? '$(pass)' : worst === 'stop' ? '$(error)' : '$(warning)'
      const text = describeCellData(data)
      const item = new vscode.NotebookCellStatusBarItem(
        `${icon} ${text}`,
        vscode.NotebookCellStatusBarAlignment.Left,
      )
      item.priority = -1
      item.command = {
        command: 'daybook.openDataReport',
        title: 'Open the Report',
        arguments: [{ daemon, id: summary.id }],
      }
      item.tooltip = ['Open the report about this data', ...shown.map(({ says }) => `• ${says}`)].join('\n')
      item.accessibilityInformation = { label: `Data of this cell: ${text}`, role: 'button' }
      return item
    })
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose()
  }

  #mark(notebook: vscode.NotebookDocument): void {
    const daemon = notebook.isClosed ? null : this.#findings.daemonOf(notebook)
    for (const uri of this.#marked.get(notebook) ?? []) this.#collection.delete(uri)
    this.#marked.delete(notebook)
    if (daemon !== null) {
      const marked: vscode.Uri[] = []
      for (const cell of notebook.getCells()) {
        const diagnostics = this.#findings.of(cell).flatMap((data) => {
          const range = rangeOf(cell.document, data.summary.name)
          return data.shown.map((finding) => new FindingDiagnostic(range, { daemon, data, finding }))
        })
        if (diagnostics.length === 0) continue
        this.#collection.set(cell.document.uri, diagnostics)
        marked.push(cell.document.uri)
      }
      this.#marked.set(notebook, marked)
    }
    this.#changed.fire()
  }
}

function severityOf({ level }: Finding): vscode.DiagnosticSeverity {
  return level === 'stop' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning
}

/** The line that makes the frame, without the blanks around it. */
function rangeOf(document: vscode.TextDocument, name: string): vscode.Range {
  const line = document.lineAt(Math.min(lineOfFrame(document.getText(), name), document.lineCount - 1))
  return new vscode.Range(
    line.lineNumber,
    line.firstNonWhitespaceCharacterIndex,
    line.lineNumber,
    line.range.end.character,
  )
}
