/**
 * P-values adjusted so that, of all that are called significant at a level, at most that share is expected to be
 * false, whether the tests are independent or positively dependent. NaN stays NaN and does not count.
 * @returns in the order of `pValues`, each at least its p-value and at most 1
 * @see Benjamini and Hochberg (1995)
 */
export function adjustForFalseDiscovery(pValues: readonly number[]): number[] {
  const order = pValues
    .map((_, i) => i)
    .filter((i) => !Number.isNaN(pValues[i]))
    .sort((i, j) => (pValues[j] ?? 0) - (pValues[i] ?? 0))
  const adjusted = pValues.map(() => Number.NaN)
  let least = 1
  order.forEach((index, place) => {
    const rank = order.length - place
    least = Math.min(least, ((pValues[index] ?? 0) * order.length) / rank)
    adjusted[index] = least
  })
  return adjusted
}

/**
 * One p-value from several that may depend on each other in any way: a sum of Cauchy values, whose tail hardly
 * knows of the dependence. Its error is largest for large p-values, where nothing is decided.
 * @param weighted p-values, each with how much it counts for, all weights together 1
 * @see Liu and Xie (2020), Cauchy combination test
 */
export function combinePValues(weighted: readonly (readonly [pValue: number, weight: number])[]): number {
  const statistic = weighted.reduce((sum, [pValue, weight]) => {
    const p = Math.min(Math.max(pValue, 1e-300), 1 - 1e-15)
    // For a tiny p, tan((1/2 - p) pi) is 1/(p pi) to double precision; the tangent itself would lose it.
    return sum + weight * (p < 1e-12 ? 1 / (p * Math.PI) : Math.tan((0.5 - p) * Math.PI))
  }, 0)
  return statistic > 1e12 ? 1 / (statistic * Math.PI) : 0.5 - Math.atan(statistic) / Math.PI
}
