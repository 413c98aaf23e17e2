import { normalCdf } from './normal.ts'

/** Up to so many differences all their signs are counted. */
const exactUpTo = 50

/**
 * The probability, if neither side were better, of ranks that speak as much for positive differences: Wilcoxon's
 * signed-rank test (1945), one-sided. Exact up to 50 differences, with ties too; then normal with ties corrected. Half
 * the ranks of zeros go to each side ("zsplit").
 */
export function signedRankGreater(differences: readonly number[]): number {
  const n = differences.length
  if (n === 0) return 1
  const ranks = averageRanks(differences.map(Math.abs))
  const signed = ranks.filter((_, index) => differences[index] !== 0)
  const plus = ranks.reduce((sum, rank, index) => sum + ((differences[index] as number) > 0 ? rank : 0), 0)
  if (n <= exactUpTo) return exactTail(signed, plus)
  const squares = signed.reduce((sum, rank) => sum + rank * rank, 0)
  const expected = signed.reduce((sum, rank) => sum + rank, 0) / 2
  return squares === 0 ? 1 : normalCdf(-(plus - expected) / Math.sqrt(squares / 4))
}

/** The share of all signs of these ranks whose positive ones sum to at least so much. */
function exactTail(ranks: readonly number[], plus: number): number {
  // Ranks of ties end in a half: twice each is whole.
  let ways = [1]
  for (const rank of ranks) {
    const double = 2 * rank
    const next = [...ways, ...new Array<number>(double).fill(0)]
    ways.forEach((count, sum) => (next[sum + double] = (next[sum + double] as number) + count))
    ways = next
  }
  const tail = ways.slice(Math.round(2 * plus)).reduce((sum, count) => sum + count, 0)
  return tail / 2 ** ranks.length
}

function averageRanks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] as number) - (values[b] as number))
  const ranks = new Array<number>(values.length).fill(0)
  for (let from = 0; from < order.length;) {
    let to = from
    while (to + 1 < order.length && values[order[to + 1] as number] === values[order[from] as number]) to++
    for (let place = from; place <= to; place++) ranks[order[place] as number] = (from + to) / 2 + 1
    from = to + 1
  }
  return ranks
}
