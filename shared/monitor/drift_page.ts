import { amount, percent, plural } from '../data/wording.ts'
import { drawShape, escape } from './drift_picture.ts'
import type { ColumnDrift, DriftReport } from './drift_report.ts'
import { describeTogether } from './drift_words.ts'
import type { DriftAnswer } from './drift_score.ts'
import { reportStyle } from './report_style.ts'

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
<title>Drift: ${escape(current.name)} against ${escape(reference.name)}</title><style>${reportStyle}</style></head><body><main>
<header><h1>${escape(report.says)}</h1>
<p class="sides"><span class="key before-key">reference</span> ${escape(reference.name)}, ${plural(reference.rows, 'row')}
<span class="key now-key">current</span> ${escape(current.name)}, ${plural(current.rows, 'row')}</p>
<p class="quiet">${escape(explain(report))}${report.together === null ? '' : ` ${escape(describeTogether(report.together))}`}</p>
${report.schema.length === 0 ? '' : `<ul class="schema">${report.schema.map(({ says }) => `<li>${escape(says)}</li>`).join('')}</ul>`}
<nav aria-label="Columns shown">${choices.join('')}<input type="search" placeholder="Find a column" aria-label="Find a column"></nav></header>
${report.columns.map(drawColumn).join('\n')}
</main><script>${script}</script></body></html>
`
}

/** One column with its sentence, its numbers and both distributions. */
export function drawColumn(column: ColumnDrift): string {
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

const script = `
const sections=[...document.querySelectorAll('section')],boxes=[...document.querySelectorAll('nav input[type=checkbox]')],find=document.querySelector('nav input[type=search]')
const show=()=>{const on=new Set(boxes.filter(b=>b.checked).map(b=>b.value)),word=find.value.toLowerCase();for(const s of sections)s.hidden=!on.has(s.dataset.answer)||!s.dataset.name.includes(word)}
boxes.forEach(b=>b.addEventListener('change',show));find.addEventListener('input',show)
`
