import { Problem } from '../base/problem.ts'
import { seedRandom } from '../base/random.ts'
import { isNumeric, type Column, type Table } from '../data/column.ts'
import { adjustForFalseDiscovery } from '../stats/false_discovery.ts'
import { blocksOf, weighByBlocks, type Blocks } from './drift_blocks.ts'
import { findBreaks } from './drift_breaks.ts'
import { answerOf, driftLevels, weighEvidence, type Evidence } from './drift_calibrated.ts'
import { evidentlyPair, evidentlyScore } from './drift_evidently.ts'
import { scoreByMethod, type ChosenMethod } from './drift_method.ts'
import { nannymlDistance, nannymlPair } from './drift_nannyml.ts'
import type { ColumnDrift, DriftProfile, DriftReport, SchemaBreak } from './drift_report.ts'
import { plainScore, type DriftAnswer, type DriftScore } from './drift_score.ts'
import { numericFacts, otherFacts, shapeOf } from './drift_shape.ts'
import { describeColumn, describeReport } from './drift_words.ts'
import { categoricalPair, distinctTogether, numericSample, type Pair } from './sample.ts'

/** A table with the name that a report calls it by. */
export interface NamedTable {
  name: string
  table: Table
}

/** How two tables are compared. */
export interface DriftOptions {
  /** @default 'daybook' */
  profile?: DriftProfile
  /** Judges the columns that it can take, in place of what the profile would choose. */
  method?: ChosenMethod | null
  /**
   * Name of a column whose values keep rows together (a date: its days): rows of one block are alike, and are then
   * not counted as witnesses of their own. Only `daybook` knows blocks.
   */
  block?: string | null
  /** Columns that are left out. */
  leaveOut?: readonly string[]
  /** Told before each column: how many are done, and how many there are. */
  onProgress?(done: number, columns: number): void
}

/** Numbers of at most this many different values are compared as categories. */
const fewValues = 10

/** Text of more kinds than this, most of which occur once, is not compared. */
const manyKinds = 50

/**
 * Compares a table with a reference, column by column.
 * @throws Problem `bad_request` if the block's column is not in both tables
 */
export function compareTables(
  reference: NamedTable,
  current: NamedTable,
  options: DriftOptions = {},
): DriftReport {
  const { profile = 'daybook', method = null, block = null, leaveOut = [], onProgress } = options
  const blocks = block === null || profile !== 'daybook' ? null : findBlocks(reference, current, block)
  const skipped = new Set([...leaveOut, ...(block === null ? [] : [block])])
  const shared = reference.table.columns.filter(
    ({ name }) => !skipped.has(name) && find(current.table, name) !== undefined,
  )
  const found = shared.map((column, i) => {
    onProgress?.(i, shared.length)
    return compareColumn([column, find(current.table, column.name) as Column], { profile, method, blocks })
  })
  const columns = finish(found)
  const tested = columns.filter(({ answer }) => answer !== 'untested').length
  const report: Omit<DriftReport, 'says'> = {
    profile,
    reference: { name: reference.name, rows: reference.table.rows },
    current: { name: current.name, rows: current.table.rows },
    columns,
    schema: compareSchema(reference.table, current.table, skipped),
    drifted: columns.filter(({ answer }) => answer === 'drift').length,
    tested,
    together: null,
    blocks:
      blocks === null || block === null
        ? null
        : { column: block, reference: blocks.reference.count, current: blocks.current.count },
  }
  return { ...report, says: describeReport(report) }
}

interface BothBlocks {
  reference: Blocks
  current: Blocks
}

interface Compared {
  pair: Pair
  score: DriftScore | null
  evidence: Evidence | null
  reference: Column
  current: Column
}

interface Way {
  profile: DriftProfile
  method: ChosenMethod | null
  blocks: BothBlocks | null
}

function compareColumn(
  [reference, current]: readonly [Column, Column],
  { profile, method, blocks }: Way,
): Compared {
  const pair = pairBy(profile, reference, current)
  const both = { pair, reference, current }
  if (pair.kind === 'other' || isEmpty(pair)) return { ...both, score: null, evidence: null }
  const chosen = method === null ? null : scoreByMethod(method, pair)
  if (chosen !== null) return { ...both, score: chosen, evidence: null }
  if (profile === 'evidently') return { ...both, score: evidentlyScore(pair), evidence: null }
  if (profile === 'nannyml') {
    const value = nannymlDistance('jensen_shannon', pair)
    return {
      ...both,
      score: plainScore('jensen_shannon', 'distance', value, { threshold: 0.1 }),
      evidence: null,
    }
  }
  const plain = weighEvidence(pair)
  if (plain === null || blocks === null) return { ...both, score: null, evidence: plain }
  const random = seedRandom(`drift/${pair.name}`)
  return {
    ...both,
    score: null,
    evidence: weighByBlocks(plain, pair, { reference, current, blocks }, random),
  }
}

function pairBy(profile: DriftProfile, reference: Column, current: Column): Pair {
  const { name } = reference
  if (profile === 'evidently') return evidentlyPair(name, reference, current)
  if (profile === 'nannyml') return nannymlPair(name, reference, current)
  const nothing = [reference, current].some(
    ({ kind }) => kind === 'empty' || kind === 'binary' || kind === 'nested',
  )
  if (nothing) return { kind: 'other', name, why: 'it holds no plain values' }
  if (isNumeric(reference) !== isNumeric(current) && reference.kind !== current.kind)
    return { kind: 'other', name, why: `it is ${reference.kind} there and ${current.kind} here` }
  if (reference.kind === 'date' || reference.kind === 'timestamp')
    return { kind: 'other', name, why: 'time goes on by itself' }
  const distinct = distinctTogether(reference, current, fewValues)
  if (isNumeric(reference) && isNumeric(current) && distinct > fewValues)
    return { kind: 'numeric', name, reference: numericSample(reference), current: numericSample(current) }
  const rows = reference.length + current.length
  if (distinct > manyKinds && distinct > rows / 2)
    return { kind: 'other', name, why: 'nearly every value is another' }
  return categoricalPair(name, reference, current)
}

function isEmpty(pair: Exclude<Pair, { kind: 'other' }>): boolean {
  return [pair.reference, pair.current].some(({ rows, missing }) => rows === missing)
}

/** Corrects the probabilities for the number of columns, answers, and puts what changed most first. */
function finish(compared: readonly Compared[]): ColumnDrift[] {
  const adjusted = adjustForFalseDiscovery(compared.map(({ evidence }) => evidence?.pValue ?? NaN))
  const columns = compared.map((one, i) => finishColumn(one, adjusted[i] ?? NaN))
  const order: readonly DriftAnswer[] = ['drift', 'possible', 'no', 'untested']
  return columns.sort(
    (a, b) => order.indexOf(a.answer) - order.indexOf(b.answer) || (b.effect ?? -1) - (a.effect ?? -1),
  )
}

function finishColumn(
  { pair, score, evidence, reference, current }: Compared,
  adjusted: number,
): ColumnDrift {
  if (pair.kind === 'other') {
    const facts = [reference, current].map(({ length, nulls }) =>
      otherFacts({ rows: length, missing: nulls }),
    )
    const [before, now] = facts as [ColumnDrift['reference'], ColumnDrift['current']]
    return {
      ...nothingKnown(pair.name),
      reference: before,
      current: now,
      says: `Not compared, as ${pair.why}.`,
    }
  }
  const breaks = findBreaks(pair)
  const shownScore =
    score ??
    (evidence === null
      ? null
      : {
          method: evidence.method,
          kind: 'p-value' as const,
          value: adjusted,
          threshold: driftLevels.drift.pValue,
          answer: answerOf({ pValue: adjusted, effect: evidence.effect }),
        })
  const answers = [
    shownScore?.answer ?? 'untested',
    ...(score === null ? breaks.map(({ answer }) => answer) : []),
  ]
  const facts =
    pair.kind === 'numeric'
      ? { reference: numericFacts(pair.reference), current: numericFacts(pair.current) }
      : { reference: otherFacts(pair.reference), current: otherFacts(pair.current) }
  const column = {
    name: pair.name,
    kind: pair.kind,
    answer: answers.includes('drift')
      ? 'drift'
      : answers.includes('possible')
        ? 'possible'
        : (answers[0] ?? 'untested'),
    score: shownScore,
    pValue: evidence?.pValue ?? null,
    adjustedPValue: evidence === null ? null : adjusted,
    effect: evidence?.effect ?? null,
    ...facts,
    shape: shapeOf(pair),
    breaks,
  } satisfies Omit<ColumnDrift, 'says'>
  const says =
    column.answer === 'untested' ? 'Not compared, as one side has no values.' : describeColumn(column)
  return { ...column, says }
}

function nothingKnown(name: string): Omit<ColumnDrift, 'reference' | 'current' | 'says'> {
  return {
    name,
    kind: 'other',
    answer: 'untested',
    score: null,
    pValue: null,
    adjustedPValue: null,
    effect: null,
    shape: null,
    breaks: [],
  }
}

function compareSchema(reference: Table, current: Table, skipped: ReadonlySet<string>): SchemaBreak[] {
  const breaks: SchemaBreak[] = []
  for (const { name, kind } of reference.columns) {
    const now = find(current, name)
    if (skipped.has(name)) continue
    if (now === undefined) breaks.push({ column: name, kind: 'gone', says: `"${name}" is missing.` })
    else if (plainKind(now.kind) !== plainKind(kind) && now.kind !== 'empty' && kind !== 'empty')
      breaks.push({ column: name, kind: 'other-kind', says: `"${name}" was ${kind} and is ${now.kind}.` })
  }
  for (const { name } of current.columns) {
    if (find(reference, name) === undefined && !skipped.has(name))
      breaks.push({ column: name, kind: 'new', says: `"${name}" is new.` })
  }
  return breaks
}

function plainKind(kind: Column['kind']): string {
  return kind === 'integer' ? 'number' : kind === 'date' ? 'timestamp' : kind
}

function findBlocks(reference: NamedTable, current: NamedTable, block: string): BothBlocks {
  const [before, now] = [find(reference.table, block), find(current.table, block)]
  if (before === undefined || now === undefined)
    throw new Problem(
      'bad_request',
      `Cannot keep rows together by "${block}": ${before === undefined ? reference.name : current.name} has no such column`,
    )
  return { reference: blocksOf(before), current: blocksOf(now) }
}

function find(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name)
}
