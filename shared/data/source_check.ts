import type { Finding } from '../base/finding.ts'
import { formatDuration } from '../base/quantity.ts'
import { showNumber } from './column.ts'
import type { LintReport } from './report.ts'
import type { DataSource } from './source_settings.ts'
import { parseDate } from './times.ts'
import { amount, percent, plural } from './wording.ts'

/** What was seen of a source when it was checked last. */
export interface SeenSource {
  rows: number
  checkedAtMs: number
}

/** What is known of a source besides its report. */
export interface SourceState {
  nowMs: number
  /** When its newest file was written; null for a database. */
  writtenAtMs: number | null
  before: SeenSource | null
}

/** What a source is not as it was expected to be: too old, too few or too many rows, too much of a change. */
export function checkSource(source: DataSource, report: LintReport, state: SourceState): Finding[] {
  return [...freshness(source, report, state), ...volume(source, report, state)]
}

function freshness({ fresh, name }: DataSource, report: LintReport, state: SourceState): Finding[] {
  if (fresh === null) return []
  const { column, withinMs } = fresh
  const latest = column === null ? state.writtenAtMs : latestOf(report, column)
  const of = column === null ? 'its files' : column
  if (latest === null || Number.isNaN(latest)) {
    const says =
      column === null
        ? `How old ${name} is cannot be told: a database has no file times; name a column of times in daybook.yaml`
        : `How old ${name} is cannot be told: ${column} is no column of times`
    return [found('source-fresh', 'warn', says, {})]
  }
  const ageMs = state.nowMs - latest
  if (ageMs <= withinMs) return []
  const says = `${name} is ${formatDuration(ageMs)} old by ${of} (latest ${showNumber('timestamp', latest)}), expected within ${formatDuration(withinMs)}`
  return [found('source-fresh', 'stop', says, { ageMs, withinMs })]
}

function latestOf(report: LintReport, name: string): number {
  const column = report.columns.find((each) => each.name === name)
  if (column === undefined) return NaN
  if (column.kind === 'date' || column.kind === 'timestamp') return column.numbers?.quantiles.at(-1) ?? NaN
  // Text with the year first: what is seen of it is the least that can be said.
  const seen = [...column.sample, ...column.top.map(({ value }) => value)].map(parseDate)
  return seen.some((time) => Number.isNaN(time)) ? NaN : Math.max(...seen)
}

function volume({ rows, name }: DataSource, report: LintReport, { before, nowMs }: SourceState): Finding[] {
  const said: Finding[] = []
  const { least, most, change } = rows
  if (least !== null && report.rows < least)
    said.push(
      found(
        'source-rows',
        'stop',
        `${name} has ${plural(report.rows, 'row')}, expected at least ${amount(least)}`,
        { rows: report.rows, least },
      ),
    )
  if (most !== null && report.rows > most)
    said.push(
      found(
        'source-rows',
        'stop',
        `${name} has ${plural(report.rows, 'row')}, expected at most ${amount(most)}`,
        { rows: report.rows, most },
      ),
    )
  if (change !== null && before !== null && before.rows > 0) {
    const moved = report.rows / before.rows - 1
    if (Math.abs(moved) > change)
      said.push(
        found(
          'source-rows',
          'stop',
          `${name} has ${plural(report.rows, 'row')}, ${percent(Math.abs(moved))} ${moved < 0 ? 'fewer' : 'more'} than ${formatDuration(nowMs - before.checkedAtMs)} ago (${amount(before.rows)}); expected within ${percent(change)}`,
          { rows: report.rows, before: before.rows },
        ),
      )
  }
  return said
}

const why = {
  'source-fresh': 'A source that stands still looks as good as ever; what is learnt from it is of yesterday.',
  'source-rows': 'A load that broke off, or came twice, shows first in the number of rows.',
} as const

function found(
  rule: keyof typeof why,
  level: Finding['level'],
  says: string,
  evidence: Record<string, number>,
): Finding {
  return {
    rule,
    level,
    where: { kind: 'table' },
    says,
    why: why[rule],
    evidence,
    example: null,
    fixes: [],
    weight: 1,
  }
}
