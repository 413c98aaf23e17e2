import { studentTQuantile } from './student_t.ts'

/** What is known of a sample. */
export interface SampleSummary {
  n: number
  mean: number
  /** Sample standard deviation (divided by n − 1); null for a single value. */
  sd: number | null
}

/**
 * Difference of two means with its interval at the level given, for samples whose spreads may differ.
 *
 * @returns null where a sample has fewer than two values: nothing is known of its spread then
 * @see Welch (1947), The generalization of "Student's" problem when several different population variances are
 *   involved, Biometrika 34; degrees of freedom after Satterthwaite
 */
export function differenceInterval(
  a: SampleSummary,
  b: SampleSummary,
  level = 0.95,
): { difference: number; low: number; high: number } | null {
  if (a.n < 2 || b.n < 2 || a.sd === null || b.sd === null) return null
  const difference = a.mean - b.mean
  const [va, vb] = [a.sd ** 2 / a.n, b.sd ** 2 / b.n]
  const variance = va + vb
  if (variance === 0) return { difference, low: difference, high: difference }
  const degrees = variance ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1))
  const half = studentTQuantile((1 + level) / 2, degrees) * Math.sqrt(variance)
  return { difference, low: difference - half, high: difference + half }
}
