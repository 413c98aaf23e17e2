import type { Report, Study, Trial } from './trial.ts'

/** Earlier than this share of the way, curves tell little: after one epoch a network is still untrained. */
const firstShare = 0.08
/** A trial that has come so far goes to its end: most of it is paid for, and where it ends is what counts. */
const lastShare = 0.5

/**
 * The step at which a trial is judged first: 8 % of the last step; null while nobody knows how far a trial goes,
 * that is before one was completed.
 */
export function firstRung(study: Study, rivals: readonly Trial[]): number | null {
  const last = study.lastStep ?? longest(rivals)
  return last === null ? null : Math.max(1, Math.ceil(firstShare * last))
}

/** The step behind which no trial is judged any more: half of the way; null while nobody knows how far a trial goes. */
export function lastRung(study: Study, rivals: readonly Trial[]): number | null {
  const last = study.lastStep ?? longest(rivals)
  return last === null ? null : lastShare * last
}

/** The step up to which completed trials went; null if none did. */
export function longest(rivals: readonly Trial[]): number | null {
  const steps = rivals
    .filter(({ state }) => state === 'complete')
    .map(({ reports }) => reports.at(-1)?.step ?? 0)
  const last = Math.max(0, ...steps)
  return last > 0 ? last : null
}

/** The value that a trial had when it came to a step: its first report there or behind; null if it did not. */
export function valueAtRung(reports: readonly Report[], rung: number): number | null {
  return reports.find(({ step }) => step >= rung)?.value ?? null
}

/** Where rungs stand: at `first * factor^k`, up to `last`. */
export interface Rungs {
  readonly first: number
  readonly factor: number
  readonly last: number
}

/** The rungs that the last report came to and the one before it had not. */
export function rungsReached(reports: readonly Report[], { first, factor, last }: Rungs): number[] {
  const step = reports.at(-1)?.step ?? -Infinity
  const before = reports.at(-2)?.step ?? -Infinity
  const reached: number[] = []
  for (let rung = first; rung <= Math.min(step, last); rung *= factor) if (rung > before) reached.push(rung)
  return reached
}
