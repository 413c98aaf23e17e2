import { type CellColumn, type CellError, errorsOfValues, quoted } from './cell_column.ts'
import { quantiles } from './cell_error_outlier.ts'
import { isData } from './cell_type.ts'

/** Texts that never are a value. */
const always =
  /^(?:n\/a|#n\/a|na|nan|null|nil|<na>|\?+|-{1,3}|\.{1,3}|—|not available|not applicable|missing|tbd|#null!|#div\/0!|#ref!|#value!|#name\?)$/i

/** Texts that are a value of a column of words, but not of one of numbers or dates. */
const amongData = /^(?:none|unknown|unk|empty|blank|no data|not known|undefined|x|xx+|\*+)$/i

/** Numbers that stand for a missing one where they lie far from all others. */
const codes: ReadonlySet<string> = new Set([
  '-1',
  '-9',
  '-99',
  '-999',
  '-9999',
  '-99999',
  '99',
  '999',
  '9999',
  '99999',
  '999999',
  '-200',
  '-888',
])

/**
 * Cells that say by a text or an odd number that they hold nothing.
 * @param conventions words that the table uses for it throughout: those are how it is written, and no errors
 */
export function missingErrors(column: CellColumn, conventions: ReadonlySet<string>): CellError[] {
  const data = column.types.reduce(
    (sum, type, code) => sum + (isData(type) ? (column.counts[code] ?? 0) : 0),
    0,
  )
  const wrong = new Map<number, Omit<CellError, 'row' | 'column'>>()
  const ofData = data > column.filled * 0.5
  column.values.forEach((value, code) => {
    const rows = column.counts[code] ?? 0
    if (always.test(value) && rows < column.filled && !isLocalCode(column, value)) {
      wrong.set(code, {
        kind: 'missing',
        why: `${quoted(value)} stands for a missing value`,
        confidence: 0.99,
        suggestion: '',
      })
    } else if (amongData.test(value) && ofData && !conventions.has(value)) {
      wrong.set(code, {
        kind: 'missing',
        why: `${quoted(value)} stands for a missing value among data`,
        confidence: 0.99,
        suggestion: '',
      })
    }
  })
  for (const [code, why] of oddNumbers(column))
    wrong.set(code, { kind: 'missing', why, confidence: 0.7, suggestion: '' })
  return errorsOfValues(column, wrong)
}

/** Whether a text never is a value. */
export function isMissingWord(value: string): boolean {
  return always.test(value)
}

/** Words for "nothing" that several columns use, in a table without empty cells. */
export function missingConventions(columns: readonly CellColumn[]): Set<string> {
  const users = new Map<string, number>()
  for (const { values } of columns) {
    for (const value of values) if (amongData.test(value)) users.set(value, (users.get(value) ?? 0) + 1)
  }
  const empty = columns.some(({ values }) => values.includes(''))
  return new Set(empty ? [] : [...users].filter(([, count]) => count > 1).map(([value]) => value))
}

/** "NA" among other codes of two letters is Namibia, North America or a state. */
function isLocalCode({ values, counts, filled }: CellColumn, value: string): boolean {
  if (!/^[a-z]{2}$/i.test(value)) return false
  let rows = 0
  values.forEach((other, code) => {
    if (/^[a-z]{2}$/i.test(other)) rows += counts[code] ?? 0
  })
  return rows > filled * 0.8
}

/** Numbers that say "none": at the edge, and alone beyond a wide gap. */
function oddNumbers(column: CellColumn): [number, string][] {
  const numbers = column.values
    .map((value, code) => ({ value, code, number: Number(value), rows: column.counts[code] ?? 0 }))
    .filter(({ value, number }) => value !== '' && !Number.isNaN(number))
  const usual = numbers.filter(({ value }) => !codes.has(value)).map(({ number }) => number)
  if (usual.length < 10 || numbers.reduce((sum, { rows }) => sum + rows, 0) < column.filled * 0.8) return []
  const [low, high] = quantiles(usual, [0.005, 0.995])
  const range = high - low
  return numbers
    .filter(({ value, number }) => {
      if (!codes.has(value)) return false
      return (number < 0 && low >= 0) || number < low - range || number > high + range
    })
    .map(({ code, value, rows }) => [
      code,
      `${quoted(value)} stands for a missing value in ${rows} ${rows === 1 ? 'row' : 'rows'}: the others lie from ${low} to ${high}`,
    ])
}
