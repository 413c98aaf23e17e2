import type { Column } from './column.ts'

/** The numbers of a column in order. */
export interface SortedNumbers {
  /** All that are neither missing nor infinite, ascending. Not to be changed. */
  all: Float64Array
  /** Each once, ascending, and how often it is there. */
  values: Float64Array
  counts: Uint32Array
}

const known = new WeakMap<Column, SortedNumbers>()

/** The numbers of a column in order. Sorted once and kept with the column: many rules ask for them. */
export function sortedNumbers(column: Column & { numbers: Float64Array }): SortedNumbers {
  const before = known.get(column)
  if (before !== undefined) return before
  const all = column.numbers.filter((value) => Number.isFinite(value)).sort()
  const values = new Float64Array(all.length)
  const counts = new Uint32Array(all.length)
  let kept = 0
  for (const value of all) {
    // Zero and minus zero stand side by side and are one.
    if (kept === 0 || values[kept - 1] !== value) values[kept++] = value
    counts[kept - 1] = (counts[kept - 1] ?? 0) + 1
  }
  const sorted = { all, values: values.subarray(0, kept), counts: counts.subarray(0, kept) }
  known.set(column, sorted)
  return sorted
}
