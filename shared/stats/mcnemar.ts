import gammaln from '@stdlib/math-base-special-gammaln'

/** What McNemar's test found of two classifiers on the same rows. */
export interface McNemar {
  /** Rows that only the first, and only the second got right. */
  onlyFirst: number
  onlySecond: number
  /** Exact and two-sided: the probability of so uneven a split if both are equally good. */
  pValue: number
}

/**
 * McNemar's exact test on rows that only one of two classifiers got right.
 * @see McNemar (1947); the p-value of statsmodels' `mcnemar(exact=True)`
 */
export function mcnemar(onlyFirst: number, onlySecond: number): McNemar {
  const rows = onlyFirst + onlySecond
  const fewer = Math.min(onlyFirst, onlySecond)
  const terms = Array.from({ length: fewer + 1 }, (_, i) =>
    Math.exp(gammaln(rows + 1) - gammaln(i + 1) - gammaln(rows - i + 1) - rows * Math.LN2),
  )
  return { onlyFirst, onlySecond, pValue: Math.min(1, 2 * terms.reduce((sum, term) => sum + term, 0)) }
}
