import type { Encoding } from './gp_encoding.ts'
import { choleskyInPlace, solveLower, solveUpper } from './matrix.ts'

/** What a Gaussian process with a Matérn 5/2 kernel is set to. */
export interface Settings {
  /** One over the squared length scale, for each dimension. */
  readonly weights: Float64Array
  /** Variance of the function. */
  readonly signal: number
  /** Variance of what the function does not explain. */
  readonly noise: number
}

/** What a process has seen: places, and a value at each. */
export interface Seen {
  readonly places: readonly Float64Array[]
  readonly values: readonly number[]
}

/** A Gaussian process that has seen some values. */
export interface Process {
  readonly settings: Settings
  /** Mean and variance of the function at a place, without the noise. */
  at(place: Float64Array): { mean: number; variance: number }
}

const root5 = Math.sqrt(5)

/** The correlation at a squared scaled distance: Matérn with smoothness 5/2 (Rasmussen and Williams 2006, 4.17). */
export function matern52(squared: number): number {
  const r = root5 * Math.sqrt(squared)
  return (1 + r + (r * r) / 3) * Math.exp(-r)
}

/** The process with these settings after it has seen some values (Rasmussen and Williams 2006, algorithm 2.1). */
export function condition(encoding: Encoding, { places, values }: Seen, settings: Settings): Process {
  const n = places.length
  const { weights, signal, noise } = settings
  const lower = new Float64Array(n * n)
  const row = new Float64Array(n)
  places.forEach((place, index) => {
    encoding.scaledDistances(place, places, { weights, into: row, count: index })
    for (let other = 0; other < index; other++)
      lower[index * n + other] = signal * matern52(row[other] as number)
    lower[index * n + index] = signal + noise
  })
  choleskyInPlace(lower, n)
  const alpha = Float64Array.from(values)
  solveLower(lower, n, alpha)
  solveUpper(lower, n, alpha)
  return {
    settings,
    at(place) {
      encoding.scaledDistances(place, places, { weights, into: row, count: n })
      let mean = 0
      for (let index = 0; index < n; index++) {
        const covariance = signal * matern52(row[index] as number)
        row[index] = covariance
        mean += covariance * (alpha[index] as number)
      }
      solveLower(lower, n, row)
      let variance = signal
      for (let index = 0; index < n; index++) variance -= (row[index] as number) ** 2
      return { mean, variance: Math.max(variance, 1e-12) }
    },
  }
}
