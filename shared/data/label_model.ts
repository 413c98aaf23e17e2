import { type Column, encode, isNumeric, isTime } from './column.ts'
import { binned, distinctOf } from './contingency.ts'

/** Inputs as few numbers a row that are not zero: places and values. */
interface Inputs {
  rows: number
  width: number
  /** Where each row begins in `places` and `values`; one more than rows. */
  starts: Int32Array
  places: Int32Array
  values: Float64Array
}

/** How each row's class looks to a model that did not see the row. */
export interface OutOfFold {
  /** Probabilities, row by row, `classes` to a row. */
  probabilities: Float64Array
  classes: number
}

const folds = 5
const passes = 12
const mostKinds = 40

/**
 * Probabilities of each class from multinomial logistic regression over amounts (scaled, and cut into eight parts) and
 * kinds, each row predicted by a model that was trained on the other four fifths. The same each time.
 *
 * @param columns the inputs, all rows of them
 * @param rows which of their rows
 * @param labels per one of these rows its class, from 0
 */
export function predictOutOfFold(
  columns: readonly Column[],
  rows: Int32Array,
  labels: Int32Array,
  classes: number,
): OutOfFold {
  const inputs = inputsOf(columns, rows)
  const probabilities = new Float64Array(rows.length * classes)
  for (let fold = 0; fold < folds; fold++) {
    const weights = train(inputs, labels, classes, fold)
    const scores = new Float64Array(classes)
    for (let row = fold; row < rows.length; row += folds) {
      score(inputs, row, weights, scores)
      probabilities.set(scores, row * classes)
    }
  }
  return { probabilities, classes }
}

function inputsOf(columns: readonly Column[], rows: Int32Array): Inputs {
  const parts = columns.flatMap((column) => partsOf(column, rows))
  const starts = new Int32Array(rows.length + 1)
  const places: number[] = []
  const values: number[] = []
  for (let i = 0; i < rows.length; i++) {
    places.push(0)
    values.push(1)
    let at = 1
    for (const { width, write } of parts) {
      const [place, value] = write(i)
      if (value !== 0) {
        places.push(at + place)
        values.push(value)
      }
      at += width
    }
    starts[i + 1] = places.length
  }
  const width = parts.reduce((sum, part) => sum + part.width, 1)
  return {
    rows: rows.length,
    width,
    starts,
    places: Int32Array.from(places),
    values: Float64Array.from(values),
  }
}

interface Part {
  width: number
  write(row: number): readonly [number, number]
}

function partsOf(column: Column, rows: Int32Array): Part[] {
  const isAmount = isNumeric(column) || isTime(column)
  if (!isAmount && distinctOf(encode(column)) > mostKinds) return []
  const { codes, size } = binned(column, 8)
  const kinds: Part = {
    width: Math.min(size, 64) + 1,
    write: (i) => [Math.min((codes[rows[i] ?? 0] ?? -1) + 1, Math.min(size, 64)), 1],
  }
  if (!isAmount) return [kinds]
  let [count, mean, squares] = [0, 0, 0]
  for (const row of rows) {
    const value = column.numbers[row] ?? NaN
    if (!Number.isFinite(value)) continue
    count++
    const distance = value - mean
    mean += distance / count
    squares += distance * (value - mean)
  }
  const deviation = Math.sqrt(squares / Math.max(1, count)) || 1
  const scaled: Part = {
    width: 1,
    write: (i) => {
      const value = column.numbers[rows[i] ?? 0] ?? NaN
      return [0, Number.isFinite(value) ? Math.max(-4, Math.min(4, (value - mean) / deviation)) : 0]
    },
  }
  return [scaled, kinds]
}

/** Adagrad over the rows that are not of the fold, in an order that a fixed step through them gives. */
function train(inputs: Inputs, labels: Int32Array, classes: number, fold: number): Float64Array {
  const { rows, width, starts, places, values } = inputs
  const weights = new Float64Array(width * classes)
  const seen = new Float64Array(width * classes).fill(1e-8)
  const scores = new Float64Array(classes)
  const stride = strideFor(rows)
  for (let pass = 0; pass < passes; pass++) {
    let row = pass % Math.max(1, rows)
    for (let i = 0; i < rows; i++) {
      row = (row + stride) % rows
      if (row % folds === fold) continue
      score(inputs, row, weights, scores)
      for (let k = 0; k < classes; k++) {
        const error = (scores[k] ?? 0) - (labels[row] === k ? 1 : 0)
        for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at++) {
          const place = (places[at] ?? 0) * classes + k
          const slope = error * (values[at] ?? 0) + 1e-4 * (weights[place] ?? 0)
          seen[place] = (seen[place] ?? 0) + slope * slope
          weights[place] = (weights[place] ?? 0) - (0.3 * slope) / Math.sqrt(seen[place] ?? 1)
        }
      }
    }
  }
  return weights
}

/** Probabilities of the classes for a row. */
function score(
  { starts, places, values }: Inputs,
  row: number,
  weights: Float64Array,
  scores: Float64Array,
): void {
  const classes = scores.length
  scores.fill(0)
  for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at++) {
    const place = (places[at] ?? 0) * classes
    const value = values[at] ?? 0
    for (let k = 0; k < classes; k++) scores[k] = (scores[k] ?? 0) + (weights[place + k] ?? 0) * value
  }
  const most = Math.max(...scores)
  let sum = 0
  for (let k = 0; k < classes; k++) sum += scores[k] = Math.exp((scores[k] ?? 0) - most)
  for (let k = 0; k < classes; k++) scores[k] = (scores[k] ?? 0) / sum
}

/** A step that comes to every row once before it comes again. */
function strideFor(rows: number): number {
  const divides = (a: number, b: number): number => (b === 0 ? a : divides(b, a % b))
  let stride = Math.max(1, Math.floor(rows * 0.6180339887))
  while (divides(stride, rows) > 1) stride++
  return stride
}
