import type { Example } from '../base/finding.ts'
import { textAt } from './column.ts'
import type { Loaded } from './loaded.ts'

/** Rows of the sample as an example: at most so many, with these columns first and some others beside. */
export function exampleRows(
  data: Loaded,
  rows: readonly number[],
  columns: readonly string[],
  options: { rows?: number; others?: number } = {},
): Example {
  const chosen = rows.slice(0, options.rows ?? 5)
  const named = columns.flatMap((name) => data.sample.columns.find((column) => column.name === name) ?? [])
  const others = data.sample.columns.filter((column) => !columns.includes(column.name))
  const shown = [...named, ...others.slice(0, options.others ?? 0)].slice(0, 12)
  return {
    columns: shown.map((column) => column.name),
    rows: chosen.map((row) => data.rowNumbers?.[row] ?? row),
    cells: chosen.map((row) => shown.map((column) => textAt(column, row)?.slice(0, 80) ?? null)),
  }
}

/** The rows of the sample for which a condition holds, at most so many. */
export function findRows(rows: number, holds: (row: number) => boolean, most = 5): number[] {
  const found: number[] = []
  for (let row = 0; row < rows && found.length < most; row++) if (holds(row)) found.push(row)
  return found
}
