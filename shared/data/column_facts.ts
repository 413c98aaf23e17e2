/**
 * What is known of a column before anybody looks closer: the statistics and samples that SortingHat's labelled
 * columns carry, counted as there, so that a model learnt from those fits a column at hand.
 */
export interface ColumnFacts {
  name: string
  /** Rows. */
  total: number
  /** Cells without a value, and those that pandas reads as such. */
  nulls: number
  /** Different values, without nulls. */
  distinct: number
  /** Undefined unless all values are numbers (or all truth values, which count as 0 and 1). */
  numbers?: { mean: number; deviation: number; min: number; max: number }
  /** The first different values, a null as an empty text: five where the column has so many. */
  samples: readonly string[]
}

/** What pandas takes for a missing value when it reads a text. */
const missing: ReadonlySet<string> = new Set([
  '',
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '-nan',
  '1.#IND',
  '1.#QNAN',
  '<NA>',
  'N/A',
  'NA',
  'NULL',
  'NaN',
  'None',
  'n/a',
  'nan',
  'null',
])

const numeric = /^\s*[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf(?:inity)?)\s*$/i

/** So many samples are kept. */
const kept = 5

/**
 * The facts of a column of texts. The deviation is that of the population, as NumPy computes it.
 * @param values one text a row; null where there is none
 */
export function columnFacts(values: readonly (string | null)[], name: string): ColumnFacts {
  const distinct = new Set<string>()
  const samples = new Set<string>()
  let nulls = 0
  let numbers = true
  let truths = true
  let [count, mean, squares] = [0, 0, 0]
  let [min, max] = [Infinity, -Infinity]
  for (const value of values) {
    if (value === null || missing.has(value)) {
      nulls++
      if (samples.size < kept) samples.add('')
      continue
    }
    distinct.add(value)
    if (samples.size < kept) samples.add(value)
    const truth = /^(?:true|false)$/i.test(value)
    truths &&= truth
    numbers &&= numeric.test(value)
    if (!numbers && !truths) continue
    const number = truth ? Number(/^t/i.test(value)) : toNumber(value)
    count++
    const distance = number - mean
    mean += distance / count
    squares += distance * (number - mean)
    if (number < min) min = number
    if (number > max) max = number
  }
  // A truth value and a gap make a column of objects in pandas.
  const counted = count > 0 && count === values.length - nulls && (numbers || (truths && nulls === 0))
  return {
    name,
    total: values.length,
    nulls,
    distinct: numbers && count > 0 ? distinctNumbers(distinct) : distinct.size,
    ...(counted ? { numbers: { mean, deviation: Math.sqrt(squares / count), min, max } } : {}),
    samples: [...samples],
  }
}

function toNumber(text: string): number {
  const infinite = /^\s*([+-]?)inf/i.exec(text)
  return infinite === null ? Number(text) : infinite[1] === '-' ? -Infinity : Infinity
}

/** As numbers 1 and 1.0 are the same value. */
function distinctNumbers(texts: ReadonlySet<string>): number {
  const numbers = new Set<number>()
  for (const text of texts) numbers.add(toNumber(text))
  return numbers.size
}
