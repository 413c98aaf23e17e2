import { encode, isNumeric, type Column, type Table } from '../data/column.ts'

/** Numbers are put into so many bins of equal count. */
const bins = 20

/**
 * What each column alone explains of the predictions' variation, 0..1 (correlation ratio; numbers in twenty bins of
 * equal count): what hangs on it. A column that matters only together with another one comes out too low.
 * @see Pearson (1905), the correlation ratio η²
 */
export function importanceOf(table: Table, predictions: Column): Record<string, number> {
  const values = numbersOf(predictions)
  const found: Record<string, number> = {}
  for (const column of table.columns) {
    if (column.name === predictions.name) continue
    found[column.name] = ratio(groupsOf(column), values)
  }
  return found
}

/** Classes as numbers: whether it is the most frequent one. */
function numbersOf(column: Column): Float64Array {
  if (column.numbers !== null) return column.numbers
  const { codes, size } = encode(column)
  const counts = new Array<number>(size).fill(0)
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  const first = counts.indexOf(Math.max(...counts))
  return Float64Array.from(codes, (code) => (code < 0 ? NaN : code === first ? 1 : 0))
}

function groupsOf(column: Column): ArrayLike<number> {
  if (!isNumeric(column)) return encode(column).codes
  const sorted = column.numbers.filter((value) => !Number.isNaN(value)).sort()
  const edges = Array.from(
    { length: bins - 1 },
    (_, i) => sorted[Math.floor(((i + 1) / bins) * (sorted.length - 1))] ?? 0,
  )
  return column.numbers.map((value) =>
    Number.isNaN(value) ? -1 : edges.filter((edge) => value > edge).length,
  )
}

function ratio(groups: ArrayLike<number>, values: Float64Array): number {
  const sums = new Map<number, { sum: number; count: number }>()
  let [total, squares, count] = [0, 0, 0]
  values.forEach((value, row) => {
    if (Number.isNaN(value)) return
    const group = groups[row] ?? -1
    const known = sums.get(group) ?? { sum: 0, count: 0 }
    known.sum += value
    known.count++
    sums.set(group, known)
    total += value
    squares += value * value
    count++
  })
  if (count === 0) return 0
  const mean = total / count
  const variation = squares - count * mean * mean
  if (variation <= 1e-12 * squares) return 0
  const between = [...sums.values()].reduce(
    (sum, one) => sum + one.count * (one.sum / one.count - mean) ** 2,
    0,
  )
  // Groups explain something by chance alone.
  const chance = (sums.size - 1) / Math.max(1, count - 1)
  return Math.max(0, (between / variation - chance) / (1 - chance))
}
