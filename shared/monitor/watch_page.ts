import { amount, percent, plural } from '../data/wording.ts'
import { drawColumn } from './drift_page.ts'
import { escape } from './drift_picture.ts'
import { describeTogether } from './drift_words.ts'
import { reportStyle } from './report_style.ts'
import type { WatchReport } from './watch_report.ts'
import { periodWords, round, valueWords } from './watch_words.ts'

/** A look at a deployment's log as one HTML file that needs nothing else. */
export function drawWatchPage(report: WatchReport): string {
  const { deployment, window, against, says, signals, inputs, importance } = report
  const columns = [report.target, report.predictions].filter((column) => column !== null)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(deployment)}, ${escape(periodWords(window))}</title><style>${reportStyle}${ownStyle}</style></head><body><main>
<header><h1>${escape(says)}</h1>
<p class="sides">${escape(deployment)}, revision ${report.revision}, ${escape(report.modelUri)} · ${escape(periodWords(window))}, ${plural(window.rows, 'request')}</p>
<p class="quiet">Compared with ${escape(against)}. ${explain(report)}${report.together === null ? '' : ` ${escape(describeTogether(report.together))}`}</p>
${signals.length === 0 ? '' : `<ul class="schema">${signals.map(({ says: sign, level }) => `<li class="${level}">${escape(sign)}</li>`).join('')}</ul>`}</header>
${drawPerformance(report)}
${columns.map(drawColumn).join('\n')}
${inputs === null ? '' : `<h2 class="part">Inputs, what changed and matters most first</h2>${inputs.columns.map((column) => drawColumn({ ...column, says: withImportance(column.says, importance[column.name]) })).join('\n')}`}
</main></body></html>
`
}

function explain({ inputs }: WatchReport): string {
  return inputs?.blocks == null
    ? ''
    : `Rows of one day were kept together (${inputs.blocks.reference} and ${inputs.blocks.current} days): they are no witnesses of their own.`
}

function withImportance(says: string, importance: number | undefined): string {
  return importance === undefined
    ? says
    : `${says} Alone it explains ${percent(importance)} of the predictions' variation.`
}

function drawPerformance(report: WatchReport): string {
  const { performance, kind, history } = report
  const facts: string[] = []
  if (performance !== null) {
    const { value, interval, reference, labelled, coverage, bias, metric } = performance
    const range = (one: { low: number; high: number } | null): string =>
      one === null ? '' : ` (${valueWords(one.low, kind)} to ${valueWords(one.high, kind)})`
    facts.push(
      `${metric === 'error' ? 'Mean absolute error' : 'Right'} ${valueWords(value, kind)}${range(interval)} on ${plural(labelled, 'labelled request')} (${percent(coverage)})`,
    )
    if (reference !== null)
      facts.push(
        `before it went out ${valueWords(reference.value, kind)}${range(reference.interval)} on ${plural(reference.rows, 'row')}`,
      )
    if (bias !== null)
      facts.push(`answers are in the mean ${round(Math.abs(bias))} too ${bias < 0 ? 'low' : 'high'}`)
  }
  if (report.estimate !== null)
    facts.push(
      `expected from the inputs alone (${report.estimate.method.toUpperCase()}): ${valueWords(report.estimate.value, kind)}, before ${valueWords(report.estimate.reference, kind)}`,
    )
  if (facts.length === 0 && history.length < 2) return ''
  const state = performance?.worse === true ? 'drift' : performance === null ? 'untested' : 'no'
  return `<section class="${state}"><div class="words"><h2>${kind === 'number' ? 'Error' : 'Share right'}</h2><ul class="schema">${facts.map((fact) => `<li>${escape(fact)}</li>`).join('')}</ul></div><div class="picture">${drawHistory(report)}</div></section>`
}

/** Error or share right over the windows, with what it was before as a line. */
function drawHistory({ history, performance, kind }: WatchReport): string {
  const known = history.filter(({ value }) => value !== null)
  if (known.length < 2) return ''
  const [width, height] = [420, 150]
  const before = performance?.reference?.value ?? null
  const values = known.map(({ value }) => value ?? 0)
  const most = Math.max(...values, before ?? 0, 1e-12) * 1.08
  const first = known[0]?.fromMs ?? 0
  const reach = Math.max(1, (known.at(-1)?.fromMs ?? 0) - first)
  const x = (at: number): string => (34 + ((at - first) / reach) * (width - 44)).toFixed(1)
  const y = (value: number): string => (height - 22 - (value / most) * (height - 34)).toFixed(1)
  const points = known.map(({ fromMs, value }) => `${x(fromMs)},${y(value ?? 0)}`).join(' ')
  const dots = known
    .map(
      ({ fromMs, toMs, value, labelled }) =>
        `<circle cx="${x(fromMs)}" cy="${y(value ?? 0)}" r="3" class="dot"><title>${periodWords({ fromMs, toMs })}: ${valueWords(value ?? 0, kind)} (${amount(labelled)} labels)</title></circle>`,
    )
    .join('')
  const line =
    before === null
      ? ''
      : `<line x1="34" x2="${width - 10}" y1="${y(before)}" y2="${y(before)}" class="before"/><text x="${width - 10}" y="${Number(y(before)) - 4}" text-anchor="end">before it went out: ${valueWords(before, kind)}</text>`
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="by window">${line}<polyline points="${points}" class="line"/>${dots}
<text x="2" y="${Number(y(most / 1.08)) + 4}">${valueWords(most / 1.08, kind)}</text><text x="34" y="${height - 4}">${periodWords(known[0] ?? { fromMs: 0, toMs: 0 })}</text></svg>`
}

const ownStyle =
  '.part{margin:26px 0 10px;font-size:16px}li.stop{color:var(--drift)}li.warn{color:var(--possible)}header{margin-bottom:18px}svg .line{fill:none;stroke:var(--now);stroke-width:2}svg .dot{fill:var(--now)}svg .before{stroke-dasharray:4 3}'
