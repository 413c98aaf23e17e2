import type { Example } from '../base/finding.ts'
import { textAt } from './column.ts'
import { hiddenValue } from './hidden_value.ts'
import { personalColumns } from './hide_personal.ts'
import type { Loaded } from './loaded.ts'
import type { LintReport } from './report.ts'

/** Most columns, rows and cells that are kept, and letters of one cell. */
const limits = { columns: 100, rows: 500, cells: 8_000, letters: 80 } as const

/** The first rows of what was looked at, to be shown beside the report: bounded, and without personal values. */
export function previewOf({ sample, rowNumbers }: Loaded, report: LintReport): Example {
  const personal = personalColumns([...report.findings, ...report.suppressed.map(({ finding }) => finding)])
  const columns = sample.columns.slice(0, limits.columns)
  const most = Math.min(limits.rows, Math.floor(limits.cells / Math.max(1, columns.length)))
  const rows = Array.from({ length: Math.min(sample.rows, most) }, (_, row) => row)
  return {
    columns: columns.map(({ name }) => name),
    rows: rows.map((row) => rowNumbers?.[row] ?? row),
    cells: rows.map((row) =>
      columns.map((column) => {
        const text = textAt(column, row)
        return text === null ? null : personal.has(column.name) ? hiddenValue : text.slice(0, limits.letters)
      }),
    ),
  }
}
