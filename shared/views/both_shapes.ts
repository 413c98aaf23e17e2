import { html, nothing, svg, type TemplateResult } from 'lit'
import type { ResultOf } from '../api/contract.ts'
import { amount, percent } from '../base/wording.ts'

type Column = NonNullable<ResultOf<'monitor.report'>['inputs']>['columns'][number]
type Shape = NonNullable<Column['shape']>

const width = 360
const height = 90
const labelWidth = 118
const rowHeight = 17

/** Two distributions of a column over each other: the current one as bars, the reference as an outline. */
export function bothShapes(name: string, shape: Shape | null): TemplateResult | typeof nothing {
  if (shape === null) return nothing
  const most = Math.max(...shape.reference, ...shape.current, 1e-12)
  const { edges } = shape
  const tall = edges === null ? shape.labels.length * rowHeight : height + 16
  return html`<svg
    class="both"
    viewBox="0 -2 ${width} ${tall + 2}"
    width="100%"
    role="img"
    aria-label="${name}: reference and now"
  >
    ${edges === null ? categories(shape, most) : bins(shape, edges, most)}
  </svg>`
}

function bins({ reference, current }: Shape, edges: readonly number[], most: number): TemplateResult {
  const step = width / reference.length
  const y = (share: number): number => height - (share / most) * height
  const outline = reference.map(
    (share, i) => `${i === 0 ? 'M' : 'L'}${i * step} ${y(share)}H${(i + 1) * step - 1}`,
  )
  return svg`${current.map(
    (share, i) =>
      svg`<rect x=${i * step} y=${y(share)} width=${Math.max(0.5, step - 1)} height=${height - y(share)}></rect>`,
  )}
    <path class="before" d=${outline.join('')}></path>
    <text x="0" y=${height + 13}>${amount(edges[0] ?? 0)}</text>
    <text x=${width} y=${height + 13} text-anchor="end">${amount(edges.at(-1) ?? 0)}</text>`
}

function categories({ labels, reference, current }: Shape, most: number): TemplateResult {
  const room = width - labelWidth - 48
  return svg`${labels.map((label, i) => {
    const y = i * rowHeight
    const mark = labelWidth + ((reference[i] ?? 0) / most) * room
    return svg`<text x=${labelWidth - 6} y=${y + 12} text-anchor="end">${label.length > 18 ? `${label.slice(0, 17)}…` : label}</text>
      <rect x=${labelWidth} y=${y + 3} width=${((current[i] ?? 0) / most) * room} height=${rowHeight - 6}></rect>
      <path class="before" d="M${mark} ${y + 1}V${y + rowHeight - 1}"></path>
      <text x=${width} y=${y + 12} text-anchor="end">${percent(current[i] ?? 0)}</text>`
  })}`
}
