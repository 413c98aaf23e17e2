import { reportInEditor } from '../../shared/views/alert_text.ts'
import type { ReportContent } from './shown_report.ts'

/** How a page of a report is dressed. */
export interface ReportDress {
  isDark: boolean
  /** Of the one script that may run. */
  nonce: string
  /** What VS Code is to remember of the panel. */
  state: unknown
}

/** What the button of a page that failed sends. */
export const tryAgain = 'again'

/** The HTML of a panel with a report, whatever stands in it. */
export function reportPage(content: ReportContent, { isDark, nonce, state }: ReportDress): string {
  if (content.kind === 'report') return reportInEditor(content.html, isDark, { nonce, state })
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'" />
    <style nonce="${nonce}">${style}</style>
  </head>
  <body>
    ${content.kind === 'waiting' ? '<p role="status">The report is on its way…</p>' : failure(content)}
    <script nonce="${nonce}">
      const editor = acquireVsCodeApi()
      editor.setState(${JSON.stringify(state).replaceAll('<', '\\u003c')})
      document.querySelector('button')?.addEventListener('click', () => editor.postMessage('${tryAgain}'))
    </script>
  </body>
</html>`
}

function failure({ problem }: Extract<ReportContent, { kind: 'failed' }>): string {
  const why = problem.message.replace(/\.$/, '')
  const hint = problem.hint ?? '"Daybook: Show Log" tells more.'
  return `<div role="alert">
      <p>The report cannot be shown now: ${escape(why)}.</p>
      <p>${escape(hint)}</p>
    </div>
    <button>Try Again</button>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

const style = `
body { padding: 24px; max-width: 70ch; color: var(--vscode-foreground); line-height: 1.5; overflow-wrap: anywhere }
button { padding: 4px 14px; font: inherit; cursor: pointer; border-radius: 2px;
  border: 1px solid var(--vscode-button-border, transparent);
  color: var(--vscode-button-foreground); background: var(--vscode-button-background) }
button:hover { background: var(--vscode-button-hoverBackground) }
button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px }
`
