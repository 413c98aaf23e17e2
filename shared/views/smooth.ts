/**
 * Exponential moving average, corrected for its start at zero, so that the first value counts as itself. Gaps stay
 * gaps and do not count.
 *
 * @param weight of what came before, 0 (none) to below 1
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight === 0) return [...values]
  let sum = 0
  let seen = 0
  return values.map((value) => {
    if (value === null) return null
    sum = sum * weight + (1 - weight) * value
    seen++
    return sum / (1 - weight ** seen)
  })
}
