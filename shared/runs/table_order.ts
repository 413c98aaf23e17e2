import type { RunColumn } from './table_column.ts'

/** A column to sort by. */
export interface SortColumn {
  column: RunColumn
  descending: boolean
}

/**
 * Puts runs in order: the first column counts most; alike runs stay in the order in which they were. What is no
 * number comes after the numbers and what has no value last, whichever way.
 * @param seqs numbers of runs
 */
export function sortRuns(seqs: Int32Array, by: readonly SortColumn[]): Int32Array {
  let order = seqs
  // From the least to the most important, each time stable: rank and place in one number sort without a callback.
  for (const term of [...by].reverse()) {
    const before = order
    const wide = before.length
    const keys = Float64Array.from(before, (seq, i) => placeOf(term, seq) * wide + i).sort()
    order = Int32Array.from(keys, (key) => before[key % wide] ?? 0)
  }
  return order
}

function placeOf({ column, descending }: SortColumn, seq: number): number {
  const rank = column.rank[seq] ?? 0
  if (rank === 0) return column.ranks + 2
  if (rank > column.ranks) return rank
  return descending ? column.ranks + 1 - rank : rank
}
