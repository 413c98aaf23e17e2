import type { Table } from '../data/column.ts'
import { takeRows, timeColumn } from './watch_rows.ts'

const dayMs = 86_400_000

/** Rows to compare with, and what to call them. */
export interface Reference {
  table: Table
  name: string
}

/** Days before and after the window that are taken along: a week of one year is not quite that of another. */
const margin = 7

/** Fewer rows than this are no reference of their own. */
const leastRows = 100

/**
 * The rows of a table from the same weeks of the year as the window, if it covers a year; else all of it. Against a
 * whole year every season looks like a change.
 */
export function samePeriod(table: Table, window: { fromMs: number; toMs: number }, name: string): Reference {
  const time = timeColumn(table)
  const all = { table, name }
  if (time === null) return all
  const known = time.numbers.filter((at) => !Number.isNaN(at))
  const [first, last] = [known.reduce(min, Infinity), known.reduce(max, -Infinity)]
  if (last - first < 359 * dayMs) return all
  const rows: number[] = []
  const years = new Set<number>()
  time.numbers.forEach((at, row) => {
    if (Number.isNaN(at) || at >= window.fromMs || !inSeason(at, window)) return
    rows.push(row)
    years.add(new Date(at).getUTCFullYear())
  })
  if (rows.length < leastRows) return all
  return {
    table: takeRows(table, rows),
    name: `${name}, the same weeks of ${[...years].sort().join(' and ')}`,
  }
}

/** Whether a time lies in the window, give or take a week, of any year. */
function inSeason(at: number, { fromMs, toMs }: { fromMs: number; toMs: number }): boolean {
  const year = new Date(at).getUTCFullYear()
  for (const shift of [-1, 0, 1]) {
    const from = moved(fromMs, year + shift)
    if (at >= from - margin * dayMs && at < from + (toMs - fromMs) + margin * dayMs) return true
  }
  return false
}

function moved(at: number, year: number): number {
  const date = new Date(at)
  return Date.UTC(year, date.getUTCMonth(), date.getUTCDate())
}

function min(a: number, b: number): number {
  return Math.min(a, b)
}

function max(a: number, b: number): number {
  return Math.max(a, b)
}
