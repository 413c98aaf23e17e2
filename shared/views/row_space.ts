/** A row that is opened, and how many rows stand under it. */
export interface Opened {
  /** Its place among the upper rows. */
  index: number
  count: number
}

/** Where a line of the table belongs. */
export interface Line {
  /** Upper row. */
  top: number
  /** Row under it; null for the upper row itself. */
  child: number | null
}

/** Lines in all. */
export function lineCount(total: number, opened: readonly Opened[]): number {
  return opened.reduce((sum, { count }) => sum + count, total)
}

/**
 * Which row stands on a line, where some upper rows are opened.
 * @param opened by ascending index
 */
export function lineAt(line: number, opened: readonly Opened[]): Line {
  let before = 0
  for (const { index, count } of opened) {
    const own = index + before
    if (line <= own) break
    if (line <= own + count) return { top: index, child: line - own - 1 }
    before += count
  }
  return { top: line - before, child: null }
}
