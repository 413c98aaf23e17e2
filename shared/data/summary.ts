import { hashNumber } from '../stats/hash.ts'
import {
  mergeMoments,
  momentsOf,
  noMoments,
  sampleDeviation,
  sampleKurtosis,
  sampleSkewness,
} from '../stats/moments.ts'
import { QuantileSketch } from '../stats/quantile_sketch.ts'
import { type Column, type ColumnKind, isMissing, showNumber, type Table, textAt } from './column.ts'
import { histogramOf } from './histogram.ts'
import { patternOf } from './pattern.ts'
import {
  type ColumnProfile,
  type NumberProfile,
  quantileShares,
  type TableProfile,
  type TextProfile,
} from './profile.ts'
import { ValueCounts } from './value_counts.ts'

const topSize = 20
const sampleSize = 12

/**
 * What is known of a column so far.
 *
 * Invariants. (1) Memory does not grow with the number of rows. (2) Summaries of parts, merged in any order, tell
 * the same as one of the whole: counts exactly, sums to rounding, sketches within their stated errors. (3) Counts
 * are exact, distinct values and quantiles up to 131,072 of them.
 */
export class ColumnSummary {
  readonly #name: string
  #kind: ColumnKind
  #type: string
  #rows = 0
  #nulls = 0
  #values = new ValueCounts()
  #moments = noMoments
  #quantiles = new QuantileSketch()
  #nans = 0
  #infinities = 0
  #zeros = 0
  #negatives = 0
  #wholes = 0
  #blank = 0
  #lengths = { least: Infinity, most: 0, sum: 0 }
  #patterns = new Map<string, number>()
  #sample: { key: number; text: string }[] = []

  constructor(name: string, kind: ColumnKind, type: string) {
    this.#name = name
    this.#kind = kind
    this.#type = type
  }

  /** Takes in a chunk whose first row is row `firstRow` of the whole. */
  add(column: Column, firstRow: number): void {
    this.#take(column.kind, column.type)
    this.#rows += column.length
    this.#nulls += column.nulls
    if (column.codes !== null) this.#addTexts(column, column.codes)
    if (column.numbers !== null) this.#addNumbers(column, column.numbers)
    for (let i = 0; i < column.length; i++) {
      const key = hashNumber(firstRow + i, 7)
      const last = this.#sample.at(-1)
      if (this.#sample.length >= sampleSize && last !== undefined && key >= last.key) continue
      const text = textAt(column, i)
      if (text !== null) this.#keep(key, text)
    }
  }

  /** Takes in the summary of other rows of the same column. */
  merge(other: ColumnSummary): void {
    this.#take(other.#kind, other.#type)
    this.#rows += other.#rows
    this.#nulls += other.#nulls
    this.#values.merge(other.#values)
    this.#moments = mergeMoments(this.#moments, other.#moments)
    this.#quantiles.merge(other.#quantiles)
    this.#nans += other.#nans
    this.#infinities += other.#infinities
    this.#zeros += other.#zeros
    this.#negatives += other.#negatives
    this.#wholes += other.#wholes
    this.#blank += other.#blank
    this.#lengths.least = Math.min(this.#lengths.least, other.#lengths.least)
    this.#lengths.most = Math.max(this.#lengths.most, other.#lengths.most)
    this.#lengths.sum += other.#lengths.sum
    for (const [pattern, count] of other.#patterns) this.#countPattern(pattern, count)
    for (const { key, text } of other.#sample) this.#keep(key, text)
  }

  /** What is known now. */
  profile(): ColumnProfile {
    const distinct = this.#values.distinct()
    const shown = (value: string | number): string =>
      typeof value === 'string' ? value : showNumber(this.#kind, value)
    const counted =
      this.#kind !== 'text' && this.#kind !== 'binary' && this.#kind !== 'nested' && this.#kind !== 'empty'
    return {
      name: this.#name,
      kind: this.#kind,
      type: this.#type,
      rows: this.#rows,
      nulls: this.#nulls,
      distinct: distinct.count,
      distinctError: distinct.error,
      top: this.#values.top(topSize).map(({ value, count, over }) => ({ value: shown(value), count, over })),
      sample: [...new Set(this.#sample.map(({ text }) => text))],
      numbers: counted ? this.#numberProfile() : null,
      texts: this.#kind === 'text' ? this.#textProfile() : null,
    }
  }

  /** A column that was empty so far is what the first chunk with values says. */
  #take(kind: ColumnKind, type: string): void {
    if (this.#kind !== 'empty' || kind === 'empty') return
    this.#kind = kind
    this.#type = type
  }

  #addTexts(column: Column, codes: Int32Array): void {
    const counts = new Uint32Array(column.dictionary.length)
    for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
    column.dictionary.forEach((text, code) => {
      const count = counts[code] ?? 0
      if (count === 0) return
      this.#values.add(text, count)
      if (column.kind !== 'text') return
      const length = lengthOf(text)
      this.#lengths.least = Math.min(this.#lengths.least, length)
      this.#lengths.most = Math.max(this.#lengths.most, length)
      this.#lengths.sum += length * count
      if (text.trim() === '') this.#blank += count
      this.#countPattern(patternOf(text), count)
    })
  }

  #addNumbers(column: Column, numbers: Float64Array): void {
    const finite = new Float64Array(column.length - column.nulls)
    let kept = 0
    const countValues = column.codes === null
    for (let i = 0; i < numbers.length; i++) {
      if (isMissing(column, i)) continue
      const value = numbers[i] ?? NaN
      if (Number.isNaN(value)) {
        this.#nans++
        continue
      }
      if (countValues) this.#values.add(value)
      if (!Number.isFinite(value)) {
        this.#infinities++
        continue
      }
      finite[kept++] = value
      if (value === 0) this.#zeros++
      else if (value < 0) this.#negatives++
      if (Number.isInteger(value)) this.#wholes++
    }
    this.#moments = mergeMoments(this.#moments, momentsOf(finite, 0, kept))
    this.#quantiles.add(finite, 0, kept)
  }

  #countPattern(pattern: string, count: number): void {
    const known = this.#patterns.get(pattern)
    if (known !== undefined || this.#patterns.size < 2000) this.#patterns.set(pattern, (known ?? 0) + count)
  }

  /** A sample that does not depend on how the rows were parted: those with the smallest hashes of their numbers. */
  #keep(key: number, text: string): void {
    const place = this.#sample.findIndex((each) => each.key > key)
    this.#sample.splice(place === -1 ? this.#sample.length : place, 0, { key, text })
    if (this.#sample.length > sampleSize) this.#sample.pop()
  }

  #numberProfile(): NumberProfile {
    const quantiles = quantileShares.map((share) => this.#quantiles.quantile(share))
    return {
      finite: this.#moments.count,
      nans: this.#nans,
      infinities: this.#infinities,
      zeros: this.#zeros,
      negatives: this.#negatives,
      wholes: this.#wholes,
      mean: this.#moments.count === 0 ? NaN : this.#moments.mean,
      deviation: sampleDeviation(this.#moments),
      skewness: sampleSkewness(this.#moments),
      kurtosis: sampleKurtosis(this.#moments),
      quantiles,
      rankError: this.#quantiles.rankError,
      histogram: histogramOf(
        quantiles[0] ?? NaN,
        quantiles.at(-1) ?? NaN,
        this.#wholes === this.#moments.count,
        {
          below: (edge) => this.#quantiles.countBelow(edge),
          total: this.#moments.count,
        },
      ),
    }
  }

  #textProfile(): TextProfile {
    const texts = this.#rows - this.#nulls
    const patterns = [...this.#patterns].map(([pattern, count]) => ({ pattern, count }))
    patterns.sort((a, b) => b.count - a.count || (a.pattern < b.pattern ? -1 : 1))
    return {
      blank: this.#blank,
      shortest: texts === 0 ? 0 : this.#lengths.least,
      longest: this.#lengths.most,
      meanLength: texts === 0 ? NaN : this.#lengths.sum / texts,
      patterns: patterns.slice(0, topSize),
    }
  }
}

/** The profile of a table that is in memory as a whole. */
export function profileTable(table: Table): TableProfile {
  return { rows: table.rows, columns: table.columns.map(profileColumn) }
}

/** The profile of one column that is in memory as a whole. */
export function profileColumn(column: Column): ColumnProfile {
  const summary = new ColumnSummary(column.name, column.kind, column.type)
  summary.add(column, 0)
  return summary.profile()
}

/** Characters as a person counts them: code points, not halves of them. */
function lengthOf(text: string): number {
  let pairs = 0
  for (let i = 0; i < text.length - 1; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0xd800 && code <= 0xdbff) pairs++
  }
  return text.length - pairs
}
