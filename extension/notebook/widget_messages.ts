import * as vscode from 'vscode'
import type { FromWidgets, ToWidgets } from '../renderers/widget_message.ts'
import type { NotebookLink } from './notebook_link.ts'
import type { Notebooks } from './notebooks.ts'

/** So long a notebook may take to get its kernel after the window was opened. */
const patienceMs = 15_000

/**
 * Carries what the widgets of a notebook say to its kernel, and back: the renderer's page has no line of its own.
 */
export class WidgetMessages implements vscode.Disposable {
  readonly #notebooks: Notebooks
  readonly #log: (message: string) => void
  readonly #messaging = vscode.notebooks.createRendererMessaging('daybook.widgets')
  readonly #pages = new Map<vscode.NotebookEditor, Page>()
  readonly #listeners: vscode.Disposable[]

  constructor(notebooks: Notebooks, log: (message: string) => void) {
    this.#notebooks = notebooks
    this.#log = log
    this.#listeners = [
      this.#messaging.onDidReceiveMessage(({ editor, message }) =>
        this.#take(editor, message as FromWidgets),
      ),
      vscode.window.onDidChangeVisibleNotebookEditors((editors) => {
        for (const [editor, page] of this.#pages)
          if (!editors.includes(editor) && isClosed(editor)) this.#end(editor, page)
      }),
      notebooks.onChange((link) => {
        for (const [editor, page] of this.#pages)
          if (editor.notebook === link.notebook) this.#follow(editor, page)
      }),
    ]
  }

  dispose(): void {
    for (const one of this.#listeners) one.dispose()
    for (const [editor, page] of this.#pages) this.#end(editor, page)
  }

  #take(editor: vscode.NotebookEditor, message: FromWidgets): void {
    if (message.kind === 'begin') return this.#begin(editor)
    const link = this.#notebooks.linkOf(editor.notebook)
    const { message: id } = message.message
    if (link === null) return this.#tell(editor, { kind: 'none' })
    link.daemon.call('comms.send', { notebook: link.name, ...message.message }).catch((error: unknown) => {
      this.#log(`a widget of ${link.name}: ${(error as Error).message}`)
      // Nobody will say so any more, and the widget waits for it.
      this.#tell(editor, { kind: 'news', news: { kind: 'handled', message: id } })
    })
  }

  /** A page that was made anew knows nothing. That of an editor which was hidden meanwhile may have been this one. */
  #begin(editor: vscode.NotebookEditor): void {
    for (const [other, old] of this.#pages) {
      const isHidden = !vscode.window.visibleNotebookEditors.includes(other)
      if (other === editor || (other.notebook === editor.notebook && isHidden)) this.#end(other, old)
    }
    const late = (): void => {
      if (page.link === null) this.#tell(editor, { kind: 'none' })
    }
    const page: Page = { link: null, stop: () => undefined, timer: setTimeout(late, patienceMs) }
    this.#pages.set(editor, page)
    this.#follow(editor, page)
  }

  #follow(editor: vscode.NotebookEditor, page: Page): void {
    const link = this.#notebooks.linkOf(editor.notebook)
    if (link === null || link === page.link) return
    page.stop()
    page.link = link
    page.stop = link.daemon.onLog('notebook.comms', {
      of: link.name,
      cursor: 0,
      onEntry: (news) => this.#tell(editor, { kind: 'news', news }),
      onError: (problem) => this.#log(problem.message),
    })
  }

  #end(editor: vscode.NotebookEditor, page: Page): void {
    clearTimeout(page.timer)
    page.stop()
    this.#pages.delete(editor)
  }

  #tell(editor: vscode.NotebookEditor, message: ToWidgets): void {
    void this.#messaging.postMessage(message, editor)
  }
}

interface Page {
  link: NotebookLink | null
  stop(): void
  timer: NodeJS.Timeout
}

/** A notebook that is only behind another keeps its page. */
function isClosed({ notebook }: vscode.NotebookEditor): boolean {
  return notebook.isClosed
}
