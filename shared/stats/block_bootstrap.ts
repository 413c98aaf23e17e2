import type { Random } from '../base/random.ts'

/** An interval. */
export interface Interval {
  low: number
  high: number
}

/**
 * Interval of the mean from means drawn again, by blocks of neighbours, which may be alike: blocks are drawn with
 * replacement. Null with fewer than two blocks.
 * @param blocks sum and count of each block
 * @see Efron (1979), percentile method; Künsch (1989) for blocks
 */
export function meanByBlocks(
  blocks: readonly { sum: number; count: number }[],
  random: Random,
  { draws = 1000, level = 0.05 }: { draws?: number; level?: number } = {},
): Interval | null {
  if (blocks.length < 2) return null
  const means = new Float64Array(draws)
  for (let draw = 0; draw < draws; draw++) {
    let [sum, count] = [0, 0]
    for (let i = 0; i < blocks.length; i++) {
      const block = blocks[random.below(blocks.length)]
      sum += block?.sum ?? 0
      count += block?.count ?? 0
    }
    means[draw] = count === 0 ? 0 : sum / count
  }
  means.sort()
  return {
    low: means[Math.floor((level / 2) * (draws - 1))] ?? 0,
    high: means[Math.ceil((1 - level / 2) * (draws - 1))] ?? 0,
  }
}

/** Neighbouring values put together into at most `most` blocks of about the same size. */
export function neighbours(values: readonly number[], most = 500): { sum: number; count: number }[] {
  const blocks = Math.min(most, values.length)
  const made = Array.from({ length: blocks }, () => ({ sum: 0, count: 0 }))
  values.forEach((value, i) => {
    const block = made[Math.floor((i * blocks) / values.length)]
    if (block === undefined) return
    block.sum += value
    block.count++
  })
  return made
}
