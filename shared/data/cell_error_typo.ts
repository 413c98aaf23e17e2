import { type CellColumn, type CellError, errorsOfValues, quoted } from './cell_column.ts'
import { isMissingWord } from './cell_error_missing.ts'
import { isData } from './cell_type.ts'

/** A value is frequent that stands in so many rows. */
const leastFrequent = 3

/** So many frequent values are looked at, and so many pairs compared at most. */
const mostCompared = 3000
const mostComparisons = 4_000_000

/**
 * Rare values that are nearly a frequent one: a letter replaced, lost, doubled or swapped, or only capitals, blanks or
 * accents differ. Columns in which nothing repeats have no frequent values and so no findings.
 */
export function typoErrors(column: CellColumn): CellError[] {
  if (column.filled < 20 || column.distinct > column.filled * 0.6) return []
  const texts = column.values
    .map((value, code) => ({ value, code, rows: column.counts[code] ?? 0 }))
    .filter(({ value }) => value.length >= 2)
  const frequent = texts
    .filter(({ rows, code }) => rows >= leastFrequent && !isData(column.types[code] ?? 'text'))
    .sort((a, b) => b.rows - a.rows)
    .slice(0, mostCompared)
  const rare = texts.filter(({ rows }) => rows <= Math.max(2, column.filled * 0.01))
  const byNormal = new Map<string, (typeof texts)[number]>()
  for (const text of frequent) if (!byNormal.has(normal(text.value))) byNormal.set(normal(text.value), text)
  const wrong = new Map<number, Omit<CellError, 'row' | 'column'>>()
  const slips = new Map<number, Omit<CellError, 'row' | 'column'>>()
  let alone = 0
  for (const { value, code, rows } of rare.slice(0, Math.ceil(mostComparisons / (frequent.length + 1)))) {
    const same = byNormal.get(normal(value))
    if (same !== undefined && same.value !== value && same.rows >= rows * 4) {
      const why = `${quoted(value)} is ${quoted(same.value)} written otherwise`
      wrong.set(code, { kind: 'variant', why, confidence: 0.8, suggestion: same.value })
      continue
    }
    if (value.length < 4 || isData(column.types[code] ?? 'text') || isMissingWord(value)) continue
    const near = nearest({ value, code, rows }, frequent)
    if (near === undefined) {
      alone++
      continue
    }
    const why = `${quoted(value)} is nearly ${quoted(near)}, which is frequent`
    slips.set(code, { kind: 'typo', why, confidence: 0.75, suggestion: near })
  }
  // Among names of people and places rare ones are usual, and some resemble frequent ones by chance.
  if (slips.size > alone) for (const [code, slip] of slips) wrong.set(code, slip)
  return errorsOfValues(column, wrong)
}

function normal(value: string): string {
  return value
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\d]+/gu, '')
}

interface Text {
  value: string
  code: number
  rows: number
}

/** The frequent text that a rare one nearly is: one slip in eight characters, and one at least. */
function nearest(rare: Text, frequent: readonly (Text & { letters?: number })[]): string | undefined {
  const { value } = rare
  const letters = lettersOf(value)
  let best: string | undefined
  let least = 1 + Math.max(1, Math.floor(value.length / 8))
  for (const other of frequent) {
    if (other.rows < Math.max(leastFrequent, rare.rows * (rare.rows > 2 ? 10 : 4))) break
    if (other.code === rare.code || Math.abs(other.value.length - value.length) >= least) continue
    other.letters ??= lettersOf(other.value)
    // One slip changes two kinds of letters at most.
    if (bitsOf(letters ^ other.letters) > 2 * (least - 1) || differsInNumber(value, other.value)) continue
    const distance = editDistance(value, other.value, least)
    if (distance < least) [least, best] = [distance, other.value]
  }
  return best
}

/** Which letters a text has, one bit for each of 32 kinds. */
function lettersOf(text: string): number {
  let bits = 0
  for (let at = 0; at < text.length; at++) bits |= 1 << (text.charCodeAt(at) & 31)
  return bits
}

function bitsOf(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}

/** "Unit 1" and "Unit 2", "scip-inf-1" and "scip-inf-2" are different things: a digit that became another one is no slip. */
function differsInNumber(a: string, b: string): boolean {
  const [left, right] = [a.match(/\d+/g)?.join(' ') ?? '', b.match(/\d+/g)?.join(' ') ?? '']
  return left !== right && left.length === right.length
}

/** Insertions, deletions, replacements and swaps of neighbours from one text to another; `limit` if that many or more. */
export function editDistance(a: string, b: string, limit: number): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + Number(!same))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      row.push(cost)
      if (cost < least) least = cost
    }
    if (least >= limit) return limit
    before = last
    last = row
  }
  return Math.min(limit, last[b.length] ?? limit)
}
