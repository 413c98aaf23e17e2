import { seedRandom, shuffled, type Random } from '../base/random.ts'
import type { Table } from '../data/column.ts'
import { growTrees, readTrees, type Feature } from '../stats/boosted_trees.ts'
import { discrepancy } from '../stats/mmd.ts'
import { compareLocation } from '../stats/rank_test.ts'
import { midranks } from '../stats/ranks.ts'
import { blocksOf } from './drift_blocks.ts'
import { codingsOf, featuresOf } from './features.ts'

/** Whether two tables can be told apart as a whole, also where no column alone has changed. */
export interface Together {
  /** Area under the curve of trees that tell rows of both apart, on rows they had not learned from: 0.5 is chance. */
  auc: number
  /** Probability of such an area by chance. */
  pValue: number
  /** Squared maximum mean discrepancy, and its probability by chance. */
  mmd: number
  mmdPValue: number
}

/** So many rows of either side are enough to tell, and few enough not to wait for. */
const mostRows = { trees: 2000, mmd: 250 }
const folds = 5

/**
 * A classifier between both tables and the maximum mean discrepancy; rows of one block are learned and dealt out
 * together. Null where there is nothing to learn from.
 */
export function compareTogether(
  reference: Table,
  current: Table,
  { block, leaveOut }: { block: string | null; leaveOut: readonly string[] },
): Together | null {
  const random = seedRandom('together')
  const codings = codingsOf(reference, [...leaveOut, ...(block === null ? [] : [block])])
  if (codings.length === 0 || Math.min(reference.rows, current.rows) < 20) return null
  const sides = [reference, current].map((table, side) => {
    const column = table.columns.find(({ name }) => name === block)
    const codes = column === undefined ? null : blocksOf(column).codes
    return {
      featuresOf: (rows: readonly number[]) => featuresOf(table, codings, rows),
      order: shuffled([...Array(table.rows).keys()], random.fork(side)),
      // Blocks of both sides have numbers of their own.
      blockOf: (row: number): number => 2 * (codes?.[row] ?? row) + side,
    }
  })
  const pick = (most: number): Sample => {
    const parts = sides.map(({ featuresOf, order, blockOf }) => {
      const rows = order.slice(0, most)
      return { rows, blocks: rows.map(blockOf), values: featuresOf(rows) }
    })
    return {
      features: codings.map((_, at) =>
        Float64Array.from(parts.flatMap(({ values }) => [...(values[at] ?? [])])),
      ),
      blocks: parts.flatMap(({ blocks }) => blocks),
      first: parts[0]?.rows.length ?? 0,
    }
  }
  const { value: mmd, pValue: mmdPValue } = measureDiscrepancy(pick(mostRows.mmd), random.fork('mmd'))
  return { ...tellApart(pick(mostRows.trees), random.fork('trees')), mmd, mmdPValue }
}

interface Sample {
  features: readonly Feature[]
  blocks: readonly number[]
  /** How many rows are of the reference. */
  first: number
}

function tellApart({ features, blocks, first }: Sample, random: Random): { auc: number; pValue: number } {
  const size = blocks.length
  const truth = Float64Array.from({ length: size }, (_, row) => (row < first ? 0 : 1))
  const kinds = shuffled([...new Set(blocks)], random)
  const foldOf = new Map(kinds.map((block, i) => [block, i % folds]))
  const scores = new Float64Array(size)
  for (let fold = 0; fold < folds; fold++) {
    const learn = blocks.flatMap((block, row) => (foldOf.get(block) === fold ? [] : [row]))
    const part = features.map((f) => Float64Array.from(learn, (row) => f[row] ?? NaN))
    const growth = { rounds: 20, depth: 3, rate: 0.3, leastRows: 15 }
    const trees = growTrees(
      part,
      Float64Array.from(learn, (row) => truth[row] ?? 0),
      {
        kind: 'odds',
        random: random.fork(fold),
        growth,
      },
    )
    blocks.forEach((block, row) => {
      if (foldOf.get(block) === fold) scores[row] = readTrees(trees, features, row)
    })
  }
  const auc = areaUnder(scores.subarray(0, first), scores.subarray(first))
  const means = new Map<number, { sum: number; count: number }>()
  blocks.forEach((block, row) => {
    const mean = means.get(block) ?? { sum: 0, count: 0 }
    mean.sum += scores[row] ?? 0
    mean.count++
    means.set(block, mean)
  })
  const of = (side: number): Float64Array =>
    Float64Array.from(
      [...means].filter(([block]) => block % 2 === side).map(([, { sum, count }]) => sum / count),
    ).sort()
  const pValue = auc <= 0.5 ? 1 : compareLocation(midranks(of(0), of(1))).pValue
  return { auc, pValue }
}

/** The share of pairs in which the row of the current table has the higher score. */
function areaUnder(reference: Float64Array, current: Float64Array): number {
  const all = [
    ...Array.from(reference, (score) => ({ score, now: false })),
    ...Array.from(current, (score) => ({ score, now: true })),
  ].sort((a, b) => a.score - b.score)
  let [sum, at] = [0, 0]
  while (at < all.length) {
    let end = at
    while (end < all.length && all[end]?.score === all[at]?.score) end++
    const rank = (at + 1 + end) / 2
    for (let i = at; i < end; i++) if (all[i]?.now === true) sum += rank
    at = end
  }
  const [n, m] = [reference.length, current.length]
  return (sum - (m * (m + 1)) / 2) / (n * m)
}

/** Each feature as its rank among all rows, so that none outweighs the others; missing values in the middle. */
function measureDiscrepancy(
  { features, blocks, first }: Sample,
  random: Random,
): { value: number; pValue: number } {
  const size = blocks.length
  const ranked = features.map((values) => {
    const order = [...values.keys()]
      .filter((row) => !Number.isNaN(values[row]))
      .sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
    const ranks = new Float64Array(size).fill(0.5)
    for (let at = 0; at < order.length;) {
      let end = at
      while (end < order.length && values[order[end] ?? 0] === values[order[at] ?? 0]) end++
      for (let i = at; i < end; i++) ranks[order[i] ?? 0] = (at + end) / 2 / order.length
      at = end
    }
    return ranks
  })
  const points = Array.from({ length: size }, (_, row) =>
    Float64Array.from(ranked, (ranks) => ranks[row] ?? 0.5),
  )
  return discrepancy(points, { first, blocks }, random)
}
