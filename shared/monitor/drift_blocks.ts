import type { Random } from '../base/random.ts'
import type { Column } from '../data/column.ts'
import { encode, isTime } from '../data/column.ts'
import type { Evidence } from './drift_calibrated.ts'
import type { Pair } from './sample.ts'

const permutations = 999
const bins = 32
const dayMs = 86_400_000

/** Block of each row, from 0; -1 where the row has none. */
export interface Blocks {
  codes: Int32Array
  count: number
}

/** Rows of one day, or of one value of any other column, belong together. */
export function blocksOf(column: Column): Blocks {
  if (!isTime(column)) {
    const { codes, size } = encode(column)
    return { codes, count: size }
  }
  const places = new Map<number, number>()
  const codes = column.numbers.map((ms, i) => (column.missing?.[i] === 1 ? NaN : Math.floor(ms / dayMs)))
  const coded = Int32Array.from(codes, (day) => {
    if (Number.isNaN(day)) return -1
    const place = places.get(day) ?? places.size
    places.set(day, place)
    return place
  })
  return { codes: coded, count: places.size }
}

/** One column on both sides with the blocks of its rows. */
export interface BlockedPair {
  reference: Column
  current: Column
  blocks: { reference: Blocks; current: Blocks }
}

/**
 * The probability that whole blocks, dealt out at random to the two sides, differ as much: rows of one day are
 * alike, so that counting each of them as a witness of its own makes chance look like change.
 * @returns the evidence with its probability replaced, never smaller than 1 in 1000
 * @see Fisher's permutation test on blocks; Good (2005), section 3.7
 */
export function weighByBlocks(
  evidence: Evidence,
  pair: Exclude<Pair, { kind: 'other' }>,
  { reference, current, blocks }: BlockedPair,
  random: Random,
): Evidence {
  const place = binOf(pair)
  const width = pair.kind === 'numeric' ? bins : pair.labels.length
  const table = [
    ...countBlocks(reference, blocks.reference, width, place),
    ...countBlocks(current, blocks.current, width, place),
  ]
  const first = blocks.reference.count
  const difference = pair.kind === 'numeric' ? largestStep : halfOfGaps
  const observed = difference(table, first, width)
  let asLarge = 0
  for (let i = 0; i < permutations; i++) {
    deal(table, first, random)
    if (difference(table, first, width) >= observed - 1e-12) asLarge++
  }
  return { ...evidence, pValue: Math.max(evidence.pValue, (1 + asLarge) / (1 + permutations)) }
}

/** Which bin the value of a row falls into: equal shares of the pooled numbers, or the category. */
function binOf(pair: Exclude<Pair, { kind: 'other' }>): (column: Column, row: number) => number {
  if (pair.kind === 'numeric') {
    const pooled = Float64Array.from([...pair.reference.sorted, ...pair.current.sorted]).sort()
    const edges = Float64Array.from(
      { length: bins - 1 },
      (_, i) => pooled[Math.floor(((i + 1) * pooled.length) / bins)] ?? 0,
    )
    return (column, row) => {
      const value = column.missing?.[row] === 1 ? NaN : (column.numbers?.[row] ?? NaN)
      return Number.isFinite(value) ? placeOf(edges, value) : -1
    }
  }
  const places = new Map(pair.labels.map((label, i) => [label, i]))
  const cache = new WeakMap<Column, Int32Array>()
  return (column, row) => {
    let byCode = cache.get(column)
    if (byCode === undefined) {
      byCode = Int32Array.from(column.dictionary, (label) => places.get(label) ?? -1)
      cache.set(column, byCode)
    }
    if (column.codes !== null) return byCode[column.codes[row] ?? -1] ?? -1
    return column.missing?.[row] === 1 ? -1 : (places.get(String(column.numbers?.[row])) ?? -1)
  }
}

function placeOf(edges: Float64Array, value: number): number {
  let [low, high] = [0, edges.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (value < (edges[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return low
}

function countBlocks(
  column: Column,
  { codes, count }: Blocks,
  width: number,
  place: (column: Column, row: number) => number,
): Float64Array[] {
  const table = Array.from({ length: count }, () => new Float64Array(width))
  for (let row = 0; row < column.length; row++) {
    const bin = place(column, row)
    const counts = table[codes[row] ?? -1]
    if (bin >= 0 && counts !== undefined) counts[bin] = (counts[bin] ?? 0) + 1
  }
  return table
}

function totals(table: readonly Float64Array[], from: number, to: number, width: number): Float64Array {
  const total = new Float64Array(width)
  for (let block = from; block < to; block++) {
    const counts = table[block]
    for (let bin = 0; bin < width; bin++) total[bin] = (total[bin] ?? 0) + (counts?.[bin] ?? 0)
  }
  const all = total.reduce((sum, count) => sum + count, 0)
  return all === 0 ? total : total.map((count) => count / all)
}

function largestStep(table: readonly Float64Array[], first: number, width: number): number {
  const [a, b] = [totals(table, 0, first, width), totals(table, first, table.length, width)]
  let [gap, largest] = [0, 0]
  for (let bin = 0; bin < width; bin++) {
    gap += (a[bin] ?? 0) - (b[bin] ?? 0)
    largest = Math.max(largest, Math.abs(gap))
  }
  return largest
}

function halfOfGaps(table: readonly Float64Array[], first: number, width: number): number {
  const [a, b] = [totals(table, 0, first, width), totals(table, first, table.length, width)]
  return a.reduce((sum, share, bin) => sum + Math.abs(share - (b[bin] ?? 0)), 0) / 2
}

/** Puts a random choice of the blocks first. */
function deal(table: Float64Array[], first: number, random: Random): void {
  for (let i = 0; i < Math.min(first, table.length - 1); i++) {
    const other = i + random.below(table.length - i)
    const kept = table[i] as Float64Array
    table[i] = table[other] as Float64Array
    table[other] = kept
  }
}
