import { sameProportion } from '../stats/proportion.ts'
import { answerOf } from './drift_calibrated.ts'
import type { Break } from './drift_report.ts'
import { percent } from '../data/wording.ts'
import { namesOf } from './drift_words.ts'
import { sum, type CategoricalSample, type NumericSample, type Pair } from './sample.ts'

/** A value counts as outside, or as new, from this share of the current rows on. */
const noteworthyShare = 0.01

/** Changes that the distribution of the values that are there does not show. */
export function findBreaks(pair: Exclude<Pair, { kind: 'other' }>): Break[] {
  const missing = missingBreak(pair.reference, pair.current)
  const others =
    pair.kind === 'numeric'
      ? [rangeBreak(pair.reference.sorted, pair.current.sorted)]
      : [newBreak(pair), goneBreak(pair)]
  return [missing, ...others].filter((found) => found !== null)
}

function missingBreak(
  reference: NumericSample | CategoricalSample,
  current: NumericSample | CategoricalSample,
): Break | null {
  if (reference.rows === 0 || current.rows === 0) return null
  const [before, now] = [reference.missing / reference.rows, current.missing / current.rows]
  const { pValue } = sameProportion(reference.missing, reference.rows, current.missing, current.rows)
  const answer = answerOf({ pValue, effect: Math.abs(now - before) })
  if (answer === 'no') return null
  const says = `missing in ${percent(now)} of the rows, before in ${percent(before)}`
  return { kind: 'missing', answer, says, evidence: { before, now, pValue } }
}

/** Some values beyond the former extremes are to be expected: on average 1 in n + 1 on either side. */
function rangeBreak(reference: Float64Array, current: Float64Array): Break | null {
  const [least, most] = [reference[0], reference.at(-1)]
  if (least === undefined || most === undefined || current.length === 0) return null
  const outside = current.reduce((count, value) => count + (value < least || value > most ? 1 : 0), 0)
  const share = outside / current.length
  const expected = 2 / (reference.length + 1)
  if (share < noteworthyShare || share < 5 * expected) return null
  const says = `${percent(share)} of the values lie outside of the former range`
  return {
    kind: 'outside-range',
    answer: share >= 0.05 ? 'drift' : 'possible',
    says,
    evidence: { share, least, most },
  }
}

function newBreak(pair: Extract<Pair, { kind: 'categorical' }>): Break | null {
  const fresh = pair.labels.filter((_, i) => pair.reference.counts[i] === 0)
  const rows = pair.labels.reduce(
    (total, _, i) => total + (pair.reference.counts[i] === 0 ? (pair.current.counts[i] ?? 0) : 0),
    0,
  )
  const share = rows / Math.max(1, sum(pair.current.counts))
  if (share < noteworthyShare || sum(pair.reference.counts) === 0) return null
  // Where many values are rare, some new ones are no news: as many of the old ones were seen only once.
  const once = pair.reference.counts.reduce((count, n) => count + (n === 1 ? 1 : 0), 0)
  const expected = once / sum(pair.reference.counts)
  if (share < 3 * expected) return null
  const says = `${namesOf(fresh)} ${fresh.length === 1 ? 'is' : 'are'} new: ${percent(share)} of the rows`
  return {
    kind: 'new-categories',
    answer: share >= 0.05 ? 'drift' : 'possible',
    says,
    evidence: { share, categories: fresh.length },
  }
}

function goneBreak(pair: Extract<Pair, { kind: 'categorical' }>): Break | null {
  const [before, now] = [sum(pair.reference.counts), sum(pair.current.counts)]
  const gone = pair.labels.filter(
    (_, i) =>
      pair.current.counts[i] === 0 &&
      // Not seeing it by chance would be as likely as one in a thousand.
      (1 - (pair.reference.counts[i] ?? 0) / Math.max(1, before)) ** now < 0.001,
  )
  if (gone.length === 0) return null
  const rows = pair.labels.reduce(
    (total, label, i) => total + (gone.includes(label) ? (pair.reference.counts[i] ?? 0) : 0),
    0,
  )
  const share = rows / before
  const says = `${namesOf(gone)} no longer ${gone.length === 1 ? 'occurs' : 'occur'}, before in ${percent(share)} of the rows`
  return {
    kind: 'gone-categories',
    answer: share >= 0.05 ? 'drift' : 'possible',
    says,
    evidence: { share, categories: gone.length },
  }
}
