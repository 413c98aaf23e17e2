import { softmax, type TreeEnsemble } from '../../shared/data/tree_ensemble.ts'

/** Rows of features, one array a feature. */
export interface Table {
  columns: readonly Float64Array[]
  rows: number
}

/** How trees are grown. */
export interface Boosting {
  rounds: number
  /** At most 128: a tree's nodes must be addressed by one byte. */
  leaves: number
  rate: number
  /** Rows a leaf must hold, at least. */
  leastRows: number
  /** Keeps leaf values small. */
  ridge: number
  /** Share of the features that a tree may use. */
  features: number
  /** Share of the rows that a round sees. */
  rows: number
  seed: number
}

/** What did well within training folds. */
export const usualBoosting: Boosting = {
  rounds: 150,
  leaves: 15,
  rate: 0.1,
  leastRows: 5,
  ridge: 2,
  features: 0.35,
  rows: 0.8,
  seed: 1,
}

/** Values of a feature are put into so many bins, and one for NaN. */
const bins = 64

interface Binned {
  /** Per feature, the bin of each row; the one after the last is NaN. */
  codes: readonly Uint8Array[]
  /** Per feature, whether it is 0 or 1 and mostly 0: such are counted by row, and only where they are 1. */
  sparse: readonly boolean[]
  /** Per row, the sparse features that are 1. */
  ones: readonly Int16Array[]
  /** Per feature, the upper bound of each bin but the last. */
  bounds: readonly Float32Array[]
}

/**
 * Trains boosted trees by Newton steps on the log loss over histograms, leaf by leaf.
 * The same data and seed give the same trees on every machine.
 * @see Friedman (2001): Greedy function approximation; Ke and others (2017): LightGBM
 */
export function trainTrees(table: Table, labels: Uint8Array, classes: number, how: Boosting): TreeEnsemble {
  const random = mulberry(how.seed)
  const binned = bin(table)
  const { rows } = table
  const base = Float32Array.from({ length: classes }, (_, of) =>
    Math.log(
      Math.max(
        1,
        labels.reduce((count, label) => count + Number(label === of), 0),
      ) / rows,
    ),
  )
  const scores = Array.from({ length: rows }, () => Float64Array.from(base))
  const nodes = new Nodes()
  const gradient = new Float64Array(rows)
  const hessian = new Float64Array(rows)
  for (let round = 0; round < how.rounds; round++) {
    const chosen: number[] = []
    for (let row = 0; row < rows; row++) if (random() < how.rows) chosen.push(row)
    const probabilities = scores.map(softmax)
    for (let of = 0; of < classes; of++) {
      for (let row = 0; row < rows; row++) {
        const p = probabilities[row]?.[of] ?? 0
        gradient[row] = p - Number(labels[row] === of)
        hessian[row] = Math.max(1e-6, p * (1 - p) * (classes / (classes - 1)))
      }
      const features = binned.codes.map((_, at) => at).filter(() => random() < how.features)
      const offsets = [0]
      for (const feature of features) offsets.push(offsets.at(-1)! + cellsOf(binned, feature))
      const growing = { binned, gradient, hessian, features, offsets, how }
      const root = growTree(nodes, growing, Int32Array.from(chosen))
      for (let row = 0; row < rows; row++) {
        const score = scores[row]
        if (score !== undefined)
          score[of] =
            (score[of] ?? 0) + nodes.valueOf(root, (feature) => table.columns[feature]?.[row] ?? NaN)
      }
    }
  }
  return nodes.ensemble(classes, base)
}

/** The nodes of all trees, while they grow. */
class Nodes {
  roots: number[] = []
  feature: number[] = []
  left: number[] = []
  nanLeft: number[] = []
  number: number[] = []

  /** Adds a leaf and returns its index. */
  add(value: number): number {
    this.feature.push(-1)
    this.left.push(0)
    this.nanLeft.push(0)
    this.number.push(Math.fround(value))
    return this.feature.length - 1
  }

  valueOf(root: number, read: (feature: number) => number): number {
    let at = root
    for (let feature = this.feature[at]!; feature >= 0; feature = this.feature[at]!) {
      const value = read(feature)
      const goesLeft = Number.isNaN(value) ? this.nanLeft[at] === 1 : value <= this.number[at]!
      at = root + this.left[at]! + (goesLeft ? 0 : 1)
    }
    return this.number[at]!
  }

  ensemble(classes: number, base: Float32Array): TreeEnsemble {
    return {
      classes,
      roots: Int32Array.from(this.roots),
      feature: Int16Array.from(this.feature),
      left: Uint8Array.from(this.left),
      nanLeft: Uint8Array.from(this.nanLeft),
      number: Float32Array.from(this.number),
      base,
    }
  }
}

interface Growing {
  binned: Binned
  gradient: Float64Array
  hessian: Float64Array
  features: readonly number[]
  /** Per place in `features`, where its cells begin in a histogram; then the histogram's length. */
  offsets: readonly number[]
  how: Boosting
}

interface Leaf {
  node: number
  rows: Int32Array
  /** Per feature and bin: gradient, hessian, rows. */
  histogram: Float64Array
  split?: Split
}

interface Split {
  feature: number
  bin: number
  nanLeft: boolean
  gain: number
}

/** Cells of a feature: three for each bin and for NaN. */
function cellsOf(binned: Binned, feature: number): number {
  return (binned.bounds[feature]!.length + 2) * 3
}

function growTree(nodes: Nodes, growing: Growing, rows: Int32Array): number {
  const { how, binned } = growing
  const root = nodes.add(0)
  nodes.roots.push(root)
  const start: Leaf = { node: root, rows, histogram: histogramOf(growing, rows) }
  const leaves = [withSplit(start, growing)]
  while (leaves.length < how.leaves) {
    const best = leaves.reduce((a, b) => ((b.split?.gain ?? 0) > (a.split?.gain ?? 0) ? b : a))
    const { split } = best
    if (split === undefined) break
    leaves.splice(leaves.indexOf(best), 1)
    const codes = binned.codes[split.feature]!
    const nan = binned.bounds[split.feature]!.length + 1
    const goesLeft = (row: number): boolean => (codes[row] === nan ? split.nanLeft : codes[row]! <= split.bin)
    const [left, right] = [best.rows.filter(goesLeft), best.rows.filter((row) => !goesLeft(row))]
    const [leftNode, rightNode] = [nodes.add(0), nodes.add(0)]
    nodes.feature[best.node] = split.feature
    nodes.number[best.node] = binned.bounds[split.feature]![split.bin]!
    nodes.nanLeft[best.node] = Number(split.nanLeft)
    nodes.left[best.node] = leftNode - root
    // The larger child's histogram is what the smaller one leaves of the parent's.
    const smaller = left.length < right.length ? left : right
    const counted = histogramOf(growing, smaller)
    const other = best.histogram.map((sum, at) => sum - counted[at]!)
    leaves.push(
      withSplit({ node: leftNode, rows: left, histogram: smaller === left ? counted : other }, growing),
    )
    leaves.push(
      withSplit({ node: rightNode, rows: right, histogram: smaller === right ? counted : other }, growing),
    )
  }
  for (const leaf of leaves) {
    let [gradient, hessian] = [0, 0]
    for (const row of leaf.rows) {
      gradient += growing.gradient[row]!
      hessian += growing.hessian[row]!
    }
    nodes.number[leaf.node] = Math.fround((-how.rate * gradient) / (hessian + how.ridge))
  }
  return root
}

function histogramOf(
  { binned, gradient, hessian, features, offsets }: Growing,
  rows: Int32Array,
): Float64Array {
  const histogram = new Float64Array(offsets.at(-1)!)
  const placeOf = new Int16Array(binned.codes.length).fill(-1)
  let [allG, allH] = [0, 0]
  for (const row of rows) {
    allG += gradient[row]!
    allH += hessian[row]!
  }
  features.forEach((feature, place) => {
    if (binned.sparse[feature]!) {
      placeOf[feature] = place
      return
    }
    const codes = binned.codes[feature]!
    const offset = offsets[place]!
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!
      const cell = offset + codes[row]! * 3
      histogram[cell]! += gradient[row]!
      histogram[cell + 1]! += hessian[row]!
      histogram[cell + 2]! += 1
    }
  })
  for (const row of rows) {
    for (const feature of binned.ones[row]!) {
      const place = placeOf[feature]!
      if (place < 0) continue
      const cell = offsets[place]! + 3
      histogram[cell]! += gradient[row]!
      histogram[cell + 1]! += hessian[row]!
      histogram[cell + 2]! += 1
    }
  }
  for (const [feature, place] of placeOf.entries()) {
    if (place < 0 || !binned.sparse[feature]!) continue
    const cell = offsets[place]!
    histogram[cell] = allG - histogram[cell + 3]!
    histogram[cell + 1] = allH - histogram[cell + 4]!
    histogram[cell + 2] = rows.length - histogram[cell + 5]!
  }
  return histogram
}

function withSplit(leaf: Leaf, { features, offsets, how, binned }: Growing): Leaf {
  let best: Split | undefined
  const gainOf = (g: number, h: number): number => (g * g) / (h + how.ridge)
  features.forEach((feature, place) => {
    const [offset, end] = [offsets[place]!, offsets[place + 1]!]
    let [g, h, n] = [0, 0, 0]
    for (let cell = offset; cell < end; cell += 3) {
      g += leaf.histogram[cell]!
      h += leaf.histogram[cell + 1]!
      n += leaf.histogram[cell + 2]!
    }
    const nan = end - 3
    const [nanG, nanH, nanN] = [
      leaf.histogram[nan]!,
      leaf.histogram[nan + 1]!,
      Math.round(leaf.histogram[nan + 2]!),
    ]
    const whole = gainOf(g, h)
    for (const nanLeft of nanN > 0 ? [true, false] : [false]) {
      let [leftG, leftH, leftN] = nanLeft ? [nanG, nanH, nanN] : [0, 0, 0]
      for (let bin = 0; bin < binned.bounds[feature]!.length; bin++) {
        const cell = offset + bin * 3
        leftG += leaf.histogram[cell]!
        leftH += leaf.histogram[cell + 1]!
        leftN += leaf.histogram[cell + 2]!
        if (leftN < how.leastRows) continue
        if (n - leftN < how.leastRows) break
        const gain = gainOf(leftG, leftH) + gainOf(g - leftG, h - leftH) - whole
        if (gain > (best?.gain ?? 1e-7)) best = { feature, bin, nanLeft, gain }
      }
    }
  })
  return best === undefined ? leaf : { ...leaf, split: best }
}

function bin({ columns, rows }: Table): Binned {
  const bounds = columns.map(boundsOf)
  const codes = columns.map((column, feature) => {
    const limits = bounds[feature]!
    const coded = new Uint8Array(rows)
    for (let row = 0; row < rows; row++) {
      const value = column[row]!
      coded[row] = Number.isNaN(value) ? limits.length + 1 : firstAtLeast(limits, value)
    }
    return coded
  })
  const sparse = columns.map(
    (column) =>
      column.every((value) => value === 0 || value === 1) && sum(column) < rows * 0.2 && sum(column) > 0,
  )
  const ones = Array.from({ length: rows }, (_, row) =>
    Int16Array.from(
      columns.flatMap((column, feature) => (sparse[feature]! && column[row] === 1 ? [feature] : [])),
    ),
  )
  return { codes, bounds, sparse, ones }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Bounds between bins of about as many rows, each in the middle between two values that occur. */
function boundsOf(column: Float64Array): Float32Array {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort()
  const distinct = [...new Set(sorted)]
  const bounds: number[] = []
  if (distinct.length <= bins) {
    for (let at = 1; at < distinct.length; at++) bounds.push(middle(distinct[at - 1]!, distinct[at]!))
  } else {
    for (let part = 1; part < bins; part++) {
      const at = Math.floor((part * sorted.length) / bins)
      let before = at - 1
      while (before >= 0 && sorted[before] === sorted[at]) before--
      if (before >= 0) bounds.push(middle(sorted[before]!, sorted[at]!))
    }
  }
  return Float32Array.from(new Set(bounds)).sort()
}

function middle(low: number, high: number): number {
  if (!Number.isFinite(low)) return Math.fround(high - 1)
  if (!Number.isFinite(high)) return Math.fround(low + 1)
  return Math.fround(low + (high - low) / 2)
}

function firstAtLeast(limits: Float32Array, value: number): number {
  let [low, high] = [0, limits.length]
  while (low < high) {
    const half = (low + high) >> 1
    if (value <= limits[half]!) high = half
    else low = half + 1
  }
  return low
}

/** Random numbers in 0..1 from a seed (Tommy Ettinger's mulberry32). */
export function mulberry(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
