import type { StudyColumn, StudyPoints } from '../api/study_page_methods.ts'
import { formatNumber } from '../base/quantity.ts'
import type { StudyLook } from './study_look.ts'

/** An axis of a parameter: its range, logarithmic where the parameter is; the names of choices. */
export function parameterAxis(column: StudyColumn, look: StudyLook): Record<string, unknown> {
  if (column.kind === 'choice') {
    const name = (place: number): string => (Number.isInteger(place) ? (column.choices[place] ?? '') : '')
    return {
      ...look.axis,
      type: 'value',
      min: -0.5,
      max: column.choices.length - 0.5,
      interval: 1,
      axisLabel: { color: look.muted, fontSize: 10, formatter: (at: number) => name(Math.round(at * 2) / 2) },
      splitLine: { show: false },
      customValues: column.choices.map((_choice, place) => place),
    }
  }
  return {
    ...look.axis,
    type: column.log ? 'log' : 'value',
    min: column.low,
    max: column.high,
    axisLabel: { color: look.muted, fontSize: 10, hideOverlap: true, formatter: formatNumber },
    splitLine: { show: false },
  }
}

/** A parameter's value as a person reads it. */
export function columnText(column: StudyColumn, at: number): string {
  const value = column.values[at]
  if (value === undefined || value === null) return '–'
  return column.kind === 'choice' ? (column.choices[value] ?? '') : formatNumber(value)
}

/** Numbers as numbers, everything else as it is. */
export function valueText(value: unknown): string {
  return typeof value === 'number' ? formatNumber(value) : String(value)
}

/** What stands beside the pointer for one trial. */
export function trialText(points: StudyPoints, at: number): string {
  const values = points.objectives.map(({ metric }, index) => {
    const value = points.values[index]?.[at]
    return `${escaped(metric)} <b>${value == null ? '–' : formatNumber(value)}</b>`
  })
  const settings = points.parameters
    .slice(0, 12)
    .map((column) => `${escaped(column.name)} ${escaped(columnText(column, at))}`)
  const state = points.state[at] ?? ''
  return [`trial ${points.number[at] ?? ''} · ${state}`, ...values, ...settings].join('<br>')
}

/** Names come from notebooks: they are text, never markup. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/**
 * The range of values that is worth its place: a few trials that went astray must not press all others into a line.
 * Null bounds are left to the chart.
 */
export function worthShowing(
  values: readonly (number | null)[],
  mode: 'min' | 'max',
): { min: number | null; max: number | null; beyond: number } {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b)
  const none = { min: null, max: null, beyond: 0 }
  if (known.length < 10) return none
  const at = (share: number): number => known[Math.round(share * (known.length - 1))] ?? NaN
  const width = at(0.9) - at(0.1)
  const [low, high] = [at(0), at(1)]
  if (!(width > 0) || high - low < 4 * width) return none
  const edge = mode === 'min' ? at(0.9) + width : at(0.1) - width
  const beyond = known.filter((value) => (mode === 'min' ? value > edge : value < edge)).length
  if (beyond === 0) return none
  return mode === 'min' ? { min: null, max: edge, beyond } : { min: edge, max: null, beyond }
}

/** Places of trials that ended with a value and took part in the search. */
export function completePlaces(points: StudyPoints): number[] {
  return points.number.flatMap((_number, at) =>
    points.state[at] === 'complete' && points.role[at] !== 'repeat' && points.values[0]?.[at] != null
      ? [at]
      : [],
  )
}

/** Of many places the best ones and others evenly: as many as a chart can show without becoming slow. */
export function fewer(points: StudyPoints, places: readonly number[], most: number): number[] {
  if (places.length <= most) return [...places]
  const sign = points.objectives[0]?.mode === 'min' ? 1 : -1
  const value = (at: number): number => sign * (points.values[0]?.[at] ?? Infinity)
  const sorted = [...places].sort((a, b) => value(a) - value(b))
  const half = Math.floor(most / 2)
  const rest = sorted.slice(half)
  const step = rest.length / (most - half)
  const others = Array.from({ length: most - half }, (_none, index) => rest[Math.floor(index * step)] ?? 0)
  return [...sorted.slice(0, half), ...others].sort((a, b) => a - b)
}

/** The value range as a colour: the best of what is worth showing at the far end. */
export function valueColors(
  points: StudyPoints,
  places: readonly number[],
  look: StudyLook,
): { min: number; max: number; color: string[] } {
  const mode = points.objectives[0]?.mode ?? 'min'
  const known = places.flatMap((at) => points.values[0]?.[at] ?? []).sort((a, b) => a - b)
  const at = (share: number): number => known[Math.round(share * (known.length - 1))] ?? 0
  const [min, max] = mode === 'min' ? [at(0), at(0.8)] : [at(0.2), at(1)]
  const color = mode === 'min' ? [...look.scale].reverse() : [...look.scale]
  return { min, max: max > min ? max : min + 1e-12, color }
}
