import { normalTwoSided } from './normal.ts'

/** What the test of two proportions found. */
export interface ProportionTest {
  /** In standard errors, positive if the first share is larger. */
  z: number
  pValue: number
}

/**
 * Whether two shares differ: `hitsA` of `totalA` against `hitsB` of `totalB`, with the pooled standard error. Two
 * shares that are both 0 or both 1 do not differ.
 * @throws RangeError if one sample is empty
 * @see the pooled z-test, statsmodels' `proportions_ztest`
 */
export function sameProportion(hitsA: number, totalA: number, hitsB: number, totalB: number): ProportionTest {
  if (totalA <= 0 || totalB <= 0) throw new RangeError('Cannot compare shares as one sample is empty')
  const pooled = (hitsA + hitsB) / (totalA + totalB)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / totalA + 1 / totalB))
  const z = error === 0 ? 0 : (hitsA / totalA - hitsB / totalB) / error
  return { z, pValue: normalTwoSided(z) }
}
