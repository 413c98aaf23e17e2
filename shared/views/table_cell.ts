import { html, nothing, type TemplateResult } from 'lit'
import { formatDuration, formatNumber } from '../base/quantity.ts'
import type { GroupRow, RunRow, Spread } from '../api/table_methods.ts'
import { kindOf, titleOf } from './table_layout.ts'

/** What stands in a cell. */
export type CellContent = string | TemplateResult | typeof nothing

/** A cell of a run's row, but for the first one. */
export function runCell(run: RunRow, id: string, nowMs: number): CellContent {
  switch (kindOf(id)) {
    case 'metrics': {
      const value = run.metrics[id.slice('metrics.'.length)]
      return value === undefined ? nothing : value === null ? 'NaN' : formatNumber(value)
    }
    case 'params':
      return run.params[id.slice('params.'.length)] ?? nothing
    case 'tags': {
      const text = run.tags[id.slice('tags.'.length)]
      if (text === undefined) return nothing
      return id === 'tags.mlflow.source.git.commit' ? text.slice(0, 8) : text
    }
    case 'own':
      return ownCell(run, id, nowMs)
  }
}

/** A cell of a group's row, but for the first one: the mean with its 95 % interval, or what all runs share. */
export function groupCell(group: GroupRow, id: string): CellContent {
  if (kindOf(id) === 'params')
    return group.params[id.slice('params.'.length)] ?? html`<span class="muted">…</span>`
  if (kindOf(id) !== 'metrics') return nothing
  const spread = group.metrics[id.slice('metrics.'.length)]
  return spread === undefined ? nothing : formatSpread(spread)
}

/** `0.8712 ± 0.0031`: as many digits as the interval makes sense of. */
export function formatSpread({ mean, half }: Spread): TemplateResult {
  if (half === null) return html`${formatNumber(mean)}`
  if (half === 0) return html`${formatNumber(mean)} <span class="muted">± 0</span>`
  const digits = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(half))))
  return html`${mean.toFixed(digits)} <span class="muted">± ${half.toFixed(digits)}</span>`
}

/** What a group is called: the values it shares. */
export function groupTitle(group: GroupRow): string {
  const texts = group.values.map((value) => {
    if (value === null) return '—'
    const shared = parseObject(value)
    return shared === null ? value : describeParams(shared)
  })
  return texts.join(' · ')
}

/** How long ago something was, short: `5 min`. */
export function shortAge(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${Math.floor(minutes)} min ago`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`
  const days = Math.floor(minutes / (24 * 60))
  return days < 60 ? `${days} d ago` : `${Math.floor(days / 30)} mo ago`
}

function ownCell(run: RunRow, id: string, nowMs: number): CellContent {
  switch (id) {
    case 'started':
      return html`<span title=${new Date(run.startMs).toLocaleString()}
        >${shortAge(nowMs - run.startMs)}</span
      >`
    case 'duration':
      return formatDuration(Math.max(0, (run.endMs ?? nowMs) - run.startMs))
    case 'cost':
      return costCell(run, nowMs)
    case 'status':
      return run.status.toLowerCase()
    case 'experiment':
      return run.experiment
    case 'user':
      return run.user
    default:
      return titleOf(id)
  }
}

/** What it cost, or the hours that it took where no price is set; its hint says which hours those are. */
function costCell({ cost, startMs, endMs }: RunRow, nowMs: number): CellContent {
  const took = Math.max(0, (endMs ?? nowMs) - startMs) / 3_600_000
  const hours = `${formatNumber(Number(took.toPrecision(2)))} h`
  const soFar = endMs === null ? ' so far' : ''
  const [shown, hint] =
    cost === null
      ? [hours, `Hours${soFar}; their cost with "runs: {price_per_hour: …}" in daybook.yaml`]
      : [formatNumber(Number(cost.toPrecision(3))), `${hours}${soFar} at the price per hour of daybook.yaml`]
  return html`<span title=${hint}>${shown}</span>`
}

function parseObject(text: string): Record<string, unknown> | null {
  if (!text.startsWith('{')) return null
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return null
  }
}

function describeParams(params: Record<string, unknown>): string {
  const texts = Object.entries(params)
    .filter(([name]) => name !== 'experiment')
    .map(
      ([name, value]) =>
        `${
          name
            .replace(/^params\./, '')
            .split('__')
            .at(-1) ?? name
        } ${String(value)}`,
    )
  return texts.length === 0 ? 'no parameters' : texts.join(', ')
}
