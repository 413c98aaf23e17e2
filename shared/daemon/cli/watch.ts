import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Problem } from '../../base/problem.ts'
import { percent, plural } from '../../data/wording.ts'
import { describeTogether } from '../../monitor/drift_words.ts'
import { drawWatchPage } from '../../monitor/watch_page.ts'
import type { WatchReport } from '../../monitor/watch_report.ts'
import { periodWords, round, valueWords } from '../../monitor/watch_words.ts'
import { withClient, type CommandContext } from './context.ts'
import { columnTable } from './drift.ts'
import { formatTable, type Terminal } from './terminal.ts'

/** Options of `daybook drift DEPLOYMENT`. */
export interface WatchOptions {
  at?: string
  window?: number
  html?: string
  failOn: 'drift' | 'possible' | 'never'
}

/** Exit code when something changed as --fail-on says. */
const changedCode = 3

/** `daybook drift DEPLOYMENT`: looks at its log now, keeps the report, raises alerts. */
export function watchCommand(context: CommandContext, name: string, options: WatchOptions): Promise<number> {
  return withClient(context, async (client) => {
    const atMs = options.at === undefined ? null : parseDay(options.at)
    const checked = await client.call('monitor.check', { name, atMs, windowDays: options.window ?? null })
    const { terminal, json } = context
    if (json) terminal.out(JSON.stringify(checked, null, 2))
    if (checked.report === null) {
      if (!json) terminal.out('Nothing was predicted yet.')
      return 0
    }
    if (options.html !== undefined) writePage(resolve(options.html), drawWatchPage(checked.report))
    if (!json) {
      terminal.out(showWatch(terminal, checked.report))
      for (const { id, severity, says } of checked.alerts)
        terminal.out(`\n${terminal.style('red', `Alert ${id} (${severity})`)} ${says}`)
      if (options.html !== undefined) terminal.out(`\nThe report is in ${options.html}`)
    }
    return reaches(checked.report, options.failOn) ? changedCode : 0
  })
}

/** A look at a log for a terminal: performance first. */
export function showWatch(terminal: Terminal, report: WatchReport): string {
  const { window, against, inputs, performance, estimate, kind, history, predictions, target } = report
  const facts: string[][] = []
  if (performance !== null) {
    const { interval, reference, coverage, labelled, metric } = performance
    const range =
      interval === null ? '' : ` (${valueWords(interval.low, kind)} to ${valueWords(interval.high, kind)})`
    facts.push([
      metric === 'error' ? 'error' : 'right',
      `${valueWords(performance.value, kind)}${range}${reference === null ? '' : `, before ${valueWords(reference.value, kind)}`} · ${plural(labelled, 'label')}, ${percent(coverage)}`,
    ])
    if (performance.bias !== null)
      facts.push([
        'off by',
        `${round(Math.abs(performance.bias))} too ${performance.bias < 0 ? 'low' : 'high'} in the mean; too low on ${performance.daysTooLow} of ${plural(performance.days, 'day')}`,
      ])
  }
  if (estimate !== null)
    facts.push([
      'expected',
      `${valueWords(estimate.value, kind)} by the inputs alone (${estimate.method.toUpperCase()}), before ${valueWords(estimate.reference, kind)}`,
    ])
  if (target !== null) facts.push(['truth', target.says])
  if (predictions !== null) facts.push(['predictions', predictions.says])
  const lines = [
    terminal.style('bold', report.says),
    terminal.style(
      'dim',
      `${report.deployment} revision ${report.revision}, ${periodWords(window)}: ${plural(window.rows, 'request')} against ${against}`,
    ),
  ]
  if (facts.length > 0)
    lines.push('', formatTable([{ title: '' }, { title: '', maxWidth: 110 }], facts).trimStart())
  if (inputs !== null) lines.push('', columnTable(terminal, inputs))
  if (report.together !== null) lines.push(terminal.style('dim', describeTogether(report.together)))
  const known = history.filter(({ value }) => value !== null)
  if (known.length > 1)
    lines.push(
      '',
      terminal.style(
        'dim',
        `by window: ${known
          .slice(-12)
          .map(({ value }) => valueWords(value ?? 0, kind))
          .join(' · ')}`,
      ),
    )
  return lines.join('\n')
}

function reaches(report: WatchReport, failOn: WatchOptions['failOn']): boolean {
  if (failOn === 'never') return false
  const possible = report.inputs?.columns.some(({ answer }) => answer === 'possible') ?? false
  return report.signals.length > 0 || (failOn === 'possible' && possible)
}

/** @throws Problem for what is no date */
function parseDay(text: string): number {
  const at = Date.parse(text)
  if (Number.isNaN(at))
    throw new Problem('bad_request', `--at takes a date such as 2012-01-14, not "${text}"`)
  return at
}

function writePage(path: string, html: string): void {
  try {
    writeFileSync(path, html)
  } catch (error) {
    throw new Problem('bad_request', `Cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}
