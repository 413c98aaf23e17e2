import type { Comparison } from '../api/run_page_methods.ts'
import { isBesideMetric } from '../base/metric_name.ts'
import type { Goal } from './pareto.ts'

/** A run as a point: its numbers by name. */
export interface RunPoint {
  id: string
  values: Record<string, number>
}

/** Runs as points, the names of their numbers, and which way those are good that tell it. */
export interface RunPoints {
  runs: readonly RunPoint[]
  axes: readonly string[]
  goals: Readonly<Record<string, Goal>>
}

/** The numbers of compared runs that differ: parameters that are numbers, and metrics. */
export function pointsOf({ runs, params, metrics }: Comparison): RunPoints {
  const numeric = params.filter(
    ({ differs, values }) =>
      differs && values.some((value) => value !== null && value !== '' && Number.isFinite(Number(value))),
  )
  const told = metrics.filter(({ key, differs }) => differs && !isBesideMetric(key)).slice(0, 8)
  const points = runs.map(({ id }, i) => {
    const values: Record<string, number> = {}
    for (const { key, values: all } of numeric) {
      const value = all[i]
      if (value !== null && value !== undefined && Number.isFinite(Number(value))) values[key] = Number(value)
    }
    for (const { key, values: all } of told) {
      const value = all[i]
      if (typeof value === 'number') values[key] = value
    }
    return { id, values }
  })
  const goals = Object.fromEntries(
    told.flatMap(({ key, better }) => (better === null ? [] : [[key, better]])),
  )
  const axes = [...numeric.slice(0, 8).map(({ key }) => key), ...told.map(({ key }) => key)]
  return { runs: points, axes: [...new Set(axes)], goals }
}
