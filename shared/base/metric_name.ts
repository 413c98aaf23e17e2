/**
 * Whether a metric was not measured by the user's code but by Daybook, beside it: what the machine did (`system/`), and
 * what simple models reach on the same data (`baseline/`). Such metrics are no result of a run.
 */
export function isBesideMetric(key: string): boolean {
  return key.startsWith('system/') || key.startsWith('baseline/')
}

/** The metric that a simple model's number stands beside: `accuracy` of `baseline/linear/accuracy`; null for others. */
export function metricBeside(key: string): string | null {
  return /^baseline\/[^/]+\/(.+)$/s.exec(key)?.[1] ?? null
}
