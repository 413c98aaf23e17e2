import { hashNumber } from '../stats/hash.ts'
import { type Column, encode, isText, type Table } from './column.ts'
import { countWithin } from './edit_distance.ts'

/** Two rows that are nearly the same, and the column in which they differ. */
export interface NearPair {
  first: number
  second: number
  column: number
}

const most = { rows: 20_000, columns: 40, pairs: 5000, bucket: 30 }

/**
 * Pairs of rows that are equal in all columns but one, and there nearly: a letter or two, case, blanks, the last digit
 * of an amount; or, for long texts, four fifths of the words in threes. That the rest agrees must be more than chance:
 * by how rare the equal values are. Rows are put together by what is left of their hash without one column, so that no
 * pair is looked at that differs in two.
 */
export function nearRows(table: Table): NearPair[] {
  const rows = Math.min(table.rows, most.rows)
  const columns = table.columns.slice(0, most.columns)
  if (rows < 20 || columns.length < 3 || table.columns.length > most.columns) return []
  const encodings = columns.map(encode)
  const hashes = encodings.map(({ codes }, at) =>
    Float64Array.from({ length: rows }, (_, row) =>
      Math.floor(hashNumber((codes[row] ?? -1) + 2, at + 1) / 8),
    ),
  )
  const whole = new Float64Array(rows)
  for (const hash of hashes)
    for (let row = 0; row < rows; row++) whole[row] = (whole[row] ?? 0) + (hash[row] ?? 0)
  const rarity = encodings.map(({ codes, size }) => rarities(codes, size, rows))
  const needed = 2 * Math.log2(rows) + 3
  const found: NearPair[] = []
  columns.forEach((column, at) => {
    if (!isText(column) && column.kind !== 'number') return
    const order = Int32Array.from({ length: rows }, (_, row) => row)
    const rest = Float64Array.from(whole, (sum, row) => sum - (hashes[at]?.[row] ?? 0))
    order.sort((a, b) => (rest[a] ?? 0) - (rest[b] ?? 0) || a - b)
    for (let begin = 0; begin < rows && found.length < most.pairs;) {
      let end = begin + 1
      while (end < rows && rest[order[end] ?? 0] === rest[order[begin] ?? 0]) end++
      if (end - begin > 1 && end - begin <= most.bucket)
        collect(order.subarray(begin, end), { column, at, encodings, rarity, needed }, found)
      begin = end
    }
  })
  return found
}

interface Looked {
  column: Column
  at: number
  encodings: readonly { codes: Int32Array }[]
  /** Per column and row, how many bits its value tells. */
  rarity: readonly Float64Array[]
  needed: number
}

function collect(group: Int32Array, looked: Looked, found: NearPair[]): void {
  const { column, at, encodings, rarity, needed } = looked
  for (let i = 0; i < group.length; i++) {
    for (let j = i + 1; j < group.length; j++) {
      const [a, b] = [group[i] ?? 0, group[j] ?? 0]
      const codes = encodings[at]?.codes
      if (codes?.[a] === codes?.[b] || (codes?.[a] ?? -1) < 0 || (codes?.[b] ?? -1) < 0) continue
      const isEqual = encodings.every((other, k) => k === at || other.codes[a] === other.codes[b])
      const bits = rarity.reduce((sum, each, k) => sum + (k === at ? 0 : (each[a] ?? 0)), 0)
      if (!isEqual || bits < needed || !areNear(column, a, b)) continue
      found.push({ first: Math.min(a, b), second: Math.max(a, b), column: at })
      break
    }
  }
}

function rarities(codes: Int32Array, size: number, rows: number): Float64Array {
  const counts = new Float64Array(size + 1)
  for (let row = 0; row < rows; row++)
    counts[(codes[row] ?? -1) + 1] = (counts[(codes[row] ?? -1) + 1] ?? 0) + 1
  return Float64Array.from(
    { length: rows },
    (_, row) => -Math.log2((counts[(codes[row] ?? -1) + 1] ?? 1) / rows),
  )
}

function areNear(column: Column, a: number, b: number): boolean {
  if (column.numbers !== null && column.codes === null) {
    const [x, y] = [column.numbers[a] ?? NaN, column.numbers[b] ?? NaN]
    return Math.abs(x - y) <= 1e-6 * Math.max(Math.abs(x), Math.abs(y))
  }
  const [x, y] = [
    column.dictionary[column.codes?.[a] ?? -1] ?? '',
    column.dictionary[column.codes?.[b] ?? -1] ?? '',
  ]
  const [p, q] = [plain(x), plain(y)]
  if (p === q) return true
  // Other digits are another thing: flat 1 and flat 2.
  if (p.replace(/\D/g, '') !== q.replace(/\D/g, '')) return false
  if (p.length <= 60) return p.length >= 5 && countWithin(p, q, p.length >= 12 ? 2 : 1)
  return resemblance(p, q) >= 0.8
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\d]+/gu, ' ')
    .trim()
}

/** Which share of the threes of words of two texts are in both. @see Broder (1997), resemblance */
export function resemblance(a: string, b: string): number {
  const [first, second] = [threes(a), threes(b)]
  const both = [...first].filter((three) => second.has(three)).length
  const either = first.size + second.size - both
  return either === 0 ? 1 : both / either
}

/** Each three words that follow each other. */
export function threes(text: string): Set<string> {
  const words = text.split(' ')
  const found = new Set<string>()
  for (let i = 0; i + 2 < words.length; i++) found.add(words.slice(i, i + 3).join(' '))
  return found
}
