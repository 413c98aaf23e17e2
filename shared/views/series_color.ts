/** The colour of the n-th of several runs, wherever they are shown beside each other. */
export function colorOf(n: number): string {
  return `var(--db-series-${(Math.max(0, n) % 8) + 1})`
}
