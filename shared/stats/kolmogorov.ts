import gammaln from '@stdlib/math-base-special-gammaln'

/**
 * Probability that the largest distance between a distribution and the empirical one of `n` values from it is at
 * least `distance`: exact, except in the middle of large samples, where the error is below 1e-10.
 * @param n number of values
 * @param distance 0..1
 * @see Simard and L'Ecuyer (2011), who compare the methods and say where each is best
 */
export function kolmogorovTail(n: number, distance: number): number {
  if (Number.isNaN(distance)) return Number.NaN
  if (distance >= 1) return 0
  const t = n * distance
  if (t <= 0.5) return 1
  if (t <= 1) return 1 - Math.exp(gammaln(n + 1) - n * Math.log(n) + n * Math.log(2 * t - 1))
  if (t >= n - 1) return 2 * (1 - distance) ** n
  const scaled = t * distance
  if (distance >= 0.5 || (n <= 140 ? scaled > 4 : scaled >= 2.2)) return clip(2 * oneSidedTail(n, distance))
  if (scaled >= 18) return 0
  const exact = n <= 140 || (n <= 100_000 && n * distance ** 1.5 <= 1.4)
  return clip(1 - (exact ? matrixProbability(n, distance) : seriesProbability(n, distance)))
}

/** Smirnov's one-sided probability. All terms are positive, so nothing is lost in its tail. */
function oneSidedTail(n: number, distance: number): number {
  const last = Math.floor(n * (1 - distance))
  let total = 0
  for (let j = 0; j <= last; j++) {
    const [below, above] = [distance + j / n, 1 - distance - j / n]
    if (above < 0 || (above === 0 && j !== n)) continue
    const choose = gammaln(n + 1) - gammaln(j + 1) - gammaln(n - j + 1)
    const powers = (j - 1) * Math.log(below) + (j === n ? 0 : (n - j) * Math.log(above))
    total += Math.exp(choose + powers)
  }
  return distance * total
}

/** Durbin's matrix, raised to a power by squaring (Marsaglia, Tsang and Wang 2003). */
function matrixProbability(n: number, distance: number): number {
  const k = Math.ceil(n * distance)
  const h = k - n * distance
  const size = 2 * k - 1
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < Math.min(size, i + 2); j++) {
      const edge = (j === 0 ? h ** (i + 1) : 0) + (i === size - 1 ? h ** (size - j) : 0)
      const corner = j === 0 && i === size - 1 ? Math.max(0, 2 * h - 1) ** size : 0
      matrix[i * size + j] = Math.exp(-gammaln(i - j + 2)) * (1 - edge + corner)
    }
  }
  const raised = power(matrix, size, n)
  let exponent = raised.exponent
  let probability = raised.values[(k - 1) * size + k - 1] ?? 0
  // n! / n^n, a factor at a time so that nothing under- or overflows.
  for (let i = 1; i <= n; i++) {
    probability = (probability * i) / n
    if (probability < 1e-140) {
      probability *= 1e140
      exponent -= 140
    }
  }
  return probability * 10 ** exponent
}

interface Scaled {
  values: Float64Array
  /** The values are times 10 to this power. */
  exponent: number
}

function power(matrix: Float64Array, size: number, n: number): Scaled {
  if (n === 1) return { values: matrix, exponent: 0 }
  const half = power(matrix, size, n >> 1)
  let values = multiply(half.values, half.values, size)
  let exponent = 2 * half.exponent
  if (n % 2 === 1) values = multiply(matrix, values, size)
  const middle = values[((size - 1) / 2) * (size + 1)] ?? 0
  if (middle > 1e140) {
    values = values.map((value) => value * 1e-140)
    exponent += 140
  }
  return { values, exponent }
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k] ?? 0
      if (factor === 0) continue
      for (let j = 0; j < size; j++)
        product[i * size + j] = (product[i * size + j] ?? 0) + factor * (b[k * size + j] ?? 0)
    }
  }
  return product
}

/** Four terms of the expansion in powers of the square root of n (Pelz and Good 1976). */
function seriesProbability(n: number, distance: number): number {
  const x = Math.sqrt(n) * distance
  const [x2, x4, x6] = [x ** 2, x ** 4, x ** 6]
  const pi2 = Math.PI ** 2
  const half = (k: number) => (k + 0.5) ** 2
  const halves = (of: (m2: number) => number): number =>
    sumDown(x, 0, (k) => Math.exp((-pi2 * half(k)) / (2 * x2)) * of(half(k)))
  const wholes = (of: (k2: number) => number): number =>
    sumDown(x, 1, (k) => Math.exp((-pi2 * k * k) / (2 * x2)) * of(k * k))
  const second = halves(
    (m2) => 6 * x6 + 2 * x4 + pi2 * (2 * x4 - 5 * x2) * m2 + pi2 ** 2 * (1 - 2 * x2) * m2 ** 2,
  )
  const third = halves(
    (m2) =>
      -30 * x6 -
      90 * x ** 8 +
      pi2 * (135 * x4 - 96 * x6) * m2 +
      pi2 ** 2 * (212 * x4 - 60 * x2) * m2 ** 2 +
      pi2 ** 3 * (5 - 30 * x2) * m2 ** 3,
  )
  const root = Math.sqrt(Math.PI / 2)
  const k0 = (Math.sqrt(2 * Math.PI) / x) * halves(() => 1)
  const k1 = (root / (3 * x4)) * halves((m2) => pi2 * m2 - x2)
  const k2 = (root / (36 * x ** 7)) * second - ((root * pi2) / (18 * x ** 3)) * wholes((k2) => k2)
  const k3 =
    (root / (3240 * x ** 10)) * third +
    (root / (108 * x6)) * wholes((k2) => 3 * pi2 * k2 * x2 - pi2 ** 2 * k2 ** 2)
  return k0 + k1 / Math.sqrt(n) + k2 / n + k3 / n ** 1.5
}

/** Sum of a rapidly falling series, smallest terms first. */
function sumDown(x: number, from: number, term: (k: number) => number): number {
  let total = 0
  for (let k = Math.ceil((16 * x) / Math.PI); k >= from; k--) total += term(k)
  return total
}

function clip(probability: number): number {
  return Math.min(1, Math.max(0, probability))
}
