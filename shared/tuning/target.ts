/**
 * Losses made fit for a model with normal errors: what is worse than the median is drawn in by a logarithm, in units
 * of how far the better half lies apart; then mean 0 and variance 1. A learning rate that diverges then counts as
 * bad and not as the only thing that matters, while good values keep their distances.
 */
export function transformed(losses: readonly number[]): number[] {
  const middle = medianOf(losses)
  const better = losses.filter((loss) => loss < middle)
  const scale = Math.sqrt(better.reduce((sum, loss) => sum + (middle - loss) ** 2, 0) / better.length)
  if (!(scale > 0)) return standardised(losses)
  return standardised(
    losses.map((loss) => {
      const z = (loss - middle) / scale
      return z <= 0 ? z : Math.log1p(z)
    }),
  )
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = (sorted.length - 1) / 2
  return ((sorted[Math.floor(half)] ?? NaN) + (sorted[Math.ceil(half)] ?? NaN)) / 2
}

function standardised(values: readonly number[]): number[] {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n)
  // Values that are all alike differ by rounding only.
  if (!(deviation > 1e-12 * Math.abs(mean))) return values.map(() => 0)
  return values.map((value) => (value - mean) / deviation)
}
