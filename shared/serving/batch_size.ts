/** One batch as it was measured. */
export interface MeasuredBatch {
  rows: number
  ms: number
}

/** What a batch takes: `fixedMs + perRowMs · rows`. */
export interface BatchCost {
  fixedMs: number
  perRowMs: number
}

/**
 * Learns what batches take, so that they are made no larger than a latency goal allows. The line through the last
 * fifty batches, by least squares.
 * @see BentoML's dispatcher (CORK), which fits the same line
 */
export class BatchSizer {
  #batches: MeasuredBatch[] = []
  #cost: BatchCost | null = null
  readonly #goalMs: number
  readonly #maxRows: number

  constructor({ goalMs, maxRows }: { goalMs: number; maxRows: number }) {
    this.#goalMs = goalMs
    this.#maxRows = maxRows
  }

  /** A batch is over. */
  add(batch: MeasuredBatch): void {
    this.#batches.push(batch)
    // Once enough is known, the line is drawn for each tenth only: batches come more often than their cost changes.
    if (this.#batches.length > 60) this.#batches = this.#batches.slice(-50)
    if (this.#batches.length <= 50) this.#cost = fit(this.#batches)
  }

  /** What batches take; null before the first. */
  get cost(): BatchCost | null {
    return this.#cost
  }

  /** How many rows a batch may have, at least 1. */
  get limit(): number {
    if (this.#cost === null) return this.#maxRows
    const { fixedMs, perRowMs } = this.#cost
    if (perRowMs <= 0) return this.#maxRows
    // Where a batch takes too long whatever is in it, more rows are still better than more batches.
    const budgetMs = Math.max(this.#goalMs - fixedMs, fixedMs)
    return Math.max(1, Math.min(this.#maxRows, Math.floor(budgetMs / perRowMs)))
  }

  /** How long so many rows take, in milliseconds, on so many workers; 0 before anything was measured. */
  waitMs(rows: number, workers: number): number {
    if (this.#cost === null || rows === 0) return 0
    const { fixedMs, perRowMs } = this.#cost
    const batches = Math.ceil(rows / this.limit)
    return (batches * fixedMs + rows * perRowMs) / Math.max(1, workers)
  }
}

function fit(batches: readonly MeasuredBatch[]): BatchCost {
  const n = batches.length
  const meanRows = batches.reduce((sum, { rows }) => sum + rows, 0) / n
  const meanMs = batches.reduce((sum, { ms }) => sum + ms, 0) / n
  let across = 0
  let along = 0
  for (const { rows, ms } of batches) {
    across += (rows - meanRows) * (ms - meanMs)
    along += (rows - meanRows) ** 2
  }
  const perRowMs = along === 0 ? 0 : Math.max(0, across / along)
  return { perRowMs, fixedMs: Math.max(0, meanMs - perRowMs * meanRows) }
}
