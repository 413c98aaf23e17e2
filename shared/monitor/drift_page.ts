import { amount, percent, plural } from '../data/wording.ts'
import { drawShape, escape } from './drift_picture.ts'
import type { ColumnDrift, DriftReport } from './drift_report.ts'
import type { DriftAnswer } from './drift_score.ts'

const badges: Record<DriftAnswer, string> = {
  drift: 'changed',
  possible: 'perhaps',
  no: 'same',
  untested: 'not compared',
}

/** A report as one HTML file that needs nothing else: it shows the same numbers as the JSON. */
export function drawDriftPage(report: DriftReport): string {
  const { reference, current } = report
  const counts = (Object.keys(badges) as DriftAnswer[]).map(
    (answer) => [answer, report.columns.filter((column) => column.answer === answer).length] as const,
  )
  const choices = counts
    .filter(([, count]) => count > 0)
    .map(
      ([answer, count]) =>
        `<label><input type="checkbox" value="${answer}" checked> ${badges[answer]} <b>${count}</b></label>`,
    )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Drift: ${escape(current.name)} against ${escape(reference.name)}</title><style>${style}</style></head><body><main>
<header><h1>${escape(report.says)}</h1>
<p class="sides"><span class="key before-key">reference</span> ${escape(reference.name)}, ${plural(reference.rows, 'row')}
<span class="key now-key">current</span> ${escape(current.name)}, ${plural(current.rows, 'row')}</p>
<p class="quiet">${escape(explain(report))}</p>
${report.schema.length === 0 ? '' : `<ul class="schema">${report.schema.map(({ says }) => `<li>${escape(says)}</li>`).join('')}</ul>`}
<nav aria-label="Columns shown">${choices.join('')}<input type="search" placeholder="Find a column" aria-label="Find a column"></nav></header>
${report.columns.map(drawColumn).join('\n')}
</main><script>${script}</script></body></html>
`
}

function drawColumn(column: ColumnDrift): string {
  const { name, answer, says, shape } = column
  return `<section class="${answer}" data-answer="${answer}" data-name="${escape(name.toLowerCase())}">
<div class="words"><h2>${escape(name)} <span class="badge">${badges[answer]}</span></h2><p>${escape(says)}</p>${drawNumbers(column)}</div>
<div class="picture">${shape === null ? '' : drawShape(shape)}</div></section>`
}

function drawNumbers({ kind, score, effect, adjustedPValue, reference, current }: ColumnDrift): string {
  const rows: [string, string, string][] = []
  const both = (title: string, before: number | null, now: number | null): void => {
    if (before !== null && now !== null) rows.push([title, amount(before), amount(now)])
  }
  if (kind === 'numeric') {
    both('mean', reference.mean, current.mean)
    both('median', reference.median, current.median)
    both('spread', reference.deviation, current.deviation)
    rows.push(['range', ...([reference, current].map(range) as [string, string])])
  }
  if (reference.missing + current.missing > 0)
    rows.push(['missing', ...([reference, current].map(missingShare) as [string, string])])
  const table = rows
    .map(([title, before, now]) => `<tr><th scope="row">${title}</th><td>${before}</td><td>${now}</td></tr>`)
    .join('')
  const facts = [
    effect === null ? null : `moved: ${percent(effect)} of the rows`,
    adjustedPValue === null ? null : `chance: ${chance(adjustedPValue)}`,
    score === null || adjustedPValue !== null
      ? null
      : `${score.method}: ${amount(score.value)}, drift ${score.kind === 'distance' ? 'from' : 'below'} ${score.threshold}`,
  ].filter((fact) => fact !== null)
  return `${facts.length === 0 ? '' : `<p class="quiet">${facts.join(' · ')}</p>`}${
    table === ''
      ? ''
      : `<table><thead><tr><td></td><th scope="col">before</th><th scope="col">now</th></tr></thead>${table}</table>`
  }`
}

function range({ least, most }: ColumnDrift['reference']): string {
  return least === null || most === null ? '' : `${amount(least)} … ${amount(most)}`
}

function missingShare({ missing, rows }: ColumnDrift['reference']): string {
  return percent(rows === 0 ? 0 : missing / rows)
}

function chance(pValue: number): string {
  return pValue < 0.0001 ? 'under 1 in 10,000' : amount(Number(pValue.toPrecision(2)))
}

function explain({ profile, blocks, tested }: DriftReport): string {
  if (profile === 'evidently') return 'Judged with the tests and thresholds that Evidently chooses.'
  if (profile === 'nannyml') return 'Judged by NannyML’s Jensen-Shannon distance, from 0.1 on.'
  const whole =
    blocks === null
      ? ''
      : ` Rows with the same ${blocks.column} were kept together (${blocks.reference} and ${blocks.current} blocks).`
  return `“Changed” needs both: more than chance would do, corrected for the ${plural(tested, 'column')}, and at least 5 % of the rows moved.${whole}`
}

const style = `
:root{color-scheme:light dark;--text:#1c2024;--quiet:#60646c;--page:#fcfcfd;--card:#fff;--line:#e3e4e8;--now:#5b8def;--before:#1c2024;--drift:#c2410c;--possible:#a16207;--no:#4d7c0f}
@media (prefers-color-scheme:dark){:root{--text:#e6e8eb;--quiet:#9ba1a9;--page:#16181b;--card:#1e2125;--line:#33373d;--now:#4a78d0;--before:#f1f3f5;--drift:#fb923c;--possible:#facc15;--no:#a3e635}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--text);font:14px/1.5 system-ui,sans-serif}
main{max-width:960px;margin:0 auto;padding:32px 20px 64px}h1{font-size:22px;line-height:1.35;margin:0 0 12px;font-weight:600}
h2{font-size:15px;margin:0 0 4px}p{margin:0 0 6px}.quiet{color:var(--quiet);font-size:12.5px}.sides{margin-bottom:6px}
.key{display:inline-block;font-size:12px;padding-left:18px;margin:0 4px 0 10px;position:relative}.key:first-child{margin-left:0}
.key::before{content:"";position:absolute;left:0;top:6px;width:12px;height:8px}.now-key::before{background:var(--now)}.before-key::before{border-top:2px solid var(--before);top:9px}
nav{display:flex;flex-wrap:wrap;gap:14px;align-items:center;margin:18px 0;padding:10px 0;border-block:1px solid var(--line)}
nav input[type=search]{margin-left:auto;font:inherit;padding:4px 8px;border:1px solid var(--line);border-radius:6px;background:var(--card);color:inherit}
section{display:flex;flex-wrap:wrap;gap:20px;justify-content:space-between;background:var(--card);border:1px solid var(--line);border-left:3px solid var(--line);border-radius:8px;padding:14px 16px;margin-bottom:12px}
section[hidden]{display:none}.words{flex:1 1 320px}.picture svg{max-width:100%;height:auto}
section.drift{border-left-color:var(--drift)}section.possible{border-left-color:var(--possible)}section.no{border-left-color:var(--no)}
.badge{font-size:11.5px;font-weight:500;margin-left:6px;color:var(--quiet)}.drift .badge{color:var(--drift)}.possible .badge{color:var(--possible)}.no .badge{color:var(--no)}
table{border-collapse:collapse;font-size:12.5px;font-variant-numeric:tabular-nums;margin-top:4px}th{font-weight:400;color:var(--quiet);text-align:left;padding-right:16px}td{padding-right:18px;text-align:right}thead th{text-align:right;padding-right:18px}
svg text{fill:var(--quiet);font-size:11px}svg .now{fill:var(--now);opacity:.75}svg .before{stroke:var(--before);stroke-width:2;fill:none}.schema{margin:6px 0 0;padding-left:18px}
`

const script = `
const sections=[...document.querySelectorAll('section')],boxes=[...document.querySelectorAll('nav input[type=checkbox]')],find=document.querySelector('nav input[type=search]')
const show=()=>{const on=new Set(boxes.filter(b=>b.checked).map(b=>b.value)),word=find.value.toLowerCase();for(const s of sections)s.hidden=!on.has(s.dataset.answer)||!s.dataset.name.includes(word)}
boxes.forEach(b=>b.addEventListener('change',show));find.addEventListener('input',show)
`
