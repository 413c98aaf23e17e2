import { randomBytes } from 'node:crypto'
import * as vscode from 'vscode'
import { reportInEditor } from '../../shared/views/alert_text.ts'
import type { Daemon } from '../daemon.ts'
import type { Daemons } from '../daemons.ts'

/** The type under which VS Code restores panels with reports. */
export const reportPanelType = 'daybook.watchReport'

/** What a panel keeps over a reload. */
interface ReportState {
  root: string
  id: string
  deployment: string
}

/** Panels with reports of deployments: the daemon's own page, in which nothing runs but what keeps its name. */
export class ReportPanels implements vscode.WebviewPanelSerializer<ReportState | undefined> {
  readonly #daemons: Daemons
  readonly #open = new Map<string, vscode.WebviewPanel>()

  constructor(daemons: Daemons) {
    this.#daemons = daemons
  }

  /** Shows a report, in the panel that shows it already if there is one. */
  async open(daemon: Daemon, id: string, deployment: string): Promise<void> {
    const known = this.#open.get(keyOf(daemon.root, id))
    if (known !== undefined) return known.reveal()
    const { html } = await daemon.call('monitor.page', { id })
    const title = `Report: ${deployment}`
    const column = vscode.ViewColumn.Active
    const panel = vscode.window.createWebviewPanel(reportPanelType, title, column, {
      ...options,
      enableFindWidget: true,
    })
    this.#fill(panel, html, { root: daemon.root, id, deployment })
  }

  /** Called by VS Code for every report that was open when the window was closed. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: ReportState | undefined): Promise<void> {
    if (state === undefined) {
      panel.dispose()
      return
    }
    panel.webview.options = options
    const daemon = this.#daemons.of(vscode.Uri.file(state.root))
    const page = await daemon.call('monitor.page', { id: state.id }).catch(() => null)
    // A report that was removed meanwhile leaves no empty panel behind.
    if (page === null) panel.dispose()
    else this.#fill(panel, page.html, state)
  }

  #fill(panel: vscode.WebviewPanel, html: string, state: ReportState): void {
    const key = keyOf(state.root, state.id)
    this.#open.set(key, panel)
    const paint = (): void => {
      const { kind } = vscode.window.activeColorTheme
      const isDark = kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast
      const nonce = randomBytes(16).toString('base64')
      panel.webview.html = reportInEditor(html, isDark, { nonce, state })
    }
    const listener = vscode.window.onDidChangeActiveColorTheme(paint)
    panel.onDidDispose(() => {
      listener.dispose()
      this.#open.delete(key)
    })
    paint()
  }
}

const options: vscode.WebviewOptions = { enableScripts: true, localResourceRoots: [] }

const keyOf = (root: string, id: string): string => JSON.stringify([root, id])
