import { amount, percent, plural } from '../data/wording.ts'
import { escape } from './drift_picture.ts'
import type { JoinedReport } from './monitor_process.ts'
import { reportStyle } from './report_style.ts'
import type { Spread } from './shadow_report.ts'

/** A shadow's report as one HTML file that needs nothing else. */
export function drawShadowPage(name: string, report: JoinedReport): string {
  const { champion, shadow, joined, answered } = report
  const side = (title: string, revision: JoinedReport['shadow']): string =>
    revision === null
      ? ''
      : `${title} ${revision.revision === null ? '' : `revision ${revision.revision}, `}${escape(revision.modelUri)}`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shadow of ${escape(name)}</title><style>${reportStyle}${ownStyle}</style></head><body><main>
<header><h1>${escape(report.says)}</h1>
<p class="sides">${[side('champion:', champion), side('shadow:', shadow)].filter((part) => part !== '').join(' · ')}</p>
<p class="quiet">${amount(joined)} of ${plural(answered, 'row')} were answered by both. The verdict may be looked at after every request: it is wrong in at most one of twenty comparisons of equally good models.</p></header>
${drawJudgement(report)}${drawFlips(report)}${drawSpreads(report)}${drawSlices(report)}
</main></body></html>
`
}

function drawJudgement({ judgement, kind, verdict }: JoinedReport): string {
  if (judgement === null) return ''
  const { labelled, champion, shadow, difference, bootstrap, mcnemar, pValue } = judgement
  const value = (number: number): string => (kind === 'class' ? percent(number) : amount(number))
  const range = (interval: { low: number; high: number } | null): string =>
    interval === null ? 'too few rows' : `${signed(interval.low, kind)} to ${signed(interval.high, kind)}`
  const rows: [string, string, string][] = [
    [kind === 'class' ? 'right' : 'mean error', value(champion), value(shadow)],
  ]
  const facts = [
    `shadow less champion, at any time: ${range(difference)}`,
    `on one look (bootstrap): ${range(bootstrap)}`,
    ...(mcnemar === null
      ? []
      : [
          `only the champion right ${amount(mcnemar.onlyFirst)}, only the shadow ${amount(mcnemar.onlySecond)} times`,
          `McNemar's exact test: ${chance(mcnemar.pValue)}; valid at any time: ${chance(pValue ?? 1)}`,
        ]),
  ]
  return card(
    `With ${plural(labelled, 'label')}`,
    `${table(['', 'champion', 'shadow'], rows)}<ul class="schema">${facts.map((fact) => `<li>${escape(fact)}</li>`).join('')}</ul>${drawInterval(difference)}`,
    verdict === 'promote' ? 'no' : verdict === 'keep' ? 'drift' : 'possible',
  )
}

/** The interval at any time on a line, with zero marked. */
function drawInterval(interval: { mean: number; low: number; high: number } | null): string {
  if (interval === null) return ''
  const reach = 1.1 * Math.max(Math.abs(interval.low), Math.abs(interval.high), 1e-12)
  const x = (value: number): string => (200 + (value / reach) * 190).toFixed(1)
  return `<svg viewBox="0 0 400 34" width="400" height="34" role="img" aria-label="difference with its interval">
<line x1="200" x2="200" y1="2" y2="24" class="before"/><rect x="${x(interval.low)}" y="9" width="${(Number(x(interval.high)) - Number(x(interval.low))).toFixed(1)}" height="8" class="now"/>
<circle cx="${x(interval.mean)}" cy="13" r="4" class="middle"/><text x="200" y="33" text-anchor="middle">no difference</text></svg>`
}

function drawFlips({ flips, kind, joined }: JoinedReport): string {
  if (kind !== 'class' || flips.length === 0) return ''
  const rows = flips
    .slice(0, 20)
    .map(({ from, to, count }) => [`${from} → ${to}`, amount(count), percent(count / joined)])
  return card('Answers that differ', table(['champion → shadow', 'times', 'of all'], rows))
}

function drawSpreads({ latency, differences }: JoinedReport): string {
  const row = (title: string, spread: Spread | null): string[][] =>
    spread === null
      ? []
      : [[title, ...[spread.p50, spread.p95, spread.p99, spread.most].map((value) => amount(round(value)))]]
  const rows = [
    ...row('difference of the answers', differences),
    ...row('champion, ms', latency.champion),
    ...row('shadow, ms', latency.shadow),
  ]
  return rows.length === 0
    ? ''
    : card('How large, how fast', table(['', 'median', 'p95', 'p99', 'most'], rows))
}

function drawSlices({ slices }: JoinedReport): string {
  if (slices.length === 0) return ''
  const rows = slices.map(({ column, value, rows: count, differing, elsewhere }) => [
    `${column}: ${value}`,
    amount(count),
    percent(differing),
    percent(elsewhere),
  ])
  return card('Where they differ most', table(['', 'rows', 'differing', 'elsewhere'], rows))
}

function card(title: string, inner: string, kind = 'untested'): string {
  return `<section class="${kind}"><div class="words"><h2>${escape(title)}</h2>${inner}</div></section>`
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((title) => `<th scope="col">${escape(title)}</th>`).join('')
  const body = rows
    .map(
      ([first = '', ...rest]) =>
        `<tr><th scope="row">${escape(first)}</th>${rest.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`,
    )
    .join('')
  return `<table><thead><tr>${head}</tr></thead>${body}</table>`
}

function signed(value: number, kind: JoinedReport['kind']): string {
  const text = kind === 'class' ? `${(value * 100).toFixed(2)} %` : amount(round(value))
  return value > 0 ? `+${text}` : text
}

function chance(pValue: number): string {
  return pValue < 1e-4 ? 'under 1 in 10,000' : amount(Number(pValue.toPrecision(2)))
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}

const ownStyle = 'svg .middle{fill:var(--before)}svg .before{stroke-width:1.5}'
