import { type Example, type Finding, type FindingLevel, findingLevels } from '../base/finding.ts'
import { describeMeaning } from '../base/meaning_text.ts'
import { formatDuration } from '../base/quantity.ts'
import { columnChart } from './html_chart.ts'
import { reportScript, reportStyle } from './html_style.ts'
import { escapeHtml } from './html_text.ts'
import { columnsOf } from './lint.ts'
import type { ColumnProfile } from './profile.ts'
import type { LintReport } from './report.ts'
import { amount, percent, plural } from './wording.ts'

/** So many columns get a card; the rest is counted, so that a report of 10,000 columns stays small. */
const columnLimit = 200

/**
 * A report as one HTML file that needs nothing else: no network, no fonts, and no script to be read. Everything
 * that comes from the data is escaped.
 */
export function htmlReport(report: LintReport): string {
  const title = escapeHtml(report.name)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${title} · Daybook</title><style>${reportStyle}</style></head>
<body><main>
<h1>${title}</h1>
<div class="sub">${subtitle(report)}</div>
${report.notes.map((note) => `<div class="note">${escapeHtml(note)}</div>`).join('')}
${tiles(report)}
<div class="tools"><input id="find" type="search" placeholder="Find a column, a rule, a word" aria-label="Find">${findingLevels.map((level) => levelChoice(level, report)).join('')}</div>
<h2>${report.findings.length === 0 ? 'Nothing to look at' : plural(report.findings.length, 'finding')}</h2>
${report.findings.map(findingCard).join('\n')}
${accepted(report)}
<h2>${plural(report.columns.length, 'column')}</h2>
<div class="columns">
${report.columns
  .slice(0, columnLimit)
  .map((column) => columnCard(column, report.findings))
  .join('\n')}
</div>
${report.columns.length > columnLimit ? `<p class="sub">and ${amount(report.columns.length - columnLimit)} columns more: daybook lint --json has them all</p>` : ''}
<footer>Made by Daybook on this machine. Counts of columns are over all rows.</footer>
</main><script>${reportScript}</script></body></html>
`
}

function subtitle(report: LintReport): string {
  const target =
    report.target === null
      ? ''
      : ` · predicts ${escapeHtml(report.target)}${report.targetGuessed ? ' (guessed by its name)' : ''}`
  const looked =
    report.rowsLookedAt < report.rows ? ` · ${amount(report.rowsLookedAt)} rows looked at one by one` : ''
  return `${plural(report.rows, 'row')} × ${plural(report.columns.length, 'column')}${target}${looked} · ${formatDuration(report.tookMs)}`
}

function tiles(report: LintReport): string {
  const cells = report.rows * report.columns.length
  const missing = report.columns.reduce((sum, column) => sum + column.nulls, 0)
  const kinds = (...wanted: string[]): number =>
    report.columns.filter(({ kind }) => wanted.includes(kind)).length
  const tile = (value: string, name: string): string =>
    `<div class="tile"><b>${value}</b><span>${name}</span></div>`
  return `<div class="tiles">${[
    tile(amount(report.rows), 'rows'),
    tile(amount(report.columns.length), 'columns'),
    tile(amount(kinds('integer', 'number')), 'of numbers'),
    tile(amount(kinds('text', 'boolean')), 'of text'),
    tile(amount(kinds('date', 'timestamp', 'time')), 'of times'),
    tile(cells === 0 ? '0 %' : percent(missing / cells), 'of cells missing'),
  ].join('')}</div>`
}

const names: Readonly<Record<FindingLevel, string>> = { stop: 'Stop', warn: 'Look', info: 'Note' }

function levelChoice(level: FindingLevel, report: LintReport): string {
  const count = report.findings.filter((finding) => finding.level === level).length
  return `<label><input type="checkbox" data-level-choice value="${level}" checked>${names[level]} ${count}</label>`
}

function findingCard(finding: Finding, place: number): string {
  const columns = columnsOf(finding)
  const words = escapeHtml(`${finding.rule} ${finding.says} ${columns.join(' ')}`.toLowerCase())
  const fixes = finding.fixes.map(
    (fix) =>
      `<div class="fix"><span>${escapeHtml(fix.title)} (${fix.language})</span><button type="button" data-copy>Copy</button></div><pre>${escapeHtml(fix.code)}</pre>`,
  )
  const open = place < 3 && finding.level !== 'info' ? ' open' : ''
  return `<details class="finding ${finding.level}" data-level="${finding.level}" data-words="${words}"${open}><summary><span class="badge">${names[finding.level]}</span><span class="says">${escapeHtml(finding.says)}</span><span class="rule">${escapeHtml(finding.rule)}</span></summary><div class="body"><p class="why">${escapeHtml(finding.why)}</p>${exampleTable(finding.example)}${fixes.join('')}</div></details>`
}

function exampleTable(example: Example | null): string {
  if (example === null || example.rows.length === 0) return ''
  const cell = (text: string | null): string =>
    text === null ? '<td class="gone">missing</td>' : `<td>${escapeHtml(text)}</td>`
  const rows = example.cells.map(
    (cells, i) => `<tr><th>${example.rows[i] ?? ''}</th>${cells.map(cell).join('')}</tr>`,
  )
  return `<div class="scroll"><table><tr><th>row</th>${example.columns.map((name) => `<th>${escapeHtml(name)}</th>`).join('')}</tr>${rows.join('')}</table></div>`
}

function accepted(report: LintReport): string {
  if (report.suppressed.length === 0) return ''
  const lines = report.suppressed.map(
    ({ finding, reason }) => `<li>${escapeHtml(finding.says)} — <em>${escapeHtml(reason)}</em></li>`,
  )
  return `<details><summary>${plural(report.suppressed.length, 'finding')} accepted in daybook.yaml</summary><ul>${lines.join('')}</ul></details>`
}

function columnCard(column: ColumnProfile, findings: readonly Finding[]): string {
  const about = findings.filter(
    (finding) => finding.level !== 'info' && columnsOf(finding).includes(column.name),
  ).length
  const means = describeMeaning(column.meaning)
  const words = escapeHtml(`${column.name} ${column.kind} ${means}`.toLowerCase())
  const mark =
    about > 0 ? ` <span class="kind" style="color:var(--warn)">${plural(about, 'finding')}</span>` : ''
  return `<div class="column" data-words="${words}"><h3>${escapeHtml(column.name === '' ? '(no name)' : column.name)} <span class="kind">${column.kind}${means === '' ? '' : ` · ${escapeHtml(means)}`}</span>${mark}</h3>${columnChart(column)}<div class="facts">${facts(column)}</div></div>`
}

function facts(column: ColumnProfile): string {
  const { rows, nulls, distinct, distinctError, numbers, texts } = column
  const told = [
    `${distinctError > 0 ? 'about ' : ''}${amount(distinct)} different`,
    nulls === 0 ? 'none missing' : `${percent(nulls / rows)} missing`,
  ]
  if (
    numbers !== null &&
    column.kind !== 'boolean' &&
    column.kind !== 'date' &&
    column.kind !== 'timestamp' &&
    numbers.finite > 0
  )
    told.push(
      `mean ${amount(Number(numbers.mean.toPrecision(5)))}`,
      `median ${amount(Number((numbers.quantiles[4] ?? NaN).toPrecision(5)))}`,
    )
  if (texts !== null && rows > nulls)
    told.push(`${amount(texts.shortest)} to ${amount(texts.longest)} characters`)
  return told.join(' · ')
}
