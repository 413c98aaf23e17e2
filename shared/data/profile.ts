import type { ColumnKind } from './column.ts'
import type { MeaningClass } from './meaning_class.ts'
import type { MeaningTag } from './meaning_tag.ts'

/** The shares at which quantiles are kept. */
export const quantileShares = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1] as const

/** What is known of a column's numbers. Times are UTC milliseconds. NaN and infinities are counted apart. */
export interface NumberProfile {
  /** Numbers that are neither NaN nor infinite: all that follows is about them. */
  finite: number
  nans: number
  infinities: number
  zeros: number
  negatives: number
  /** How many are whole. */
  wholes: number
  mean: number
  /** Sample standard deviation, skewness and excess kurtosis, as pandas has them; NaN for too few. */
  deviation: number
  skewness: number
  kurtosis: number
  /** At `quantileShares`. */
  quantiles: readonly number[]
  /** By how much the rank of a quantile may be wrong, as a share of all; 0: exact. */
  rankError: number
  histogram: Histogram
}

/** Counts between edges; one edge more than counts. */
export interface Histogram {
  edges: readonly number[]
  counts: readonly number[]
}

/** What is known of a column's texts. Lengths are in characters (code points). */
export interface TextProfile {
  /** Texts that are empty or blank. */
  blank: number
  shortest: number
  longest: number
  meanLength: number
  /** The most frequent shapes, see `patternOf`. */
  patterns: readonly { pattern: string; count: number }[]
}

/** A frequent value as text, and how often it is there. */
export interface TopValue {
  value: string
  count: number
  /** By how much the count may be too high; 0: exact. */
  over: number
}

/** What a column means, beside what it stores: a class, how sure it is (0..1), and what rules see in the values. */
export interface ToldMeaning {
  class: MeaningClass
  probability: number
  tags: readonly MeaningTag[]
}

/** All that is known of one column. Plain data: it crosses a wire and stands in reports as it is. */
export interface ColumnProfile {
  name: string
  kind: ColumnKind
  type: string
  rows: number
  nulls: number
  distinct: number
  /** Standard error of `distinct` as a share of it; 0: exact. */
  distinctError: number
  top: readonly TopValue[]
  /** A few different values, drawn evenly from the rows. */
  sample: readonly string[]
  numbers: NumberProfile | null
  texts: TextProfile | null
  /** Told in reports; null where nothing can be said. */
  meaning?: ToldMeaning | null
}

/** All that is known of a table. */
export interface TableProfile {
  rows: number
  columns: readonly ColumnProfile[]
}
