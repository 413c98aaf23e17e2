/** What the two-sample Anderson-Darling test found. */
export interface AndersonDarling {
  /** Standardised statistic. */
  statistic: number
  /** Interpolated in the published table, hence never outside 0.001..0.25. */
  pValue: number
}

/** Significance levels of the table, and its constants for each (Scholz and Stephens 1987, table 2). */
const levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001]
const b0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085]
const b1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615]
const b2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154]

/**
 * Two-sample Anderson-Darling test, for ties too.
 * @param a ascending, without NaN
 * @param b ascending, without NaN
 * @throws RangeError if one sample is empty, or all values are equal
 * @see Scholz and Stephens (1987), equation 7; the values are those of `scipy.stats.anderson_ksamp`
 */
export function andersonDarling(a: Float64Array, b: Float64Array): AndersonDarling {
  if (a.length === 0 || b.length === 0) throw new RangeError('Cannot compare samples as one is empty')
  const total = a.length + b.length
  const raw = criterion(a, b)
  if (Number.isNaN(raw)) throw new RangeError('Cannot compare samples as all values are equal')
  const statistic = (raw - 1) / Math.sqrt(variance(a.length, b.length, total))
  return { statistic, pValue: interpolate(statistic) }
}

function criterion(a: Float64Array, b: Float64Array): number {
  const total = a.length + b.length
  let [i, j] = [0, 0]
  let [sumA, sumB] = [0, 0]
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity)
    const [beforeA, beforeB] = [i, j]
    while (i < a.length && a[i] === value) i++
    while (j < b.length && b[j] === value) j++
    const tied = i - beforeA + j - beforeB
    const middle = beforeA + beforeB + tied / 2
    const weight = middle * (total - middle) - (total * tied) / 4
    if (weight === 0) return Number.NaN
    sumA += (tied / total) * ((total * (beforeA + (i - beforeA) / 2) - middle * a.length) ** 2 / weight)
    sumB += (tied / total) * ((total * (beforeB + (j - beforeB) / 2) - middle * b.length) ** 2 / weight)
  }
  return ((sumA / a.length + sumB / b.length) * (total - 1)) / total
}

function variance(sizeA: number, sizeB: number, total: number): number {
  const inverse = 1 / sizeA + 1 / sizeB
  let harmonic = 0
  let g = 0
  // g sums over pairs i < j of 1 / ((n - i) j); the inner sum grows by one term a step.
  let inner = 0
  for (let i = 1; i < total; i++) harmonic += 1 / i
  for (let i = total - 2; i >= 1; i--) {
    inner += 1 / (i + 1)
    g += inner / (total - i)
  }
  const k = 2
  const p = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse
  const q =
    (2 * g - 4) * k ** 2 + 8 * harmonic * k + (2 * g - 14 * harmonic - 4) * inverse - 8 * harmonic + 4 * g - 6
  const r =
    (6 * harmonic + 2 * g - 2) * k ** 2 +
    (4 * harmonic - 4 * g + 6) * k +
    (2 * harmonic - 6) * inverse +
    4 * harmonic
  const s = (2 * harmonic + 6) * k ** 2 - 4 * harmonic * k
  return (p * total ** 3 + q * total ** 2 + r * total + s) / ((total - 1) * (total - 2) * (total - 3))
}

/** A parabola through the table in the least-squares sense, of the logarithm of the level. */
function interpolate(statistic: number): number {
  const critical = levels.map((_, i) => (b0[i] ?? 0) + (b1[i] ?? 0) + (b2[i] ?? 0))
  if (statistic < Math.min(...critical)) return 0.25
  if (statistic > Math.max(...critical)) return 0.001
  const [c0, c1, c2] = fitParabola(critical, levels.map(Math.log))
  return Math.exp(c0 + c1 * statistic + c2 * statistic ** 2)
}

function fitParabola(x: readonly number[], y: readonly number[]): [number, number, number] {
  const moment = (power: number): number => x.reduce((sum, value) => sum + value ** power, 0)
  const product = (power: number): number =>
    x.reduce((sum, value, i) => sum + value ** power * (y[i] ?? 0), 0)
  const [s0, s1, s2, s3, s4] = [0, 1, 2, 3, 4].map(moment) as [number, number, number, number, number]
  const [t0, t1, t2] = [0, 1, 2].map(product) as [number, number, number]
  const whole = determinant([s0, s1, s2], [s1, s2, s3], [s2, s3, s4])
  return [
    determinant([t0, s1, s2], [t1, s2, s3], [t2, s3, s4]) / whole,
    determinant([s0, t0, s2], [s1, t1, s3], [s2, t2, s4]) / whole,
    determinant([s0, s1, t0], [s1, s2, t1], [s2, s3, t2]) / whole,
  ]
}

type Row = readonly [number, number, number]

function determinant(a: Row, b: Row, c: Row): number {
  return (
    a[0] * (b[1] * c[2] - b[2] * c[1]) -
    a[1] * (b[0] * c[2] - b[2] * c[0]) +
    a[2] * (b[0] * c[1] - b[1] * c[0])
  )
}
