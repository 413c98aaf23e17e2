import { amount, percent } from '../data/wording.ts'
import type { Shape } from './drift_report.ts'

const width = 360
const height = 96
const labelWidth = 118
const rowHeight = 17

/** Both distributions over each other, as an SVG picture that takes its colours from the page. */
export function drawShape(shape: Shape): string {
  return shape.edges === null ? drawCategories(shape) : drawBins(shape, shape.edges)
}

function drawBins({ reference, current }: Shape, edges: readonly number[]): string {
  const most = Math.max(...reference, ...current, 1e-12)
  const step = width / reference.length
  const bar = (share: number, i: number, name: string): string => {
    const tall = round((share / most) * height)
    return `<rect class="${name}" x="${round(i * step)}" y="${round(height - tall)}" width="${round(step - 1)}" height="${tall}"/>`
  }
  const outline = reference
    .map((share, i) => {
      const y = round(height - (share / most) * height)
      return `${i === 0 ? 'M' : 'L'}${round(i * step)} ${y}H${round((i + 1) * step - 1)}`
    })
    .join('')
  const ends = [edges[0] ?? 0, edges.at(-1) ?? 0].map(amount)
  return svg(
    height + 16,
    current.map((share, i) => bar(share, i, 'now')).join('') +
      `<path class="before" d="${outline}"/>` +
      `<text x="0" y="${height + 13}">${escape(ends[0] ?? '')}</text>` +
      `<text x="${width}" y="${height + 13}" text-anchor="end">${escape(ends[1] ?? '')}</text>`,
  )
}

function drawCategories({ labels, reference, current }: Shape): string {
  const most = Math.max(...reference, ...current, 1e-12)
  const room = width - labelWidth - 48
  const rows = labels.map((label, i) => {
    const y = i * rowHeight
    const [before, now] = [reference[i] ?? 0, current[i] ?? 0]
    const mark = round(labelWidth + (before / most) * room)
    const short = label.length > 18 ? `${label.slice(0, 17)}…` : label
    return (
      `<text x="${labelWidth - 6}" y="${y + 12}" text-anchor="end">${escape(short)}</text>` +
      `<rect class="now" x="${labelWidth}" y="${y + 3}" width="${round((now / most) * room)}" height="${rowHeight - 6}"/>` +
      `<path class="before" d="M${mark} ${y + 1}V${y + rowHeight - 1}"/>` +
      `<text x="${width}" y="${y + 12}" text-anchor="end">${escape(percent(now))}</text>`
    )
  })
  return svg(labels.length * rowHeight, rows.join(''))
}

function svg(tall: number, inside: string): string {
  return `<svg viewBox="0 -2 ${width} ${tall + 2}" width="${width}" height="${tall + 2}" role="img" aria-label="reference and current side by side">${inside}</svg>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** Text as it may stand in HTML, in attributes too. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
