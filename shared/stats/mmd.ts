import type { Random } from '../base/random.ts'

/** How far two samples of points lie apart as a whole. */
export interface Discrepancy {
  /** Unbiased estimate of the squared discrepancy; about 0 without a difference, also below. */
  value: number
  /** Probability by chance: blocks dealt out at random. */
  pValue: number
}

/**
 * Maximum mean discrepancy with a Gaussian kernel, as wide as the median distance of all points.
 * @param points of both samples, each a list of numbers
 * @param blocks of each point: points of one block are dealt out together
 * @param first how many points are of the first sample
 * @see Gretton, Borgwardt, Rasch, Schölkopf and Smola (2012), lemma 6
 */
export function discrepancy(
  points: readonly Float64Array[],
  { first, blocks }: { first: number; blocks: readonly number[] },
  random: Random,
  permutations = 199,
): Discrepancy {
  const size = points.length
  const squares = new Float64Array(size * size)
  const some: number[] = []
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      let square = 0
      const [a, b] = [points[i], points[j]]
      for (let k = 0; k < (a?.length ?? 0); k++) square += ((a?.[k] ?? 0) - (b?.[k] ?? 0)) ** 2
      squares[i * size + j] = square
      squares[j * size + i] = square
      if ((i + j) % 7 === 0) some.push(square)
    }
  }
  some.sort((a, b) => a - b)
  const width = Math.max(1e-12, some[some.length >> 1] ?? 1)
  const kernel = squares.map((square) => Math.exp(-square / width))
  const side = Uint8Array.from({ length: size }, (_, i) => (i < first ? 0 : 1))
  const unbiased = estimator(kernel, size)
  const value = unbiased(side)
  const kinds = [...new Set(blocks)]
  const sides = new Map(kinds.map((block) => [block, side[blocks.indexOf(block)] ?? 0]))
  let beyond = 0
  for (let round = 0; round < permutations; round++) {
    const dealt = [...sides.values()]
    for (let end = dealt.length - 1; end > 0; end--) {
      const other = random.below(end + 1)
      const kept = dealt[end] ?? 0
      dealt[end] = dealt[other] ?? 0
      dealt[other] = kept
    }
    const at = new Map(kinds.map((block, i) => [block, dealt[i] ?? 0]))
    if (unbiased(Uint8Array.from(blocks, (block) => at.get(block) ?? 0)) >= value) beyond++
  }
  return { value, pValue: (beyond + 1) / (permutations + 1) }
}

/**
 * The unbiased estimate for any division into two sides. The sums over all pairs and over the pairs of each point are
 * taken once: for each division only the pairs within one side are left to be added.
 */
function estimator(kernel: Float64Array, size: number): (side: Uint8Array) => number {
  const ofPoint = new Float64Array(size)
  let all = 0
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) {
      const value = kernel[i * size + j] ?? 0
      all += value
      ofPoint[i] = (ofPoint[i] ?? 0) + value
      ofPoint[j] = (ofPoint[j] ?? 0) + value
    }
  const members = new Int32Array(size)
  return (side) => {
    let [many, inSecond, ofSecond] = [0, 0, 0]
    for (let i = 0; i < size; i++) {
      if (side[i] !== 1) continue
      const row = i * size
      for (let at = 0; at < many; at++) inSecond += kernel[row + (members[at] ?? 0)] ?? 0
      ofSecond += ofPoint[i] ?? 0
      members[many++] = i
    }
    const few = size - many
    if (few < 2 || many < 2) return 0
    const between = ofSecond - 2 * inSecond
    const inFirst = all - inSecond - between
    return (
      (2 * inFirst) / (few * (few - 1)) + (2 * inSecond) / (many * (many - 1)) - (2 * between) / (few * many)
    )
  }
}
