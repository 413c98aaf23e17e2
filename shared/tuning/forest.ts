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

const trees = 30
/** Fewer values than twice this are not parted any more. */
const leastInLeaf = 3
/** So many thresholds are tried along each dimension. */
const thresholds = 2
/** Trees that all say the same are not certain for that. */
const leastVariance = 1e-4

type Node = Leaf | Fork

interface Leaf {
  readonly mean: number
  readonly variance: number
}

interface Fork {
  readonly dimension: number
  readonly threshold: number
  readonly low: Node
  readonly high: Node
}

/**
 * A forest of regression trees, each grown on a sample with repetition and parted at the best of a few random
 * thresholds (Geurts, Ernst and Wehenkel, Machine Learning 63, 2006). Its variance is that between the trees and that
 * within their leaves, as in SMAC (Hutter, Hoos and Leyton-Brown, LION 2011). NaN, a parameter that is not there,
 * lies beyond every threshold.
 */
export function growForest(grown: Grown, random: Random): (place: Float64Array) => Expected {
  const n = grown.places.length
  const roots = Array.from({ length: trees }, () =>
    grow(
      grown,
      Array.from({ length: n }, () => random.below(n)),
      random,
    ),
  )
  return (place) => {
    let [sum, squares, within] = [0, 0, 0]
    for (const root of roots) {
      let node = root
      while ('low' in node) node = isLow(grown, node, place) ? node.low : node.high
      sum += node.mean
      squares += node.mean * node.mean
      within += node.variance
    }
    const mean = sum / trees
    return { mean, variance: Math.max(squares / trees - mean * mean + within / trees, leastVariance) }
  }
}

function grow(grown: Grown, rows: readonly number[], random: Random): Node {
  const leaf = leafOf(grown, rows)
  if (rows.length < 2 * leastInLeaf || leaf.variance < 1e-12) return leaf
  const cut = bestCut(grown, rows, random)
  if (cut === null) return leaf
  const low: number[] = []
  const high: number[] = []
  for (const row of rows) (isLow(grown, cut, grown.places[row]) ? low : high).push(row)
  return { ...cut, low: grow(grown, low, random), high: grow(grown, high, random) }
}

function leafOf({ values }: Grown, rows: readonly number[]): Leaf {
  const mean = rows.reduce((sum, row) => sum + (values[row] ?? NaN), 0) / rows.length
  const variance = rows.reduce((sum, row) => sum + ((values[row] ?? NaN) - mean) ** 2, 0) / rows.length
  return { mean, variance }
}

type Cut = Pick<Fork, 'dimension' | 'threshold'>

/** Of some random thresholds the one that leaves the least variance; null if none parts the rows. */
function bestCut(grown: Grown, rows: readonly number[], random: Random): Cut | null {
  const drawn = (dimension: number): number =>
    grown.places[rows[random.below(rows.length)] ?? 0]?.[dimension] ?? NaN
  let best: Cut | null = null
  let most = -Infinity
  grown.nominal.forEach((isNominal, dimension) => {
    for (let look = 0; look < thresholds; look++) {
      const [a, b] = [drawn(dimension), drawn(dimension)]
      if (!(a < b || a > b)) continue
      const threshold = isNominal ? a : Math.min(a, b) + random.next() * Math.abs(a - b)
      const cut = { dimension, threshold }
      const explained = explainedBy(grown, rows, cut)
      if (explained <= most) continue
      most = explained
      best = cut
    }
  })
  return best
}

/** What a cut explains, up to a constant; -Infinity if all rows lie on one side. */
function explainedBy(grown: Grown, rows: readonly number[], cut: Cut): number {
  let [low, lowSum, highSum] = [0, 0, 0]
  for (const row of rows) {
    const value = grown.values[row] ?? NaN
    if (isLow(grown, cut, grown.places[row])) {
      low++
      lowSum += value
    } else highSum += value
  }
  const high = rows.length - low
  return low === 0 || high === 0 ? -Infinity : (lowSum * lowSum) / low + (highSum * highSum) / high
}

function isLow({ nominal }: Grown, { dimension, threshold }: Cut, place: Float64Array | undefined): boolean {
  const at = place?.[dimension] ?? NaN
  return nominal[dimension] === true ? at === threshold : at <= threshold
}
