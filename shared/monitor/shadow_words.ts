import { amount, percent } from '../data/wording.ts'
import type { ShadowReport } from './shadow_report.ts'

/** The verdict on a shadow with its reason. */
export function describeShadow(report: Omit<ShadowReport, 'says'>): string {
  if (report.joined === 0) return 'The shadow has seen no requests yet.'
  return [difference(report), verdict(report), failures(report)].filter((part) => part !== '').join(' ')
}

function difference({ agreement, joined, kind, differences }: Omit<ShadowReport, 'says'>): string {
  if (agreement === null) return `None of ${amount(joined)} requests has two answers.`
  if (kind === 'number' && differences !== null)
    return `The answers to ${amount(joined)} requests differ by ${amount(differences.p50)} in the middle, by up to ${amount(differences.most)}.`
  const differing = Math.round((1 - agreement) * joined)
  return `The answers differ on ${amount(differing)} of ${amount(joined)} requests.`
}

function verdict({ judgement, verdict: decided, kind }: Omit<ShadowReport, 'says'>): string {
  if (judgement === null) return 'Without labels nobody can say which is better: send some.'
  const { champion, shadow, labelled, mcnemar, needed, difference: interval } = judgement
  const facts =
    kind === 'class' && mcnemar !== null
      ? `Where only one of them is right, it is the shadow ${amount(mcnemar.onlySecond)} times and the champion ${amount(mcnemar.onlyFirst)} times.`
      : `The shadow's error is ${amount(shadow)}, the champion's ${amount(champion)}${
          interval === null
            ? ''
            : `: the shadow's is between ${amount(Math.abs(interval.low))} ${side(interval.low)} and ${amount(Math.abs(interval.high))} ${side(interval.high)}`
        }.`
  if (decided === 'promote') return `${facts} Promote it: ${score(kind, champion, shadow)}.`
  if (decided === 'keep') return `${facts} Keep the champion: ${score(kind, champion, shadow)}.`
  const more =
    needed === null
      ? 'as good as equal so far'
      : `about ${amount(roundUp(needed))} more labelled requests are needed if it goes on like this`
  return `${facts} Not decided after ${amount(labelled)} labelled requests: ${more}.`
}

function side(value: number): string {
  return value < 0 ? 'smaller' : 'larger'
}

function score(kind: 'class' | 'number', champion: number, shadow: number): string {
  return kind === 'class'
    ? `${percent(shadow)} right instead of ${percent(champion)}`
    : `${amount(shadow)} instead of ${amount(champion)}`
}

function failures({ failed }: Omit<ShadowReport, 'says'>): string {
  return failed.shadow === 0 ? '' : `It failed on ${amount(failed.shadow)} requests.`
}

/** Two digits are all that such a guess has. */
function roundUp(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1)
  return Math.ceil(count / unit) * unit
}
