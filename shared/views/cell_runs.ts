import type { RunRow } from '../api/table_methods.ts'
import { formatNumber } from '../base/quantity.ts'
import { describeBaselines } from './baseline_text.ts'

/** How many of a notebook's runs are looked at; older ones are in the table. */
export const cellRunsLimit = 200

/** Asks `runs.window` for the runs of a notebook, named from the project's folder. */
export function cellRunsQuery(notebook: string) {
  const quoted = notebook.includes("'") ? `"${notebook}"` : `'${notebook}'`
  return {
    filter: `tags.\`daybook.notebook\` = ${quoted}`,
    within: 'all' as const,
    limit: cellRunsLimit,
    shown: { tags: ['daybook.cell'] },
  }
}

/** Runs by the cell that made them, the newest first. A search's own trials lie in it: only a cell's outermost runs count. */
export function runsByCell(rows: readonly RunRow[]): Map<string, RunRow[]> {
  const cells = new Map<string, RunRow[]>()
  const cellOf = new Map(rows.map((row) => [row.id, row.tags['daybook.cell']]))
  for (const row of rows) {
    const cell = row.tags['daybook.cell']
    if (cell === undefined || (row.parentId !== null && cellOf.get(row.parentId) === cell)) continue
    cells.set(cell, [...(cells.get(cell) ?? []), row])
  }
  return cells
}

/** What stands under a cell that made runs: `2 runs · accuracy 0.931 ▲ · linear 0.851 · do-nothing 0.761`. */
export function describeCellRuns(runs: readonly RunRow[]): string {
  const more = runs.length === cellRunsLimit ? `${cellRunsLimit} runs or more` : `${runs.length} runs`
  const count = runs.length === 1 ? '1 run' : more
  const [newest, before] = runs
  if (newest?.status === 'RUNNING') return `${count} · running`
  const headline = newest?.headline
  if (headline === null || headline === undefined) return count
  const old = before?.headline?.key === headline.key ? before.headline.value : headline.value
  const arrow = headline.value > old ? ' ▲' : headline.value < old ? ' ▼' : ''
  const beside = describeBaselines(headline)
  return `${count} · ${headline.key} ${formatNumber(headline.value)}${arrow}${beside === '' ? '' : ` · ${beside}`}`
}
