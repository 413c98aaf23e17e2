import type { Finding } from '../base/finding.ts'
import { hiddenValue } from './hidden_value.ts'
import { columnsOf } from './lint.ts'
import type { ColumnProfile } from './profile.ts'

/** Columns that a finding calls personal. */
export function personalColumns(findings: readonly Finding[]): ReadonlySet<string> {
  return new Set(findings.filter(({ rule }) => rule === 'personal-data').flatMap(columnsOf))
}

/** A finding whose example rows show nothing of the columns that hold personal data. */
export function hideInFinding(finding: Finding, personal: ReadonlySet<string>): Finding {
  const { example } = finding
  if (example?.columns.some((name) => personal.has(name)) !== true) return finding
  const cells = example.cells.map((row) =>
    row.map((cell, i) => (cell !== null && personal.has(example.columns[i] ?? '') ? hiddenValue : cell)),
  )
  return { ...finding, example: { ...example, cells } }
}

/** A profile without the values themselves, if the column holds personal data. */
export function hideInProfile(column: ColumnProfile, personal: ReadonlySet<string>): ColumnProfile {
  if (!personal.has(column.name)) return column
  return { ...column, top: column.top.map((value) => ({ ...value, value: hiddenValue })), sample: [] }
}
