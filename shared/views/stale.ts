/** What is known of a code cell, in the order of the notebook. */
export interface RanCell {
  /** When its last execution began; null if it has not run. */
  startMs: number | null
  /** Whether its code is another than what ran. */
  edited: boolean
}

/** Why the outputs of a cell may not be what its code gives now; null if nothing speaks for it. */
export type Stale = 'edited' | 'order' | null

/**
 * Marks each cell whose outputs may be out of date: it was edited after it ran, or a cell above it ran later, so
 * that running all from the top might give something else.
 */
export function markStale(cells: readonly RanCell[]): Stale[] {
  let newestAbove = -Infinity
  return cells.map(({ startMs, edited }) => {
    if (startMs === null) return null
    const outOfOrder = startMs < newestAbove
    newestAbove = Math.max(newestAbove, startMs)
    return edited ? 'edited' : outOfOrder ? 'order' : null
  })
}

/** A mark in words: what stands at the cell, and the sentence behind it. */
export function describeStale(stale: Exclude<Stale, null>): { label: string; says: string } {
  return stale === 'edited'
    ? { label: 'edited since it ran', says: 'The outputs are those of the code before the last edits.' }
    : {
        label: 'older than a cell above',
        says: 'A cell above ran later: from the top, this may give something else.',
      }
}
