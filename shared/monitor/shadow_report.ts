import type { McNemar } from '../stats/mcnemar.ts'
import type { Interval } from '../stats/block_bootstrap.ts'
import type { SequentialMean } from '../stats/sequential.ts'
import type { AnswerKind } from './shadow_record.ts'
import type { Slice } from './shadow_slices.ts'

/** What to do with the shadow. */
export type ShadowVerdict = 'promote' | 'keep' | 'more-data' | 'no-labels'

/** Quantiles of a list of times or differences. */
export interface Spread {
  p50: number
  p95: number
  p99: number
  most: number
}

/** Champion and shadow on the rows whose truth is known. */
export interface Judgement {
  labelled: number
  /** Share right for classes, mean absolute error for numbers. */
  champion: number
  shadow: number
  /** Shadow less champion, so that for classes more and for numbers less is better; holds at any time. */
  difference: SequentialMean | null
  /** The same on a single look, drawn again by blocks of neighbouring requests (bootstrap). */
  bootstrap: Interval | null
  /** Probability of such a difference by chance, valid however often one looks; null with too few rows. */
  pValue: number | null
  /** Classes: the exact test on a single look. */
  mcnemar: McNemar | null
  /** Further labelled requests until it is decided, if things go on as they are; null if that cannot be told. */
  needed: number | null
}

/** All that is known of a shadow. */
export interface ShadowReport {
  kind: AnswerKind
  joined: number
  /** Requests that one of the two did not answer. */
  failed: { champion: number; shadow: number }
  /** Share of equal answers; for numbers, equal to 1e-9 of their size. */
  agreement: number | null
  /** Classes: how often the champion said `from` and the shadow `to`, the most frequent first. */
  flips: readonly { from: string; to: string; count: number }[]
  /** Numbers: absolute differences. */
  differences: Spread | null
  latency: { champion: Spread | null; shadow: Spread | null }
  judgement: Judgement | null
  /** Where both differ most, the worst first. */
  slices: readonly Slice[]
  verdict: ShadowVerdict
  /** The verdict with its reason, one or two sentences. */
  says: string
}
