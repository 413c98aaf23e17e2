import { randomBytes } from 'node:crypto'
import * as vscode from 'vscode'
import type { Daemon } from '../daemon.ts'
import type { Daemons } from '../daemons.ts'
import { tellProblem } from '../problem_message.ts'
import { reportPage, tryAgain } from './report_page.ts'
import { ShownReport } from './shown_report.ts'

/** The type under which VS Code restores panels with reports. */
export const reportPanelType = 'daybook.watchReport'

/** What a panel keeps over a reload. */
interface ReportState {
  root: string
  id: string
  deployment: string
}

/** A report, and the panel it stands in. */
interface OpenReport {
  panel: vscode.WebviewPanel
  report: ShownReport
}

/** Panels with reports of deployments: the daemon's own page, in which nothing runs but what keeps its name. */
export class ReportPanels implements vscode.WebviewPanelSerializer<ReportState | undefined> {
  readonly #daemons: Daemons
  readonly #open = new Map<string, OpenReport>()

  constructor(daemons: Daemons) {
    this.#daemons = daemons
  }

  /**
   * Shows a report, in the panel that shows it already if there is one.
   * @throws Problem `not_found` where there is no such report any more
   */
  async open(daemon: Daemon, id: string, deployment: string): Promise<void> {
    const known = this.#open.get(keyOf(daemon.root, id))
    if (known !== undefined) {
      known.panel.reveal()
      if (known.report.content.kind === 'failed') await known.report.load()
      return
    }
    const title = `Report: ${deployment}`
    const column = vscode.ViewColumn.Active
    const panel = vscode.window.createWebviewPanel(reportPanelType, title, column, {
      ...options,
      enableFindWidget: true,
    })
    await this.#fill(panel, daemon, { root: daemon.root, id, deployment })
  }

  /** Called by VS Code for every report that was open when the window was closed. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: ReportState | undefined): Promise<void> {
    // Without a name there is nothing to show; a report that was opened anew meanwhile is not shown twice.
    if (state === undefined || this.#open.has(keyOf(state.root, state.id))) panel.dispose()
    else {
      panel.webview.options = options
      const daemon = this.#daemons.of(vscode.Uri.file(state.root))
      // What comes of it is said in the panel; a report that was removed meanwhile leaves no empty one behind.
      void this.#fill(panel, daemon, state).catch(() => null)
    }
    return Promise.resolve()
  }

  /** The panel is known before anything is asked, so that a second click finds it. */
  #fill(panel: vscode.WebviewPanel, daemon: Daemon, state: ReportState): Promise<void> {
    const paint = (): void => {
      const { kind } = vscode.window.activeColorTheme
      const isDark = kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast
      const nonce = randomBytes(16).toString('base64')
      panel.webview.html = reportPage(report.content, { isDark, nonce, state })
    }
    const close = (): void => void panel.dispose()
    const report = new ShownReport(state.id, { show: paint, close }, async () => {
      const { html } = await daemon.call('monitor.page', { id: state.id })
      return html
    })
    const key = keyOf(state.root, state.id)
    this.#open.set(key, { panel, report })
    const listener = vscode.window.onDidChangeActiveColorTheme(paint)
    panel.webview.onDidReceiveMessage((message: unknown) => {
      if (message === tryAgain) report.load().catch(tellProblem)
    })
    panel.onDidDispose(() => {
      report.closed()
      listener.dispose()
      this.#open.delete(key)
    })
    return report.load()
  }
}

const options: vscode.WebviewOptions = { enableScripts: true, localResourceRoots: [] }

const keyOf = (root: string, id: string): string => JSON.stringify([root, id])
