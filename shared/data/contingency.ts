import { type Column, encode, type Encoding, isNumeric, isTime, textAt } from './column.ts'
import { sortedNumbers } from './sorted.ts'

/** How often each pair of values of two columns is there; rows where either is missing are left out. */
export interface Contingency {
  /** Counts by value of the first, then of the second: `counts[a].get(b)`. */
  counts: readonly ReadonlyMap<number, number>[]
  /** Rows by value of the first, and of the second. */
  first: Float64Array
  second: Float64Array
  rows: number
}

/** Counts the pairs of two encoded columns. */
export function contingency(a: Encoding, b: Encoding): Contingency {
  if (a.size * b.size <= 4_000_000) return smallContingency(a, b)
  const counts = Array.from({ length: a.size }, () => new Map<number, number>())
  const first = new Float64Array(a.size)
  const second = new Float64Array(b.size)
  let rows = 0
  for (let i = 0; i < a.codes.length; i++) {
    const x = a.codes[i] ?? -1
    const y = b.codes[i] ?? -1
    if (x < 0 || y < 0) continue
    const row = counts[x]
    row?.set(y, (row.get(y) ?? 0) + 1)
    first[x] = (first[x] ?? 0) + 1
    second[y] = (second[y] ?? 0) + 1
    rows++
  }
  return { counts, first, second, rows }
}

/** The same through a matrix: many times as fast where it is not too large. */
function smallContingency(a: Encoding, b: Encoding): Contingency {
  const matrix = new Uint32Array(a.size * b.size)
  let rows = 0
  for (let i = 0; i < a.codes.length; i++) {
    const x = a.codes[i] ?? -1
    const y = b.codes[i] ?? -1
    if (x < 0 || y < 0) continue
    const place = x * b.size + y
    matrix[place] = (matrix[place] ?? 0) + 1
    rows++
  }
  const first = new Float64Array(a.size)
  const second = new Float64Array(b.size)
  const counts = Array.from({ length: a.size }, (_, x) => {
    const row = new Map<number, number>()
    for (let y = 0; y < b.size; y++) {
      const count = matrix[x * b.size + y] ?? 0
      if (count === 0) continue
      row.set(y, count)
      first[x] = (first[x] ?? 0) + count
      second[y] = (second[y] ?? 0) + count
    }
    return row
  })
  return { counts, first, second, rows }
}

/** For each value of the first the most frequent value of the second and its count; -1 where there is none. */
export function majorities({ counts }: Contingency): { value: number; count: number }[] {
  return counts.map((row) => {
    let best = { value: -1, count: 0 }
    for (const [value, count] of row) if (count > best.count) best = { value, count }
    return best
  })
}

const distincts = new WeakMap<Encoding, number>()

/** How many different values are really there. Counted once for an encoding. */
export function distinctOf(encoding: Encoding): number {
  const known = distincts.get(encoding)
  if (known !== undefined) return known
  const count = countDistinct(encoding)
  distincts.set(encoding, count)
  return count
}

function countDistinct(encoding: Encoding): number {
  const seen = new Uint8Array(encoding.size)
  let count = 0
  for (const code of encoding.codes) {
    if (code < 0 || seen[code] === 1) continue
    seen[code] = 1
    count++
  }
  return count
}

/** A text for every code of a column's encoding. */
export function labelsOf(column: Column): string[] {
  const { codes, size } = encode(column)
  if (column.codes !== null) return [...column.dictionary]
  const labels = Array.from({ length: size }, () => '')
  const known = new Uint8Array(size)
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? -1
    if (code < 0 || known[code] === 1) continue
    known[code] = 1
    labels[code] = textAt(column, i) ?? ''
  }
  return labels
}

/** A column of few values as it is; one of many numbers cut into parts with about equal numbers of rows. */
export function binned(column: Column, parts = 20): Encoding {
  const whole = encode(column)
  if (!(isNumeric(column) || isTime(column)) || distinctOf(whole) <= 50) return whole
  const sorted = sortedNumbers(column).all
  const cuts = Array.from(
    { length: parts - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / parts)] ?? NaN,
  )
  const codes = Int32Array.from(column.numbers, (value) => {
    if (!Number.isFinite(value)) return -1
    let part = 0
    while (part < cuts.length && value >= (cuts[part] ?? Infinity)) part++
    return part
  })
  return { codes, size: parts }
}
