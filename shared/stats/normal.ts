import erfc from '@stdlib/math-base-special-erfc'

/** Probability that a standard normal value lies further from zero than `z`, on either side. */
export function normalTwoSided(z: number): number {
  return erfc(Math.abs(z) / Math.SQRT2)
}
