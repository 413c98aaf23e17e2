import { seedRandom } from '../base/random.ts'
import { isNumeric, makeTable, type Column, type Table } from '../data/column.ts'
import { answerKind, type Answered } from './answered.ts'
import { compareTables } from './drift.ts'
import type { ColumnDrift, DriftReport } from './drift_report.ts'
import { expectAccuracy, expectError } from './estimate.ts'
import { importanceOf } from './importance.ts'
import { valueAt } from './label_file.ts'
import { lossOf, measure, type Judged } from './performance.ts'
import { compareTogether, type Together } from './together.ts'
import { samePeriod, type Reference } from './same_period.ts'
import { findSignals } from './watch_signals.ts'
import type { Estimate, WatchReport, WindowSummary } from './watch_report.ts'
import { asDates, columnOf, dayOf, rowTime, tableOfRows, timeColumn } from './watch_rows.ts'
import { describeWatch } from './watch_words.ts'

/** What a model was made from and judged on, as its run recorded it. */
export interface Background {
  /** What it learned from, with the target. */
  training: Table | null
  /** Rows it had not seen, with the target and what it said. */
  test: Table | null
  /** Name of the column that is predicted, and of what was said. */
  target: string
  prediction: string
}

/** How a log is looked at. */
export interface WatchOptions {
  deployment: string
  /** Days of one window. */
  windowDays: number
  /** The window that holds this time; the newest one without it. */
  atMs?: number | undefined
  /** Windows before it whose performance is shown beside. */
  history: number
  nowMs: number
}

const dayMs = 86_400_000

/** Looks at one window of a deployment's log. Null if it has answered nothing. */
export function watchLog(
  rows: readonly Answered[],
  background: Background,
  options: WatchOptions,
): WatchReport | null {
  const asked = rows.filter(({ slot }) => slot !== 'shadow')
  const kind = answerKind(asked)
  const { training, test } = withDates(background)
  const time = training === null ? null : (timeColumn(training)?.name ?? null)
  const timed = asked.map((row) => ({ row, at: rowTime(row, time) })).sort((a, b) => a.at - b.at)
  const windows = intoWindows(timed, options.windowDays * dayMs)
  const chosen =
    options.atMs === undefined
      ? windows.at(-1)
      : windows.find(({ fromMs, toMs }) => fromMs <= (options.atMs ?? 0) && (options.atMs ?? 0) < toMs)
  const last = chosen?.rows.at(-1)
  if (chosen === undefined || last === undefined) return null
  const { fromMs, toMs } = chosen
  const ours = chosen.rows.map(({ row }) => row)
  const reference = training === null ? null : samePeriod(training, chosen, 'training data')
  const inputs = reference === null ? null : compareInputs(reference, ours, background, time)
  const before = test === null ? [] : judgedBefore(test, background, time)
  const judged = judgedNow(chosen.rows)
  const random = seedRandom(`watch/${fromMs}`)
  const importance = test === null ? {} : importanceFrom(test, background)
  const report: Omit<WatchReport, 'says' | 'signals'> = {
    deployment: options.deployment,
    kind,
    revision: last.row.revision,
    modelUri: last.row.modelUri,
    atMs: options.nowMs,
    window: { fromMs, toMs, rows: ours.length, failed: ours.filter(({ value }) => value === null).length },
    against: reference?.name ?? 'nothing: the run kept no training data',
    performance: measure({ rows: ours.length, judged }, before, kind, random),
    estimate: test === null ? null : estimateOf(test, before, ours, { background, kind }),
    inputs: inputs === null ? null : withoutSeasons(inputs, importance),
    importance,
    predictions: test === null ? null : compareAnswers(test, background, chosen, time),
    target: reference === null ? null : compareTarget(reference, background, chosen.rows, time),
    together: reference === null ? null : wholeOf(reference, ours, background, time),
    history: summarize(windows, chosen, options.history, kind),
  }
  const signals = findSignals(report)
  return { ...report, signals, says: describeWatch({ ...report, signals }) }
}

interface Timed {
  row: Answered
  at: number
}

interface Window {
  fromMs: number
  toMs: number
  rows: Timed[]
}

/** Windows of whole days one after the other from the first row on; those without rows are left out. */
function intoWindows(timed: readonly Timed[], lengthMs: number): Window[] {
  const first = timed[0]
  if (first === undefined) return []
  const start = dayOf(first.at)
  const windows = new Map<number, Window>()
  for (const one of timed) {
    const index = Math.floor((one.at - start) / lengthMs)
    const fromMs = start + index * lengthMs
    const window = windows.get(index) ?? { fromMs, toMs: fromMs + lengthMs, rows: [] }
    window.rows.push(one)
    windows.set(index, window)
  }
  return [...windows.values()]
}

function withDates({ training, test }: Background): { training: Table | null; test: Table | null } {
  const dated = (table: Table | null): Table | null =>
    table === null ? null : makeTable(table.columns.map(asDates))
  return { training: dated(training), test: dated(test) }
}

function compareInputs(
  reference: Reference,
  rows: readonly Answered[],
  { target, prediction }: Background,
  time: string | null,
): DriftReport {
  const current = tableOfRows(rows, reference.table)
  const held = time !== null && current.columns.some(({ name }) => name === time)
  return compareTables(
    { name: reference.name, table: reference.table },
    { name: 'requests', table: current },
    { block: held ? time : null, leaveOut: [target, prediction] },
  )
}

function wholeOf(
  { table }: Reference,
  rows: readonly Answered[],
  { target, prediction }: Background,
  time: string | null,
): Together | null {
  const current = tableOfRows(rows, table)
  const held = time !== null && current.columns.some(({ name }) => name === time)
  return compareTogether(table, current, { block: held ? time : null, leaveOut: [target, prediction] })
}

/** What was said in the window against what was said to the test rows of the same weeks. */
function compareAnswers(
  test: Table,
  { prediction }: Background,
  window: Window,
  time: string | null,
): ColumnDrift | null {
  const { table } = samePeriod(test, window, 'test rows')
  const before = table.columns.find(({ name }) => name === prediction)
  const values = window.rows.map(({ row }) => row.value)
  return before === undefined ? null : compareColumn(table, before, { values, rows: window.rows }, time)
}

function compareTarget(
  { table }: Reference,
  { target }: Background,
  rows: readonly Timed[],
  time: string | null,
): ColumnDrift | null {
  const before = table.columns.find(({ name }) => name === target)
  const known = rows.filter(({ row }) => row.label !== null)
  if (before === undefined || known.length < 30) return null
  const values = known.map(({ row }) => row.label)
  return compareColumn(table, before, { values, rows: known }, time)
}

/** One column by whole days, where both sides know their day. */
function compareColumn(
  table: Table,
  before: Column,
  { values, rows }: { values: readonly (string | number | null)[]; rows: readonly Timed[] },
  time: string | null,
): ColumnDrift | null {
  const texts = isNumeric(before) ? values : values.map((value) => (value === null ? null : String(value)))
  const now = columnOf(before.name, texts, isNumeric(before) ? 'number' : before.kind)
  const days = table.columns.find(({ name }) => name === time)
  const reference = days === undefined ? [before] : [before, days]
  const when = columnOf(
    time ?? '',
    rows.map(({ at }) => at),
  )
  const current = days === undefined ? [now] : [now, { ...when, kind: 'date' as const }]
  const report = compareTables(
    { name: 'before', table: makeTable(reference) },
    { name: 'now', table: makeTable(current) },
    { block: days === undefined ? null : time },
  )
  return report.columns[0] ?? null
}

/** What the inputs alone let expect. The known rows are those with a truth and an answer. */
function estimateOf(
  test: Table,
  judged: readonly Judged[],
  rows: readonly Answered[],
  { background: { target, prediction }, kind }: { background: Background; kind: 'class' | 'number' },
): Estimate | null {
  if (judged.length !== test.rows) return null
  const beside = [target, prediction, chanceColumn]
  const inputs = makeTable(test.columns.filter(({ name }) => !beside.includes(name)))
  const answered = rows.filter(({ value }) => value !== null)
  const known = test.columns.find(({ name }) => name === chanceColumn)?.numbers ?? null
  const chances = answered.map((row) => Math.max(...(row.chances ?? [NaN])))
  const current = {
    inputs: tableOfRows(answered, inputs),
    said: kind === 'number' ? answered.map(({ value }) => Number(value)) : [],
    chances: chances.some(Number.isNaN) ? null : chances,
  }
  const before = { inputs, judged, chances: known === null ? null : [...known] }
  return kind === 'number' ? expectError(before, current) : expectAccuracy(before, current)
}

/** Column of the test rows that holds the chance of what was said, where the model tells chances. */
const chanceColumn = 'chance'

function judgedBefore(test: Table, { target, prediction }: Background, time: string | null): Judged[] {
  const [truth, said, when] = [target, prediction, time].map((name) =>
    test.columns.find((column) => column.name === name),
  )
  if (truth === undefined || said === undefined) return []
  const judged: Judged[] = []
  for (let row = 0; row < test.rows; row++) {
    const [value, label] = [valueAt(said, row), valueAt(truth, row)]
    if (value === null || label === null) continue
    judged.push({ day: dayOf(when?.numbers?.[row] ?? row * dayMs), value, label })
  }
  return judged
}

function judgedNow(rows: readonly Timed[]): Judged[] {
  return rows.flatMap(({ row: { value, label }, at }) =>
    value === null || label === null ? [] : [{ day: dayOf(at), value, label }],
  )
}

function importanceFrom(test: Table, { target, prediction }: Background): Record<string, number> {
  const said = test.columns.find(({ name }) => name === prediction)
  const inputs = test.columns.filter(
    ({ name, kind }) => name !== target && name !== chanceColumn && kind !== 'date' && kind !== 'timestamp',
  )
  return said === undefined ? {} : importanceOf(makeTable(inputs), said)
}

/**
 * A window of days never holds all that the reference holds: what is gone, or lies a little outside of what was seen,
 * is worth a look and no drift by itself.
 */
function withoutSeasons(report: DriftReport, importance: Readonly<Record<string, number>>): DriftReport {
  const columns = report.columns.map((column) => {
    const { answer, score, breaks } = column
    const weak = ['outside-range', 'gone-categories']
    const strong = breaks.some((found) => found.answer === 'drift' && !weak.includes(found.kind))
    if (answer !== 'drift' || score?.answer === 'drift' || strong) return column
    return { ...column, answer: 'possible' as const }
  })
  const drifted = columns.filter(({ answer }) => answer === 'drift').length
  return { ...report, columns: byImportance(columns, importance), drifted }
}

/** What changed first, and of those what matters most for the model. */
function byImportance(
  columns: readonly ColumnDrift[],
  importance: Readonly<Record<string, number>>,
): ColumnDrift[] {
  const order = ['drift', 'possible', 'no', 'untested']
  return [...columns].sort(
    (a, b) =>
      order.indexOf(a.answer) - order.indexOf(b.answer) ||
      (importance[b.name] ?? 0) - (importance[a.name] ?? 0),
  )
}

function summarize(
  windows: readonly Window[],
  chosen: Window,
  most: number,
  kind: 'class' | 'number',
): WindowSummary[] {
  const until = windows.indexOf(chosen) + 1
  return windows.slice(Math.max(0, until - most), until).map(({ fromMs, toMs, rows }) => {
    const judged = judgedNow(rows)
    const loss = judged.reduce((sum, one) => sum + lossOf(one, kind), 0) / Math.max(1, judged.length)
    return {
      fromMs,
      toMs,
      rows: rows.length,
      labelled: judged.length,
      failed: rows.filter(({ row }) => row.value === null).length,
      value: judged.length === 0 ? null : kind === 'class' ? 1 - loss : loss,
      estimate: null,
    }
  })
}
