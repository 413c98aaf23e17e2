/**
 * Quantile of Student's t distribution: the value that a share `p` of it lies below.
 *
 * Eleven digits are right up to a million degrees of freedom.
 *
 * @param p 0 < p < 1
 * @param degreesOfFreedom above 0, whole or not
 * @throws RangeError for anything else
 * @see Abramowitz & Stegun (1964), 26.5.8 and 26.7.1: the distribution through the incomplete beta function
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`Cannot find the quantile of a share outside 0..1: ${p}`)
  if (!(degreesOfFreedom > 0 && Number.isFinite(degreesOfFreedom))) {
    throw new RangeError(`Degrees of freedom must be a number above 0: ${degreesOfFreedom}`)
  }
  if (p < 0.5) return -upperQuantile(p, degreesOfFreedom)
  return upperQuantile(1 - p, degreesOfFreedom)
}

/** The value that a share `tail` ≤ 0.5 lies above: Newton's steps, kept between two bounds. */
function upperQuantile(tail: number, df: number): number {
  if (tail === 0.5) return 0
  let [low, high] = [0, 1]
  while (upperTail(high, df) > tail) [low, high] = [high, high * 2]
  let t = (low + high) / 2
  for (let step = 0; step < 200; step++) {
    const excess = upperTail(t, df) - tail
    if (excess > 0) low = t
    else high = t
    const newton = t + excess / density(t, df)
    const next = newton > low && newton < high ? newton : (low + high) / 2
    if (Math.abs(next - t) <= 1e-15 * t) return next
    t = next
  }
  return t
}

/** Share of the distribution above t ≥ 0. */
function upperTail(t: number, df: number): number {
  const [a, square] = [df / 2, t * t]
  // The continued fraction converges fast only below the distribution's mean; above it the other side is taken.
  const [near, far] = [square / (df + square), df / (df + square)]
  const gamma = gammaRatio(a)
  if (near < 1.5 / (a + 2.5)) return 0.5 - 0.5 * incompleteBeta([near, far], { a: 0.5, b: a, gamma })
  return 0.5 * incompleteBeta([far, near], { a, b: 0.5, gamma })
}

function density(t: number, df: number): number {
  return (gammaRatio(df / 2) / Math.sqrt(df * Math.PI)) * Math.exp((-(df + 1) / 2) * Math.log1p((t * t) / df))
}

/**
 * Regularised incomplete beta function at x where a or b is ½, by Lentz's method. `rest` is 1 − x, `gamma` is
 * Γ(c + ½)/Γ(c) of the one that is not ½.
 */
function incompleteBeta(
  [x, rest]: readonly [number, number],
  { a, b, gamma }: { a: number; b: number; gamma: number },
): number {
  const tiny = 1e-300
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny)
  let fraction = d
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d, tiny)
    c = nonZero(1 + even / c, tiny)
    fraction *= c * d
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d, tiny)
    c = nonZero(1 + odd / c, tiny)
    fraction *= c * d
    if (Math.abs(c * d - 1) < 1e-16) break
  }
  const front = Math.exp(a * logOf(x, rest) + b * logOf(rest, x)) * (gamma / Math.sqrt(Math.PI))
  return (front * fraction) / a
}

/** The logarithm of x, with all its digits also where x is nearly one. */
function logOf(x: number, rest: number): number {
  return x < 0.5 ? Math.log(x) : Math.log1p(-rest)
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value
}

/**
 * Γ(a + ½)/Γ(a): for large a by its asymptotic series, whose next term is below 1e-16 from 30 on; small ones
 * are led there by Γ(x + 1) = x Γ(x). The logarithms of both would lose digits for large a.
 */
function gammaRatio(a: number): number {
  let [x, factor] = [a, 1]
  for (; x < 30; x++) factor *= x / (x + 0.5)
  const series =
    -1 / (8 * x) + 1 / (192 * x ** 3) - 1 / (640 * x ** 5) + 17 / (14_336 * x ** 7) - 31 / (18_432 * x ** 9)
  return factor * Math.sqrt(x) * Math.exp(series)
}
