import type { Seen, Settings } from './gp.ts'
import type { Encoding } from './gp_encoding.ts'
import { minimise, type Slope } from './lbfgs.ts'
import { choleskyInPlace, inverseOf, solveLower, solveUpper } from './matrix.ts'

/**
 * The settings that are most likely after some values, under priors that keep few values from telling too much:
 * logarithms of length scales normal around what grows with the root of the dimensions (after Hvarfner, Hellsten and
 * Nardi, ICML 2024), of the signal's variance around 0, of the noise around -4.
 *
 * @param seen values of mean 0 and variance about 1
 */
export function fit(encoding: Encoding, seen: Seen): Settings {
  const d = encoding.dimensions
  const likelihood = likelihoodOf(encoding, seen)
  const posterior = (theta: Float64Array): Slope => {
    const { value, gradient } = likelihood(theta)
    return { value: value + addPriors(theta, gradient), gradient }
  }
  const places = [0, 2.5].map((nearer) => {
    const start = new Float64Array(d + 2).fill(weightMean(d) + nearer)
    start[d] = 0
    start[d + 1] = noisePrior.mean
    return minimise(posterior, start, { iterations: 30 })
  })
  const best = places.reduce((a, b) => (b.value < a.value ? b : a))
  return settingsOf(best.place)
}

/** Settings from their logarithms: weights, then signal, then noise. */
export function settingsOf(theta: Float64Array): Settings {
  const d = theta.length - 2
  return {
    weights: theta.slice(0, d).map(Math.exp),
    signal: Math.exp(theta[d] as number),
    noise: Math.exp(theta[d + 1] as number) + leastNoise,
  }
}

const signalPrior = { mean: 0, deviation: 0.7 }
const noisePrior = { mean: -4, deviation: 1 }
const weightDeviation = 2 * Math.sqrt(3)
const leastNoise = 1e-6

/** A weight is one over the squared length scale, whose logarithm lies around sqrt 2 + log(d) / 2 - sqrt 3. */
function weightMean(dimensions: number): number {
  return -2 * (Math.SQRT2 + 0.5 * Math.log(Math.max(dimensions, 1)) - Math.sqrt(3))
}

/** Adds the gradient of the negative log priors and gives their value. */
function addPriors(theta: Float64Array, gradient: Float64Array): number {
  const d = theta.length - 2
  const weightPrior = { mean: weightMean(d), deviation: weightDeviation }
  let sum = 0
  theta.forEach((value, index) => {
    const { mean, deviation } = index < d ? weightPrior : index === d ? signalPrior : noisePrior
    const z = (value - mean) / deviation
    sum += 0.5 * z * z
    gradient[index] = (gradient[index] as number) + z / deviation
  })
  return sum
}

/**
 * The negative log likelihood of settings, without its constant, and the gradient by their logarithms (Rasmussen and
 * Williams 2006, 5.8 and 5.9).
 */
export function likelihoodOf(encoding: Encoding, { places, values }: Seen): (theta: Float64Array) => Slope {
  const n = places.length
  const d = encoding.dimensions
  const distances = encoding.pairDistances(places)
  return (theta) => {
    const { weights, signal, noise } = settingsOf(theta)
    const { correlations, slopes } = kernelOf(distances, weights)
    const lower = new Float64Array(n * n)
    for (let row = 0, pair = 0; row < n; row++) {
      for (let column = 0; column < row; column++)
        lower[row * n + column] = signal * (correlations[pair++] as number)
      lower[row * n + row] = signal + noise
    }
    choleskyInPlace(lower, n)
    const alpha = Float64Array.from(values)
    solveLower(lower, n, alpha)
    solveUpper(lower, n, alpha)
    let value = 0
    for (let row = 0; row < n; row++) {
      value +=
        0.5 * (values[row] as number) * (alpha[row] as number) + Math.log(lower[row * n + row] as number)
    }
    const inverse = inverseOf(lower, n)
    const gradient = new Float64Array(d + 2)
    // Each pair stands twice in the symmetric matrix, which takes up the half of the trace.
    const steep = new Float64Array(correlations.length)
    let bySignal = 0
    let trace = 0
    for (let row = 0, pair = 0; row < n; row++) {
      const own = alpha[row] as number
      for (let column = 0; column < row; column++, pair++) {
        const factor = signal * ((inverse[row * n + column] as number) - own * (alpha[column] as number))
        bySignal += factor * (correlations[pair] as number)
        steep[pair] = factor * (slopes[pair] as number)
      }
      trace += 0.5 * ((inverse[row * n + row] as number) - own * own)
    }
    distances.forEach((squared, dimension) => {
      let sum = 0
      for (let pair = 0; pair < steep.length; pair++)
        sum += (steep[pair] as number) * (squared[pair] as number)
      gradient[dimension] = sum * (weights[dimension] as number)
    })
    gradient[d] = bySignal + signal * trace
    gradient[d + 1] = (noise - leastNoise) * trace
    return { value, gradient }
  }
}

/** Correlations of all pairs and their derivatives by the squared distance. */
function kernelOf(
  distances: readonly Float64Array[],
  weights: Float64Array,
): { correlations: Float64Array; slopes: Float64Array } {
  const pairs = distances[0]?.length ?? 0
  const correlations = new Float64Array(pairs)
  const slopes = new Float64Array(pairs)
  distances.forEach((squared, dimension) => {
    const weight = weights[dimension] as number
    for (let pair = 0; pair < pairs; pair++) {
      correlations[pair] = (correlations[pair] as number) + weight * (squared[pair] as number)
    }
  })
  for (let pair = 0; pair < pairs; pair++) {
    const r = Math.sqrt(5 * (correlations[pair] as number))
    const fall = Math.exp(-r)
    correlations[pair] = (1 + r + (r * r) / 3) * fall
    slopes[pair] = (-5 / 6) * (1 + r) * fall
  }
  return { correlations, slopes }
}
