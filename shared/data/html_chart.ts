import { escapeHtml } from './html_text.ts'
import type { ColumnProfile } from './profile.ts'
import { showNumber } from './column.ts'
import { amount, percent } from './wording.ts'

const width = 240
const height = 56

/** A picture of a column: a histogram of its amounts, or bars of its most frequent values. */
export function columnChart(column: ColumnProfile): string {
  if (column.kind === 'boolean' || column.numbers === null || column.distinct <= 12) return bars(column)
  return histogram(column)
}

function histogram({ kind, numbers }: ColumnProfile): string {
  const { edges, counts } = numbers?.histogram ?? { edges: [], counts: [] }
  const most = Math.max(...counts, 1)
  const step = width / Math.max(1, counts.length)
  const drawn = counts.map((count, i) => {
    // The square root lets a bar be seen that is a hundredth of the highest one.
    const tall = count === 0 ? 0 : Math.max(1, Math.sqrt(count / most) * height)
    const label = `${show(kind, edges[i] ?? 0)} to ${show(kind, edges[i + 1] ?? 0)}: ${amount(count)}`
    return `<rect x="${(i * step).toFixed(1)}" y="${(height - tall).toFixed(1)}" width="${Math.max(1, step - 1).toFixed(1)}" height="${tall.toFixed(1)}"><title>${escapeHtml(label)}</title></rect>`
  })
  const [least, last] = [
    show(kind, numbers?.quantiles[0] ?? NaN),
    show(kind, numbers?.quantiles.at(-1) ?? NaN),
  ]
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="histogram from ${escapeHtml(least)} to ${escapeHtml(last)}">${drawn.join('')}</svg><div class="ends"><span>${escapeHtml(least)}</span><span>${escapeHtml(last)}</span></div>`
}

function bars({ top, rows, nulls, distinct }: ColumnProfile): string {
  const values = rows - nulls
  const most = top[0]?.count ?? 1
  const shown = top.slice(0, 5).map(({ value, count }) => {
    const text = value.trim() === '' ? '(blank)' : value.slice(0, 60)
    return `<div class="bar"><span class="bar-name" title="${escapeHtml(text)}">${escapeHtml(text)}</span><span class="bar-box"><span style="width:${((100 * count) / most).toFixed(1)}%"></span></span><span class="bar-count">${percent(count / Math.max(1, values))}</span></div>`
  })
  const rest = distinct - Math.min(5, top.length)
  return shown.join('') + (rest > 0 ? `<div class="more">and ${amount(rest)} more</div>` : '')
}

function show(kind: ColumnProfile['kind'], value: number): string {
  return kind === 'date' || kind === 'timestamp'
    ? showNumber('date', value)
    : amount(Number(value.toPrecision(6)))
}
