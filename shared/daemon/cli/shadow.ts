import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Problem } from '../../base/problem.ts'
import { amount, percent, plural } from '../../data/wording.ts'
import type { JoinedReport } from '../../monitor/monitor_process.ts'
import { drawShadowPage } from '../../monitor/shadow_page.ts'
import type { Spread } from '../../monitor/shadow_report.ts'
import { withClient, type CommandContext } from './context.ts'
import { formatTable, type Terminal } from './terminal.ts'

/** Options of `daybook shadow`. */
export interface ShadowOptions {
  revision?: number
  /** False with --no-labels. */
  labels: boolean
  html?: string
}

/** `daybook shadow NAME`: champion and shadow on the same requests. */
export function shadowCommand(
  context: CommandContext,
  name: string,
  options: ShadowOptions,
): Promise<number> {
  return withClient(context, async (client) => {
    const wanted = { name, revision: options.revision ?? null, labels: options.labels }
    const report = await client.call('shadow.report', wanted)
    context.terminal.out(
      context.json ? JSON.stringify(report, null, 2) : showShadow(context.terminal, report),
    )
    if (options.html !== undefined) {
      writePage(resolve(options.html), drawShadowPage(name, report))
      if (!context.json) context.terminal.out(`\nThe report is in ${options.html}`)
    }
    return 0
  })
}

/** A report for a terminal. */
export function showShadow(terminal: Terminal, report: JoinedReport): string {
  const { champion, shadow, joined, answered, flips, slices, latency, judgement } = report
  const side = (one: JoinedReport['shadow']): string =>
    `${one?.revision == null ? '' : `revision ${one.revision}, `}${one?.modelUri ?? 'nobody'}`
  if (shadow === null)
    return 'No shadow has answered anything. "daybook deploy MODEL --name NAME --as shadow" puts one beside.'
  const lines = [
    terminal.style('bold', report.says),
    terminal.style(
      'dim',
      `shadow: ${side(shadow)} · champion: ${side(champion)} · ${amount(joined)} of ${plural(answered, 'row')} answered by both`,
    ),
  ]
  if (judgement !== null) lines.push('', ...showJudgement(report))
  if (flips.length > 0)
    lines.push(
      '',
      formatTable(
        [{ title: 'CHAMPION' }, { title: 'SHADOW' }, { title: 'TIMES', align: 'right' }],
        flips.slice(0, 10).map(({ from, to, count }) => [from, to, amount(count)]),
      ),
    )
  lines.push('', formatTable(spreadTitles, spreads(report)))
  if (latency.champion === null) lines.pop()
  if (slices.length > 0)
    lines.push(
      '',
      formatTable(
        [
          { title: 'WHERE THEY DIFFER MOST' },
          { title: 'ROWS', align: 'right' },
          { title: 'DIFFERING', align: 'right' },
          { title: 'ELSEWHERE', align: 'right' },
        ],
        slices.map(({ column, value, rows, differing, elsewhere }) => [
          `${column}: ${value}`,
          amount(rows),
          percent(differing),
          percent(elsewhere),
        ]),
      ),
    )
  return lines.join('\n')
}

const spreadTitles = ['', 'MEDIAN', 'P95', 'P99', 'MOST'].map((title) => ({
  title,
  align: title === '' ? ('left' as const) : ('right' as const),
}))

function spreads({ latency, differences }: JoinedReport): string[][] {
  const row = (title: string, spread: Spread | null): string[][] =>
    spread === null
      ? []
      : [[title, ...[spread.p50, spread.p95, spread.p99, spread.most].map((value) => amount(round(value)))]]
  return [
    ...row('champion, ms', latency.champion),
    ...row('shadow, ms', latency.shadow),
    ...row('difference', differences),
  ]
}

function showJudgement({ judgement, kind }: JoinedReport): string[] {
  if (judgement === null) return []
  const { labelled, champion, shadow, difference, bootstrap, mcnemar, pValue } = judgement
  const value = (number: number): string => (kind === 'class' ? percent(number) : amount(round(number)))
  const signed = (number: number): string =>
    `${number > 0 ? '+' : ''}${kind === 'class' ? `${(number * 100).toFixed(2)} %` : amount(round(number))}`
  const rows = [
    [kind === 'class' ? 'right' : 'mean error', `champion ${value(champion)}, shadow ${value(shadow)}`],
    ['labelled', amount(labelled)],
  ]
  if (difference !== null)
    rows.push(['difference, at any time', `${signed(difference.low)} to ${signed(difference.high)}`])
  if (bootstrap !== null)
    rows.push(['difference, one look', `${signed(bootstrap.low)} to ${signed(bootstrap.high)}`])
  if (mcnemar !== null)
    rows.push(['McNemar, exact', `p ${chance(mcnemar.pValue)}; at any time p ${chance(pValue ?? 1)}`])
  return [formatTable([{ title: 'WITH LABELS' }, { title: '' }], rows)]
}

function chance(pValue: number): string {
  return pValue < 1e-4 ? 'under 0.0001' : pValue.toPrecision(2)
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}

function writePage(path: string, html: string): void {
  try {
    writeFileSync(path, html)
  } catch (error) {
    throw new Problem('bad_request', `Cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}
