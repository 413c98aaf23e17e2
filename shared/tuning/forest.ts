import type { Random } from '../base/random.ts'

/** What a forest says of a place. */
export interface Expected {
  readonly mean: number
  readonly variance: number
}

/** What a forest has seen: places, and a value at each. */
export interface Grown {
  readonly places: readonly Float64Array[]
  readonly values: readonly number[]
  /** Dimensions along which places are equal or different, with no order. */
  readonly nominal: readonly boolean[]
}

const trees = 50
/** Trees that all say the same are not certain for that. */
const leastVariance = 1e-4

/**
 * A forest of extremely randomised trees (Geurts, Ernst and Wehenkel, Machine Learning 63, 2006): each is grown on all
 * values, parted at the best of one random threshold along each dimension until every leaf holds one value. What a
 * place gets is the mean over the trees; that they part differently makes it a smooth one, and how far they disagree
 * is the variance. NaN, a parameter that is not there, lies beyond every threshold.
 */
export function growForest(grown: Grown, random: Random): (place: Float64Array) => Expected {
  const columns = grown.nominal.map((_, dimension) =>
    Float64Array.from(grown.places, (place) => place[dimension] as number),
  )
  const values = Float64Array.from(grown.values)
  const forest = Array.from({ length: trees }, () => growTree({ columns, values }, grown.nominal, random))
  return (place) => {
    let [sum, squares] = [0, 0]
    for (const tree of forest) {
      const value = valueAt(tree, grown.nominal, place)
      sum += value
      squares += value * value
    }
    const mean = sum / trees
    return { mean, variance: Math.max(squares / trees - mean * mean, leastVariance) }
  }
}

/** Nodes in the order in which they grew: what lies low of one follows it, the other side stands at `high`. */
interface Tree {
  /** The dimension that a node looks at; -1 at a leaf. */
  readonly dimensions: Int16Array
  /** The threshold of a node, the value of a leaf. */
  readonly numbers: Float64Array
  readonly high: Int32Array
}

function valueAt(tree: Tree, nominal: readonly boolean[], place: Float64Array): number {
  const { dimensions, numbers, high } = tree
  let node = 0
  for (let dimension = dimensions[0] as number; dimension >= 0; dimension = dimensions[node] as number) {
    const at = place[dimension] as number
    const threshold = numbers[node] as number
    const low = nominal[dimension] === true ? at === threshold : at <= threshold
    node = low ? node + 1 : (high[node] as number)
  }
  return numbers[node] as number
}

/** What trees are grown on, a column a dimension. */
interface Rows {
  readonly columns: readonly Float64Array[]
  readonly values: Float64Array
}

function growTree({ columns, values }: Rows, nominal: readonly boolean[], random: Random): Tree {
  const n = values.length
  const most = Math.max(2 * n - 1, 1)
  const dimensions = new Int16Array(most).fill(-1)
  const numbers = new Float64Array(most)
  const high = new Int32Array(most)
  const rows = Int32Array.from({ length: n }, (_, row) => row)
  const aside = new Int32Array(n)
  let nodes = 0
  const grow = (from: number, to: number): void => {
    const node = nodes++
    const count = to - from
    let sum = 0
    for (let index = from; index < to; index++) sum += values[rows[index] as number] as number
    numbers[node] = sum / Math.max(count, 1)
    const cut = bestCut(from, to, sum)
    if (cut === null) return
    const column = columns[cut.dimension] as Float64Array
    const isNominal = nominal[cut.dimension] === true
    let [low, beyond] = [from, 0]
    for (let index = from; index < to; index++) {
      const row = rows[index] as number
      const at = column[row] as number
      if (isNominal ? at === cut.threshold : at <= cut.threshold) rows[low++] = row
      else aside[beyond++] = row
    }
    rows.set(aside.subarray(0, beyond), low)
    dimensions[node] = cut.dimension
    numbers[node] = cut.threshold
    grow(from, low)
    high[node] = nodes
    grow(low, to)
  }
  /** What a drawn row has, or the next one that has the parameter. */
  const known = (column: Float64Array, from: number, to: number): number => {
    const start = random.below(to - from)
    for (let look = 0; look < to - from; look++) {
      const at = column[rows[from + ((start + look) % (to - from))] as number] as number
      if (!Number.isNaN(at)) return at
    }
    return NaN
  }
  /** Anywhere between the least and the largest of the rows; all that is there lies low if these are equal. */
  const between = (column: Float64Array, from: number, to: number): number => {
    let [least, largest] = [Infinity, -Infinity]
    for (let index = from; index < to; index++) {
      const at = column[rows[index] as number] as number
      if (at < least) least = at
      if (at > largest) largest = at
    }
    return least + random.next() * (largest - least)
  }
  /** Of a random threshold along each dimension the one that leaves the least variance; null if none parts the rows. */
  const bestCut = (
    from: number,
    to: number,
    sum: number,
  ): { dimension: number; threshold: number } | null => {
    const count = to - from
    let best: { dimension: number; threshold: number } | null = null
    let mostExplained = -Infinity
    for (let dimension = 0; count > 1 && dimension < columns.length; dimension++) {
      const column = columns[dimension] as Float64Array
      const isNominal = nominal[dimension] === true
      const threshold = isNominal ? known(column, from, to) : between(column, from, to)
      let [low, lowSum] = [0, 0]
      for (let index = from; index < to; index++) {
        const row = rows[index] as number
        const at = column[row] as number
        if (isNominal ? at !== threshold : !(at <= threshold)) continue
        low++
        lowSum += values[row] as number
      }
      const explained = (lowSum * lowSum) / low + ((sum - lowSum) * (sum - lowSum)) / (count - low)
      if (low === 0 || low === count || explained <= mostExplained) continue
      mostExplained = explained
      best = { dimension, threshold }
    }
    return best
  }
  grow(0, n)
  return { dimensions, numbers, high }
}
