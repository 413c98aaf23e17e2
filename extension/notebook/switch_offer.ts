/** What is known of an open notebook when a kernel of ours may be offered to it. */
export interface OfferQuestion {
  /** Whether the user wants such offers. */
  isWanted: boolean
  /** Whether the notebook runs on a kernel of ours. */
  isOurs: boolean
  /** When the first of its cells began that ran on another's kernel since it was opened; null while none did. */
  ranElsewhereMs: number | null
  /** When the newest run that is known of it began; null while there is none. */
  newestRunMs: number | null
  /** Whether this notebook was offered one before. */
  wasOffered: boolean
}

/**
 * Whether a kernel of ours is to be offered: a run of the notebook was tracked although it runs on a kernel of
 * another extension, which ends with the window.
 */
export function offersSwitch(question: OfferQuestion): boolean {
  const { isWanted, isOurs, ranElsewhereMs, newestRunMs, wasOffered } = question
  if (!isWanted || isOurs || wasOffered || ranElsewhereMs === null || newestRunMs === null) return false
  return newestRunMs >= ranElsewhereMs
}
