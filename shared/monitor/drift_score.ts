/** How sure a test is that a column has changed. `untested`: there was nothing to test. */
export type DriftAnswer = 'no' | 'possible' | 'drift' | 'untested'

/** What one test or distance says of one column. */
export interface DriftScore {
  /** `kolmogorov-smirnov`, `wasserstein-normed`, `chi-square`, `z`, `jensen-shannon`, `rank-and-shape`… */
  method: string
  /** A p-value or a distance, as `method` has it. */
  value: number
  /** Where drift begins for this method. */
  threshold: number
  /** Whether small values mean drift. */
  kind: 'p-value' | 'distance'
  answer: DriftAnswer
}

/** A score whose answer is yes or no by its threshold alone. A distance equal to it is drift; so is a p-value where `inclusive`. */
export function plainScore(
  method: string,
  kind: 'p-value' | 'distance',
  value: number,
  { threshold, inclusive = kind === 'distance' }: { threshold: number; inclusive?: boolean },
): DriftScore {
  const beyond = kind === 'distance' ? value > threshold : value < threshold
  const drifted = beyond || (inclusive && value === threshold)
  return { method, kind, value, threshold, answer: drifted ? 'drift' : 'no' }
}
