import { studentTQuantile } from './student_t.ts'

/** Where a mean lies. */
export interface MeanInterval {
  low: number
  high: number
}

/**
 * Interval that holds the mean of what the values were drawn from with the probability given, for values that
 * are spread normally: mean ± t · sd/√n.
 *
 * @param sample.sd sample standard deviation (divided by n − 1); null for a single value
 * @param level between 0 and 1; default 0.95
 * @returns null for fewer than two values: one value says nothing about its spread
 * @see Student (1908), The probable error of a mean
 */
export function meanInterval(
  { n, mean, sd }: { n: number; mean: number; sd: number | null },
  level = 0.95,
): MeanInterval | null {
  if (n < 2 || sd === null) return null
  const half = (studentTQuantile((1 + level) / 2, n - 1) * sd) / Math.sqrt(n)
  return { low: mean - half, high: mean + half }
}
