import type { Alert } from '../api/alert_methods.ts'

/** Which of the alerts nobody has seen to are news, the gravest first; `last` is the newest that was told before. */
export function alertNews(open: readonly Alert[], last: number | null, nowMs: number): Alert[] {
  const grave = ['critical', 'warning', 'info']
  // Whoever looks for the first time is told of the last day: the list has the rest.
  return open
    .filter(({ id, atMs }) => (last === null ? nowMs - atMs < 24 * 3_600_000 : id > last))
    .sort((a, b) => grave.indexOf(a.severity) - grave.indexOf(b.severity) || b.id - a.id)
}

/** One sentence or two for a notification: the gravest alert, and how many more there are. */
export function alertMessage([first, ...more]: readonly Alert[]): string {
  if (first === undefined) return ''
  const others =
    more.length === 0 ? '' : ` And ${more.length} more ${more.length === 1 ? 'alert' : 'alerts'}.`
  return `${first.says}${others}`
}

/** What a report may do inside an editor: be looked at. It loads nothing and runs nothing of its own. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/**
 * A report of the daemon as an editor shows it, in the editor's colours rather than the system's. `kept`: what
 * VS Code is to remember of its panel, and the nonce of the one script that says so.
 */
export function reportInEditor(
  html: string,
  isDark: boolean,
  kept?: { nonce: string; state: unknown },
): string {
  const page = html
    .replace(
      '<head>',
      `<head><meta http-equiv="Content-Security-Policy" content="${policyWith(kept?.nonce)}">`,
    )
    .replace('color-scheme:light dark', `color-scheme:${isDark ? 'dark' : 'light'}`)
    .replace('@media (prefers-color-scheme:dark)', isDark ? '@media all' : '@media not all')
  if (kept === undefined) return page
  const state = JSON.stringify(kept.state).replaceAll('<', '\\u003c')
  // At the end, where nothing of the report can follow it; a browser closes the page by itself.
  return `${page}<script nonce="${kept.nonce}">acquireVsCodeApi().setState(${state})</script>`
}

function policyWith(nonce: string | undefined): string {
  return nonce === undefined ? policy : `${policy}; script-src 'nonce-${nonce}'`
}
