import { randomBytes } from 'node:crypto'
import * as vscode from 'vscode'
import type { Page } from '../../shared/views/host.ts'
import { titleOf } from '../../shared/views/page_name.ts'
import { subjectOf } from '../../shared/views/page_subject.ts'
import type { Daemon } from '../daemon.ts'
import type { Daemons } from '../daemons.ts'
import { Bridge } from './bridge.ts'
import { insertCode } from '../data/insert_code.ts'
import { openCell, saveFile } from './page_requests.ts'
import type { FromPage, PageSetup, PageState, ToPage } from './page_message.ts'

/** The type under which VS Code restores our panels. */
export const panelType = 'daybook.page'

/** What panels need. */
export interface PagePanelParts {
  context: vscode.ExtensionContext
  daemons: Daemons
}

/**
 * Panels that show the pages of shared/views. A page's script ends when its panel is hidden and begins anew when
 * it is shown: it then asks again, so that nothing is sent to a page that cannot hear.
 */
export class PagePanels implements vscode.WebviewPanelSerializer<PageState | undefined> {
  readonly #parts: PagePanelParts
  readonly #open = new Map<string, vscode.WebviewPanel>()

  constructor(parts: PagePanelParts) {
    this.#parts = parts
  }

  /** Shows a page, in the panel that shows it already if there is one. */
  open(daemon: Daemon, page: Page): void {
    const known = this.#open.get(keyOf(daemon.root, page))
    if (known !== undefined) return known.reveal()
    if (page.kind === 'runs') closeUnseen(titleOf(page), [...this.#open.values()])
    const panel = vscode.window.createWebviewPanel(
      panelType,
      titleOf(page),
      vscode.ViewColumn.Active,
      this.#options(),
    )
    this.#fill(panel, daemon, page)
  }

  /** Called by VS Code for every panel that was open when the window was closed. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: PageState | undefined): Promise<void> {
    if (state === undefined) panel.dispose()
    else {
      panel.webview.options = this.#options()
      this.#fill(panel, this.#parts.daemons.of(vscode.Uri.file(state.root)), state.page)
    }
    return Promise.resolve()
  }

  #fill(panel: vscode.WebviewPanel, daemon: Daemon, page: Page): void {
    const { context } = this.#parts
    const key = keyOf(daemon.root, page)
    this.#open.set(key, panel)
    panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'icon.png')
    const tell = (message: ToPage): void => void panel.webview.postMessage(message)
    const bridge = new Bridge(daemon, (text) => tell({ kind: 'wire', text }))
    const keptKey = `page ${page.kind}`
    panel.webview.onDidReceiveMessage((message: FromPage) => {
      switch (message.kind) {
        case 'begin':
          bridge.reset()
          return tell({ kind: 'kept', state: context.workspaceState.get(keptKey) })
        case 'wire':
          return bridge.take(message.text)
        case 'open':
          return this.open(daemon, message.page)
        case 'link':
          return void vscode.env.openExternal(vscode.Uri.parse(message.address))
        case 'cell':
          return void openCell(daemon, message)
        case 'insert':
          return void insertCode(daemon, message)
        case 'save':
          return void saveFile(message)
        case 'keep':
          return void context.workspaceState.update(keptKey, message.state)
      }
    })
    panel.onDidDispose(() => {
      bridge.reset()
      this.#open.delete(key)
    })
    panel.webview.html = this.#html(panel.webview, { root: daemon.root, page })
    void nameSubject(panel, daemon, page)
  }

  #options(): vscode.WebviewOptions {
    const { extensionUri } = this.#parts.context
    const roots = ['webview', 'media'].map((name) => vscode.Uri.joinPath(extensionUri, name))
    return { enableScripts: true, localResourceRoots: roots }
  }

  #html(webview: vscode.Webview, setup: PageSetup): string {
    const nonce = randomBytes(16).toString('base64')
    const uri = (...parts: string[]): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.#parts.context.extensionUri, ...parts)).toString()
    const policy = [
      `default-src 'none'`,
      `script-src 'nonce-${nonce}'`,
      // Charts and tables place their parts by style attributes.
      `style-src ${webview.cspSource} 'unsafe-inline'`,
      `img-src ${webview.cspSource} data: blob:`,
      `font-src ${webview.cspSource}`,
    ].join('; ')
    return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="daybook" content="${escape(JSON.stringify(setup))}" />
    <link rel="stylesheet" href="${uri('media', 'tokens.css')}" />
    <link rel="stylesheet" href="${uri('media', 'vscode.css')}" />
    <link rel="stylesheet" href="${uri('media', 'panel.css')}" />
    <title>Daybook</title>
  </head>
  <body>
    <script type="module" nonce="${nonce}" src="${uri('webview', 'page.js')}"></script>
  </body>
</html>`
  }
}

/**
 * After a reload of the window, VS Code brings a panel back only when somebody looks at its tab: until then nobody can
 * reveal it, and the page would stand there twice.
 */
function closeUnseen(title: string, known: readonly vscode.WebviewPanel[]): void {
  if (known.some((panel) => panel.title === title)) return
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs)
  const unseen = tabs.filter(
    ({ label, input }) =>
      label === title && input instanceof vscode.TabInputWebview && input.viewType.endsWith(panelType),
  )
  void vscode.window.tabGroups.close(unseen, true)
}

function keyOf(root: string, page: Page): string {
  return JSON.stringify([root, page])
}

/** A panel gets the name of what it is about once the daemon tells it. */
async function nameSubject(panel: vscode.WebviewPanel, daemon: Daemon, page: Page): Promise<void> {
  const subject = await subjectOf(daemon, page)
  if (subject !== null) panel.title = page.kind === 'data' ? `Data: ${subject}` : subject
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
