import { logNormalCdf, logRoot2Pi, normalCdf, normalPdf } from './normal.ts'

/**
 * The logarithm of the expected improvement below `best` of a normal variable: it keeps its slope where the
 * improvement itself is 0 in double precision (Ament et al., NeurIPS 2023, arXiv 2310.20708).
 */
export function logExpectedImprovement(mean: number, deviation: number, best: number): number {
  const z = (best - mean) / deviation
  return Math.log(deviation) + logImprovement(z)
}

/** log(pdf(z) + z cdf(z)). */
function logImprovement(z: number): number {
  if (z > -1) return Math.log(normalPdf(z) + z * normalCdf(z))
  const logPdf = -0.5 * z * z - logRoot2Pi
  // pdf + z cdf = pdf (1 - |z| m) with Mills' ratio m = cdf / pdf; far out, 1 - |z| m is about 1 / z².
  if (z < -1e4) return logPdf - 2 * Math.log(-z)
  return logPdf + Math.log1p(z * Math.exp(logNormalCdf(z) - logPdf))
}
