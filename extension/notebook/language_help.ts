import * as vscode from 'vscode'
import type { Completion } from '../../shared/api/cell_methods.ts'
import type { NotebookLink } from './notebook_link.ts'
import { notebookType } from './controllers.ts'

/** An editor shows no proposal before all who are asked have answered: a kernel may not hold up the others. */
const completionWaitMs = 400
const hoverWaitMs = 800

/** Completion and help from the kernel, for the cells of notebooks that run on ours. */
export function languageHelp(
  linkOf: (notebook: vscode.NotebookDocument) => NotebookLink | null,
): vscode.Disposable[] {
  const selector = { notebookType }

  function find(document: vscode.TextDocument): NotebookLink | null {
    const notebook = vscode.workspace.notebookDocuments.find((one) =>
      one.getCells().some((cell) => cell.document === document),
    )
    return notebook === undefined ? null : linkOf(notebook)
  }

  return [
    vscode.languages.registerCompletionItemProvider(
      selector,
      {
        async provideCompletionItems(document, position) {
          const link = find(document)
          if (link === null) return undefined
          const [code, cursor] = [document.getText(), document.offsetAt(position)]
          const asked = link.daemon.call('cells.complete', { notebook: link.name, code, cursor })
          const found = await within(asked, completionWaitMs)
          return found?.matches.map((match) => toItem(document, found, match))
        },
      },
      '.',
      '"',
      "'",
      '[',
      '/',
      '%',
    ),
    vscode.languages.registerHoverProvider(selector, {
      async provideHover(document, position) {
        const link = find(document)
        const range = document.getWordRangeAtPosition(position)
        if (link === null || range === undefined) return undefined
        const [code, cursor] = [document.getText(), document.offsetAt(range.end)]
        const asked = link.daemon.call('cells.inspect', { notebook: link.name, code, cursor })
        const text = (await within(asked, hoverWaitMs))?.['text/plain']
        if (typeof text !== 'string') return undefined
        return new vscode.Hover(new vscode.MarkdownString().appendCodeblock(plain(text), 'python'), range)
      },
    }),
  ]
}

function toItem(
  document: vscode.TextDocument,
  { start, end }: Completion,
  { text, type, signature }: Completion['matches'][number],
): vscode.CompletionItem {
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end))
  // The kernel repeats what stands before the last dot; a list is read better without.
  const label = text.startsWith('%') ? text : (/[^.]*$/.exec(text)?.[0] ?? text)
  const item = new vscode.CompletionItem(signature === null ? label : { label, detail: signature })
  item.insertText = text
  item.filterText = text
  item.range = range
  item.kind = kinds[type ?? ''] ?? vscode.CompletionItemKind.Value
  item.detail = type ?? ''
  return item
}

const kinds: Readonly<Record<string, vscode.CompletionItemKind>> = {
  function: vscode.CompletionItemKind.Function,
  class: vscode.CompletionItemKind.Class,
  module: vscode.CompletionItemKind.Module,
  instance: vscode.CompletionItemKind.Variable,
  statement: vscode.CompletionItemKind.Variable,
  keyword: vscode.CompletionItemKind.Keyword,
  param: vscode.CompletionItemKind.Field,
  property: vscode.CompletionItemKind.Property,
  magic: vscode.CompletionItemKind.Event,
  path: vscode.CompletionItemKind.File,
}

/** The answer, or null if it does not come in time or cannot be had. */
async function within<T>(asked: Promise<T>, waitMs: number): Promise<T | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), waitMs))
  return Promise.race([asked.catch(() => null), late])
}

/** Without the terminal's colours. */
function plain(text: string): string {
  return text.replace(/\x1b\[[0-9;]*m/g, '').slice(0, 20_000)
}
