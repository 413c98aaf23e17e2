import type { Random } from '../base/random.ts'

/** A column of features with NaN where missing. */
export type Feature = Float64Array

/** How trees are grown. */
export interface Growth {
  rounds: number
  depth: number
  rate: number
  /** Rows that a leaf holds at least. */
  leastRows: number
}

/** What did well on tables of some thousand rows. */
export const usualGrowth: Growth = { rounds: 60, depth: 4, rate: 0.1, leastRows: 20 }

/** Trees added up: a number for each row, or the logarithm of the odds. */
export interface BoostedTrees {
  base: number
  trees: readonly Tree[]
}

/** Nodes by number; the children of node n are 2n + 1 and 2n + 2. A node without a feature is a leaf. */
interface Tree {
  feature: Int16Array
  threshold: Float64Array
  missingLeft: Uint8Array
  value: Float64Array
}

const bins = 32

/**
 * Boosted regression trees over histograms: `number` for the mean, `odds` for a chance (truth 0 or 1).
 * @param random draws four rows of five for each tree
 * @see Friedman (2001), gradient boosting; Friedman (2002), stochastic
 */
export function growTrees(
  features: readonly Feature[],
  truth: Float64Array,
  { kind, random, growth = usualGrowth }: { kind: 'number' | 'odds'; random: Random; growth?: Growth },
): BoostedTrees {
  const rows = truth.length
  const mean = truth.reduce((sum, value) => sum + value, 0) / Math.max(1, rows)
  const held = Math.min(1 - 1e-6, Math.max(1e-6, mean))
  const base = kind === 'number' ? mean : Math.log(held / (1 - held))
  const binned = features.map(binFeature)
  const score = new Float64Array(rows).fill(base)
  const trees: Tree[] = []
  for (let round = 0; round < growth.rounds; round++) {
    const gradient = new Float64Array(rows)
    const weight = new Float64Array(rows)
    for (let row = 0; row < rows; row++) {
      const now = score[row] ?? 0
      const chance = kind === 'odds' ? 1 / (1 + Math.exp(-now)) : now
      gradient[row] = (truth[row] ?? 0) - chance
      weight[row] = random.next() < 0.8 ? (kind === 'odds' ? chance * (1 - chance) : 1) : 0
    }
    const tree = growTree(binned, { gradient, weight }, growth)
    trees.push(tree)
    for (let row = 0; row < rows; row++)
      score[row] = (score[row] ?? 0) + leafValue(tree, (feature) => features[feature]?.[row] ?? NaN)
  }
  return { base, trees }
}

/** What the trees say to a row: a number, or the logarithm of the odds. */
export function readTrees({ base, trees }: BoostedTrees, features: readonly Feature[], row: number): number {
  return trees.reduce(
    (sum, tree) => sum + leafValue(tree, (feature) => features[feature]?.[row] ?? NaN),
    base,
  )
}

interface Binned {
  codes: Uint8Array
  /** Upper bound of each bin but the last; the bin behind the last is for missing values. */
  bounds: Float64Array
}

function binFeature(values: Feature): Binned {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const bounds = new Set<number>()
  for (let bin = 1; bin < bins; bin++) {
    const place = Math.floor((bin * sorted.length) / bins)
    const [below, here] = [sorted[Math.max(0, place - 1)] ?? 0, sorted[place] ?? 0]
    if (below < here) bounds.add((below + here) / 2)
  }
  // Few values: a bound between each two of them.
  const kinds = firstKinds(sorted)
  if (kinds.length <= bins) kinds.slice(1).forEach((value, i) => bounds.add(((kinds[i] ?? 0) + value) / 2))
  const edges = Float64Array.from([...bounds].sort((a, b) => a - b).slice(0, 60))
  const codes = new Uint8Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? NaN
    let [low, high] = [0, edges.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (value <= (edges[middle] ?? 0)) high = middle
      else low = middle + 1
    }
    codes[row] = Number.isNaN(value) ? edges.length + 1 : low
  }
  return { codes, bounds: edges }
}

/** The values that differ, as far as they are few: one more than `bins` says that there are more. */
function firstKinds(sorted: Float64Array): number[] {
  const kinds: number[] = []
  for (let i = 0; i < sorted.length && kinds.length <= bins; i++) {
    const value = sorted[i] ?? 0
    if (i === 0 || value !== sorted[i - 1]) kinds.push(value)
  }
  return kinds
}

function growTree(
  binned: readonly Binned[],
  { gradient, weight }: { gradient: Float64Array; weight: Float64Array },
  { depth, rate, leastRows }: Growth,
): Tree {
  const size = 2 ** (depth + 1) - 1
  const tree: Tree = {
    feature: new Int16Array(size).fill(-1),
    threshold: new Float64Array(size),
    missingLeft: new Uint8Array(size),
    value: new Float64Array(size),
  }
  const rows = Int32Array.from(gradient.keys()).filter((row) => (weight[row] ?? 0) > 0)
  const nodes: { at: number; rows: Int32Array }[] = [{ at: 0, rows }]
  for (let next = nodes.pop(); next !== undefined; next = nodes.pop()) {
    const { at, rows: here } = next
    let [sum, mass] = [0, 0]
    for (const row of here) {
      sum += gradient[row] ?? 0
      mass += weight[row] ?? 0
    }
    tree.value[at] = (rate * sum) / (mass + 1)
    if (2 * at + 2 >= size || here.length < 2 * leastRows) continue
    const split = bestSplit(binned, here, { gradient, weight, sum, mass, leastRows })
    if (split === null) continue
    tree.feature[at] = split.feature
    tree.threshold[at] = binned[split.feature]?.bounds[split.bin] ?? 0
    tree.missingLeft[at] = split.missingLeft ? 1 : 0
    const { codes, bounds } = binned[split.feature] ?? { codes: new Uint8Array(), bounds: [] }
    const goesLeft = (row: number): boolean => {
      const code = codes[row] ?? 0
      return code === bounds.length + 1 ? split.missingLeft : code <= split.bin
    }
    nodes.push({ at: 2 * at + 1, rows: here.filter(goesLeft) })
    nodes.push({ at: 2 * at + 2, rows: here.filter((row) => !goesLeft(row)) })
  }
  return tree
}

interface Split {
  feature: number
  bin: number
  missingLeft: boolean
  gain: number
}

function bestSplit(
  binned: readonly Binned[],
  rows: Int32Array,
  all: { gradient: Float64Array; weight: Float64Array; sum: number; mass: number; leastRows: number },
): Split | null {
  let best: Split | null = null
  const { gradient, weight } = all
  const worth = (sum: number, mass: number): number => (sum * sum) / (mass + 1)
  const before = worth(all.sum, all.mass)
  binned.forEach(({ codes, bounds }, feature) => {
    const width = bounds.length + 2
    const [sums, masses, counts] = [new Float64Array(width), new Float64Array(width), new Int32Array(width)]
    // Counted by place: this is nearly all that growing costs, and an iterator would double it.
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] ?? 0
      const code = codes[row] ?? 0
      sums[code] = (sums[code] ?? 0) + (gradient[row] ?? 0)
      masses[code] = (masses[code] ?? 0) + (weight[row] ?? 0)
      counts[code] = (counts[code] ?? 0) + 1
    }
    const missing = { sum: sums[width - 1] ?? 0, mass: masses[width - 1] ?? 0, count: counts[width - 1] ?? 0 }
    for (const missingLeft of missing.count > 0 ? [true, false] : [true]) {
      let [sum, mass, count] = missingLeft ? [missing.sum, missing.mass, missing.count] : [0, 0, 0]
      for (let bin = 0; bin < bounds.length; bin++) {
        sum += sums[bin] ?? 0
        mass += masses[bin] ?? 0
        count += counts[bin] ?? 0
        if (count < all.leastRows || rows.length - count < all.leastRows) continue
        const gain = worth(sum, mass) + worth(all.sum - sum, all.mass - mass) - before
        if (gain > 1e-9 && gain > (best?.gain ?? 0)) best = { feature, bin, missingLeft, gain }
      }
    }
  })
  return best
}

function leafValue(tree: Tree, valueOf: (feature: number) => number): number {
  let at = 0
  for (let feature = tree.feature[at] ?? -1; feature >= 0; feature = tree.feature[at] ?? -1) {
    const value = valueOf(feature)
    const left = Number.isNaN(value) ? tree.missingLeft[at] === 1 : value <= (tree.threshold[at] ?? 0)
    at = 2 * at + (left ? 1 : 2)
  }
  return tree.value[at] ?? 0
}
