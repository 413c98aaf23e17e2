import { type CellColumn, type CellError, errorsOfValues, quoted } from './cell_column.ts'

/** So many times as far from the middle as the outermost hundredth begins must a number lie. */
const farness = 6

/** Columns with fewer different numbers are codes and ratings. */
const leastDistinct = 20

/**
 * Numbers far beyond all others: a lost decimal point, two figures in one. What is far is measured by the column's own
 * tail, so that incomes and populations have few. At most one cell in a hundred.
 */
export function outlierErrors(column: CellColumn): CellError[] {
  const numbers = column.values
    .map((value, code) => ({ value, code, number: Number(value) }))
    .filter(({ value, number }) => value !== '' && Number.isFinite(number))
  if (numbers.length < leastDistinct) return []
  const each = numbers.flatMap(({ code, number }) => Array<number>(column.counts[code] ?? 0).fill(number))
  if (each.length < column.filled * 0.8) return []
  const [low, middle, high] = quantiles(each, [0.01, 0.5, 0.99])
  const [least, most] = [low - farness * (middle - low), high + farness * (high - middle)]
  const wrong = new Map<number, Omit<CellError, 'row' | 'column'>>()
  let rows = 0
  for (const { value, code, number } of numbers) {
    const far = (number > most && high > middle) || (number < least && low < middle)
    if (!far) continue
    rows += column.counts[code] ?? 0
    const why = `${quoted(value)} lies far beyond the others, of which nearly all are from ${low} to ${high}`
    wrong.set(code, { kind: 'outlier', why, confidence: 0.6 })
  }
  return rows > column.filled * 0.01 ? [] : errorsOfValues(column, wrong)
}

/** Quantiles of some numbers, each a number that occurs. */
export function quantiles<const Shares extends readonly number[]>(
  numbers: readonly number[],
  shares: Shares,
): { -readonly [At in keyof Shares]: number } {
  const sorted = Float64Array.from(numbers).sort()
  const found = shares.map(
    (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN,
  )
  return found as { -readonly [At in keyof Shares]: number }
}
