/**
 * Sums about the mean of a set of numbers: enough for mean, variance, skewness and kurtosis, and mergeable.
 * @see Pébay (2008), Formulas for robust, one-pass parallel computation of covariances and arbitrary-order moments
 */
export interface Moments {
  count: number
  mean: number
  /** Sum of (x - mean)^2, ^3, ^4. */
  m2: number
  m3: number
  m4: number
}

/** The moments of nothing. */
export const noMoments: Moments = { count: 0, mean: 0, m2: 0, m3: 0, m4: 0 }

/** Moments of the numbers between two places, in two passes over them. NaN and infinities must not be among them. */
export function momentsOf(values: Float64Array, from = 0, to = values.length): Moments {
  const count = to - from
  if (count <= 0) return noMoments
  let sum = 0
  for (let i = from; i < to; i++) sum += values[i] ?? 0
  const rough = sum / count
  let rest = 0
  for (let i = from; i < to; i++) rest += (values[i] ?? 0) - rough
  const mean = rough + rest / count
  let m2 = 0
  let m3 = 0
  let m4 = 0
  for (let i = from; i < to; i++) {
    const d = (values[i] ?? 0) - mean
    const square = d * d
    m2 += square
    m3 += square * d
    m4 += square * square
  }
  return { count, mean, m2, m3, m4 }
}

/** Moments of two sets together, from the moments of each. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b
  if (b.count === 0) return a
  const count = a.count + b.count
  const delta = b.mean - a.mean
  const share = delta / count
  const cross = delta * share * a.count * b.count
  return {
    count,
    mean: a.mean + share * b.count,
    m2: a.m2 + b.m2 + cross,
    m3: a.m3 + b.m3 + cross * share * (a.count - b.count) + 3 * share * (a.count * b.m2 - b.count * a.m2),
    m4:
      a.m4 +
      b.m4 +
      cross * share * share * (a.count * a.count - a.count * b.count + b.count * b.count) +
      6 * share * share * (a.count * a.count * b.m2 + b.count * b.count * a.m2) +
      4 * share * (a.count * b.m3 - b.count * a.m3),
  }
}

/** Standard deviation with n - 1 below, as pandas has it; NaN for fewer than two. */
export function sampleDeviation({ count, m2 }: Moments): number {
  return count < 2 ? NaN : Math.sqrt(m2 / (count - 1))
}

/** Skewness corrected for small samples, as pandas and Excel have it; NaN for fewer than three, 0 if all are equal. */
export function sampleSkewness({ count: n, m2, m3 }: Moments): number {
  if (n < 3) return NaN
  if (m2 === 0) return 0
  return ((n * Math.sqrt(n - 1)) / (n - 2)) * (m3 / m2 ** 1.5)
}

/** Excess kurtosis corrected for small samples, as pandas has it; NaN for fewer than four, 0 if all are equal. */
export function sampleKurtosis({ count: n, m2, m4 }: Moments): number {
  if (n < 4) return NaN
  if (m2 === 0) return 0
  const corrected = (n * (n + 1) * (n - 1) * m4) / ((n - 2) * (n - 3) * m2 * m2)
  return corrected - (3 * (n - 1) ** 2) / ((n - 2) * (n - 3))
}
