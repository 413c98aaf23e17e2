import { html, nothing, type TemplateResult } from 'lit'
import type { RunDetail } from '../api/run_methods.ts'
import type { Headline, Standing } from '../api/run_page_methods.ts'
import { formatDuration, formatNumber } from '../base/quantity.ts'
import { aboutBaselines, describeBaselines } from './baseline_text.ts'

/** A run in one sentence: what it reached, how that stands among its like, what it took. */
export function headline(run: RunDetail, standing: Standing, open: (id: string) => void): TemplateResult {
  const took = run.endMs === null ? null : formatDuration(run.endMs - run.startMs)
  if (standing.headline === null) return html`${withoutMetric(run, took)}`
  const { key, value } = standing.headline
  const time = took === null ? 'Running: ' : ''
  // A cell that only logged what others had computed took no time that is worth a word.
  const after = took === null || took === formatDuration(0) ? '.' : `, after ${took}.`
  return html`${time}<b>${key} ${formatNumber(value)}</b
    >${inPlainWords(key, value)}${besides(standing.headline)}${place(standing, run.id, open)}${after}`
}

/** What an accuracy means for a person; nothing for other metrics. */
export function inPlainWords(key: string, value: number): string {
  if (!/acc(uracy)?$/i.test(key) || value < 0 || value > 1) return ''
  if (value === 1) return ': right in every case'
  for (const of of [2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 50, 100]) {
    const right = Math.round(value * of)
    if (right > 0 && right < of && Math.abs(right / of - value) < 0.006)
      return `: right for ${right} in ${of}`
  }
  return `: right in ${(value * 100).toFixed(1)} % of cases`
}

function besides(headline: Headline): TemplateResult | typeof nothing {
  const text = describeBaselines(headline)
  if (text === '') return nothing
  return html` <span class="beside" title=${aboutBaselines}>(${text})</span>`
}

function withoutMetric(run: RunDetail, took: string | null): string {
  if (run.status === 'RUNNING') return 'Running; nothing that tells how good it is was logged yet.'
  const end = { FAILED: 'Failed', KILLED: 'Was stopped' }[run.status] ?? 'Finished'
  return `${end}${took === null ? '' : ` after ${took}`}. No metric tells how good it is.`
}

function place(standing: Standing, id: string, open: (id: string) => void): TemplateResult | string {
  const { rank, of, best } = standing
  if (rank === null || best === null || of < 2) return ''
  if (rank === 1) return `, the best of ${of.toLocaleString('en-US')} runs`
  if (best.id === id) return ''
  return html`, ${ordinal(rank)} of ${of.toLocaleString('en-US')} (best:
    <button class="link" @click=${() => open(best.id)}>${best.name}</button> with ${formatNumber(best.value)})`
}

function ordinal(n: number): string {
  const last = n % 100
  const ending = last > 10 && last < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n.toLocaleString('en-US')}${ending}`
}
