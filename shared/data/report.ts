import type { Example, Finding } from '../base/finding.ts'
import { meaningOfColumn } from './column_meaning.ts'
import { hideInFinding, hideInProfile, personalColumns } from './hide_personal.ts'
import { lint, type LintOptions } from './lint.ts'
import { isSampled, type Loaded } from './loaded.ts'
import type { ColumnProfile } from './profile.ts'

/** All that is said about one table: plain data, as JSON and as HTML the same. */
export interface LintReport {
  name: string
  rows: number
  /** How many rows were looked at one by one; counts of columns are over all rows. */
  rowsLookedAt: number
  target: string | null
  targetGuessed: boolean
  columns: readonly ColumnProfile[]
  /** Ranked: the first ones matter most. */
  findings: readonly Finding[]
  suppressed: readonly { finding: Finding; reason: string }[]
  notes: readonly string[]
  /** The first rows, where they were asked for. */
  preview?: Example
  tookMs: number
}

/** Checks data and tells all about it. `now` gives milliseconds. */
export function reportOn(data: Loaded, options: LintOptions, now: () => number): LintReport {
  const begin = now()
  const result = lint(data, options)
  const all = [...result.findings, ...result.suppressed.map(({ finding }) => finding)]
  const personal = personalColumns(all)
  return {
    name: data.name,
    rows: data.profile.rows,
    rowsLookedAt: isSampled(data) ? data.sample.rows : data.profile.rows,
    target: result.target,
    targetGuessed: result.targetGuessed,
    columns: data.profile.columns.map((column) => ({
      ...hideInProfile(column, personal),
      meaning: meaningOfColumn(data, column.name),
    })),
    findings: result.findings.map((finding) => hideInFinding(finding, personal)),
    suppressed: result.suppressed.map(({ finding, reason }) => ({
      finding: hideInFinding(finding, personal),
      reason,
    })),
    notes: data.notes,
    tookMs: now() - begin,
  }
}
