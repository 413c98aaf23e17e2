import { sortNumbers } from '../stats/sort_numbers.ts'
import { encode, isNumeric, textAt, type Column } from '../data/column.ts'

/** Values of one column as numbers to compare. */
export interface NumericSample {
  /** Ascending, without missing values, NaN and infinities. */
  sorted: Float64Array
  rows: number
  missing: number
}

/** Values of one column as counts of categories. */
export interface CategoricalSample {
  /** One count for each label of the pair. */
  counts: Float64Array
  rows: number
  missing: number
}

/** One column in both tables, made comparable. */
export type Pair =
  | { kind: 'numeric'; name: string; reference: NumericSample; current: NumericSample }
  | {
      kind: 'categorical'
      name: string
      /** All values of either side, ascending: numbers by size, texts by code unit. */
      labels: readonly string[]
      reference: CategoricalSample
      current: CategoricalSample
    }
  /** Nothing to compare, and why, as a clause: "it is text of many kinds". */
  | { kind: 'other'; name: string; why: string }

/** The numbers of a column, sorted; what is missing, NaN or infinite is counted as missing. */
export function numericSample(column: Column): NumericSample {
  const numbers = column.numbers ?? new Float64Array(0)
  const kept = new Float64Array(numbers.length)
  let count = 0
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] ?? NaN
    if (Number.isFinite(value) && column.missing?.[i] !== 1) kept[count++] = value
  }
  return { sorted: sortNumbers(kept.subarray(0, count)), rows: column.length, missing: column.length - count }
}

/** Counts of both columns over the values of either. */
export function categoricalPair(name: string, reference: Column, current: Column): Pair {
  const counted = [countLabels(reference), countLabels(current)] as const
  const labels = [...new Set([...counted[0].keys(), ...counted[1].keys()])].sort(byValue(reference))
  const sample = (column: Column, counts: ReadonlyMap<string, number>): CategoricalSample => {
    const list = Float64Array.from(labels, (label) => counts.get(label) ?? 0)
    return { counts: list, rows: column.length, missing: column.length - sum(list) }
  }
  return {
    kind: 'categorical',
    name,
    labels,
    reference: sample(reference, counted[0]),
    current: sample(current, counted[1]),
  }
}

/** How many different values two columns have together; of numbers, `most` and one more are not counted further. */
export function distinctTogether(reference: Column, current: Column, most: number): number {
  if (!isNumeric(reference) || !isNumeric(current))
    return new Set([...countLabels(reference).keys(), ...countLabels(current).keys()]).size
  const found = new Set<number>()
  for (const { numbers, missing } of [reference, current]) {
    for (let row = 0; row < numbers.length && found.size <= most; row++) {
      const value = numbers[row] ?? NaN
      if (missing?.[row] !== 1 && !Number.isNaN(value)) found.add(value)
    }
  }
  return found.size
}

/** Sum of a list of counts. */
export function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i] ?? 0
  return total
}

/** Counts as shares of their sum; all zero if there are none. */
export function shares(counts: Float64Array): Float64Array {
  const total = sum(counts)
  return total === 0 ? counts : counts.map((count) => count / total)
}

const labelCounts = new WeakMap<Column, Map<string, number>>()

function countLabels(column: Column): Map<string, number> {
  const known = labelCounts.get(column)
  if (known !== undefined) return known
  const { codes, size } = encode(column)
  const perCode = new Float64Array(size)
  const firstRow = new Int32Array(size).fill(-1)
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] ?? -1
    if (code < 0) continue
    perCode[code] = (perCode[code] ?? 0) + 1
    if (firstRow[code] === -1) firstRow[code] = row
  }
  const counts = new Map<string, number>()
  for (let code = 0; code < size; code++) {
    const label = (firstRow[code] ?? -1) < 0 ? null : textAt(column, firstRow[code] ?? 0)
    if (label !== null) counts.set(label, perCode[code] ?? 0)
  }
  labelCounts.set(column, counts)
  return counts
}

function byValue(column: Column): (a: string, b: string) => number {
  if (isNumeric(column)) return (a, b) => Number(a) - Number(b)
  return (a, b) => (a < b ? -1 : a > b ? 1 : 0)
}
