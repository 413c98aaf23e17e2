import { seedRandom } from '../base/random.ts'
import { meanByBlocks, neighbours } from '../stats/block_bootstrap.ts'
import { mcnemar } from '../stats/mcnemar.ts'
import { meanAtAnyTime, winsEvidence, winsNeeded } from '../stats/sequential.ts'
import type { AnswerKind, ShadowRecord } from './shadow_record.ts'
import type { Judgement, ShadowReport, ShadowVerdict, Spread } from './shadow_report.ts'
import { findSlices } from './shadow_slices.ts'
import { describeShadow } from './shadow_words.ts'

/** The probability of a wrong verdict that is accepted. */
export const shadowLevel = 0.05

/**
 * Compares champion and shadow request by request. The verdict may be looked at after every request: it is wrong
 * in at most one of twenty comparisons of equally good models.
 */
export function compareShadow(records: readonly ShadowRecord[], kind: AnswerKind): ShadowReport {
  const answered = records.filter(({ champion, shadow }) => champion.value !== null && shadow.value !== null)
  const agreeing = answered.filter((record) => agree(record, kind)).length
  const judgement = kind === 'class' ? judgeClasses(answered) : judgeNumbers(answered)
  const report: Omit<ShadowReport, 'says'> = {
    kind,
    joined: records.length,
    failed: {
      champion: records.filter(({ champion }) => champion.value === null).length,
      shadow: records.filter(({ shadow }) => shadow.value === null).length,
    },
    agreement: answered.length === 0 ? null : agreeing / answered.length,
    flips: kind === 'class' ? countFlips(answered) : [],
    differences: kind === 'number' ? spread(answered.map(gap)) : null,
    latency: {
      champion: spread(answered.map(({ champion }) => champion.latencyMs)),
      shadow: spread(answered.map(({ shadow }) => shadow.latencyMs)),
    },
    judgement,
    slices: findSlices(answered, farApart(answered, kind)),
    verdict: decide(judgement, kind),
  }
  return { ...report, says: describeShadow(report) }
}

/** Records with other classes; of numbers, which are seldom equal, the quarter that lies farthest apart. */
function farApart(records: readonly ShadowRecord[], kind: AnswerKind): (record: ShadowRecord) => boolean {
  if (kind === 'class') return (record) => !agree(record, kind)
  const gaps = Float64Array.from(records, gap).sort()
  const border = gaps[Math.floor(0.75 * gaps.length)] ?? 0
  return (record) => gap(record) > border
}

/** Whether both answers of a record are the same. */
export function agree(record: ShadowRecord, kind: AnswerKind): boolean {
  const [a, b] = [record.champion.value, record.shadow.value]
  if (kind === 'class') return String(a) === String(b)
  const [x, y] = [Number(a), Number(b)]
  return x === y || Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y))
}

function judgeClasses(answered: readonly ShadowRecord[]): Judgement | null {
  const labelled = answered.filter(({ label }) => label !== null)
  if (labelled.length === 0) return null
  const right = (value: string | number | null, label: string | number | null): boolean =>
    String(value) === String(label)
  let [championRight, shadowRight, onlyChampion, onlyShadow] = [0, 0, 0, 0]
  const gains: number[] = []
  for (const { champion, shadow, label } of labelled) {
    const [c, s] = [right(champion.value, label), right(shadow.value, label)]
    if (c) championRight++
    if (s) shadowRight++
    if (c && !s) onlyChampion++
    if (s && !c) onlyShadow++
    gains.push(Number(s) - Number(c))
  }
  const wins = winsEvidence(onlyShadow, onlyChampion)
  const differing = winsNeeded(onlyShadow, onlyChampion, shadowLevel)
  const perRow = (onlyChampion + onlyShadow) / labelled.length
  return {
    labelled: labelled.length,
    champion: championRight / labelled.length,
    shadow: shadowRight / labelled.length,
    difference: meanAtAnyTime(
      { count: labelled.length, sum: onlyShadow - onlyChampion, squares: onlyShadow + onlyChampion },
      shadowLevel,
    ),
    bootstrap: meanByBlocks(neighbours(gains), seedRandom('shadow')),
    pValue: wins.pValue,
    mcnemar: mcnemar(onlyChampion, onlyShadow),
    needed: Number.isFinite(differing) && perRow > 0 ? Math.ceil(differing / perRow) : null,
  }
}

function judgeNumbers(answered: readonly ShadowRecord[]): Judgement | null {
  const labelled = answered.filter(({ label }) => label !== null && Number.isFinite(Number(label)))
  if (labelled.length === 0) return null
  const sums = { count: 0, sum: 0, squares: 0 }
  const changes: number[] = []
  let [championError, shadowError] = [0, 0]
  for (const { champion, shadow, label } of labelled) {
    const [c, s] = [champion, shadow].map(({ value }) => Math.abs(Number(value) - Number(label))) as [
      number,
      number,
    ]
    championError += c
    shadowError += s
    sums.count++
    sums.sum += s - c
    sums.squares += (s - c) ** 2
    changes.push(s - c)
  }
  const difference = meanAtAnyTime(sums, shadowLevel)
  return {
    labelled: labelled.length,
    champion: championError / labelled.length,
    shadow: shadowError / labelled.length,
    difference,
    bootstrap: meanByBlocks(neighbours(changes), seedRandom('shadow')),
    pValue: null,
    mcnemar: null,
    needed: difference === null ? null : numbersNeeded(sums),
  }
}

/** The width shrinks with the root of the count, so that the count for a width of the mean itself follows. */
function numbersNeeded(sums: { count: number; sum: number; squares: number }): number | null {
  for (let factor = 1; factor <= 1000; factor *= 1.25) {
    const later = { count: sums.count * factor, sum: sums.sum * factor, squares: sums.squares * factor }
    const interval = meanAtAnyTime(later, shadowLevel)
    if (interval !== null && (interval.low > 0 || interval.high < 0))
      return Math.ceil(later.count - sums.count)
  }
  return null
}

function decide(judgement: Judgement | null, kind: AnswerKind): ShadowVerdict {
  if (judgement === null) return 'no-labels'
  const { difference, pValue, mcnemar: test } = judgement
  if (kind === 'class' && pValue !== null && test !== null) {
    if (pValue > shadowLevel) return 'more-data'
    return test.onlySecond > test.onlyFirst ? 'promote' : 'keep'
  }
  if (difference === null || (difference.low <= 0 && difference.high >= 0)) return 'more-data'
  return difference.high < 0 ? 'promote' : 'keep'
}

function countFlips(answered: readonly ShadowRecord[]): ShadowReport['flips'] {
  const counts = new Map<string, { from: string; to: string; count: number }>()
  for (const { champion, shadow } of answered) {
    const [from, to] = [String(champion.value), String(shadow.value)]
    if (from === to) continue
    const key = JSON.stringify([from, to])
    const flip = counts.get(key) ?? { from, to, count: 0 }
    flip.count++
    counts.set(key, flip)
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)
}

function gap({ champion, shadow }: ShadowRecord): number {
  return Math.abs(Number(champion.value) - Number(shadow.value))
}

function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), most: sorted.at(-1) ?? 0 }
}
