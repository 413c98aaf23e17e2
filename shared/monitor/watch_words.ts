import { amount, percent, plural } from '../data/wording.ts'
import type { WatchReport } from './watch_report.ts'

const dayMs = 86_400_000

/** What changed and what it costs. */
export function describeWatch(report: Omit<WatchReport, 'says'>): string {
  return [cost(report), reason(report)].filter((part) => part !== '').join(' ')
}

/** An error or a share right, as short as it may be. */
export function valueWords(value: number, kind: 'class' | 'number'): string {
  return kind === 'class' ? percent(value) : round(value)
}

/** Three digits are all that such numbers have; from 10 on none behind the point. */
export function round(value: number): string {
  return amount(Math.abs(value) >= 10 ? Math.round(value) : Number(value.toPrecision(2)))
}

/** `7 to 13 January 2012`. */
export function periodWords({ fromMs, toMs }: { fromMs: number; toMs: number }): string {
  const [first, last] = [new Date(fromMs), new Date(toMs - dayMs)]
  const month = (date: Date): string => date.toLocaleString('en-GB', { month: 'long', timeZone: 'UTC' })
  const day = (date: Date): string => String(date.getUTCDate())
  const year = String(last.getUTCFullYear())
  if (last.getTime() <= first.getTime()) return `${day(first)} ${month(first)} ${year}`
  const other = first.getUTCFullYear() !== last.getUTCFullYear()
  const begin = other
    ? `${day(first)} ${month(first)} ${first.getUTCFullYear()}`
    : `${day(first)} ${month(first)}`
  return month(first) === month(last) && !other
    ? `${day(first)} to ${day(last)} ${month(last)} ${year}`
    : `${begin} to ${day(last)} ${month(last)} ${year}`
}

function cost({ performance, estimate, kind, window }: Omit<WatchReport, 'says'>): string {
  if (performance === null)
    return estimate === null
      ? `No labels for ${plural(window.rows, 'request')} yet, so nobody knows how good the answers are.`
      : `No labels yet; to judge by the inputs alone, ${estimate.metric === 'error' ? 'the error is' : 'right are'} about ${valueWords(estimate.value, kind)}, as against ${valueWords(estimate.reference, kind)} before.`
  const { reference, value, metric, worse } = performance
  const now = valueWords(value, kind)
  if (reference === null) return `${metric === 'error' ? 'Error' : 'Right in'} ${now}.`
  const before = valueWords(reference.value, kind)
  if (!worse)
    return metric === 'error'
      ? `Error ${now}, as against ${before} before it went out: no worse.`
      : `Right in ${now}, as against ${before} before it went out: no worse.`
  return `${metric === 'error' ? 'Error' : 'Right in'} ${now} instead of ${before}${direction(performance)}.`
}

function direction({ days, daysTooLow }: NonNullable<WatchReport['performance']>): string {
  if (days < 2) return ''
  if (daysTooLow === days) return '; predictions too low every day'
  if (daysTooLow === 0) return '; predictions too high every day'
  if (daysTooLow / days >= 0.8) return `; predictions too low on ${daysTooLow} of ${days} days`
  if (daysTooLow / days <= 0.2) return `; predictions too high on ${days - daysTooLow} of ${days} days`
  return ''
}

function reason({ performance, target, predictions, inputs, signals }: Omit<WatchReport, 'says'>): string {
  const said = signals.find(({ kind }) => kind === 'inputs')?.says ?? ''
  const moved = target?.answer === 'drift' ? shift(target) : null
  if (performance?.worse === true && moved !== null && target !== null) {
    const followed = predictions?.answer === 'drift' ? shift(predictions) : 'stayed where they were'
    const explained = (predictions?.effect ?? 0) >= 0.7 * (target.effect ?? 0)
    const verdict = explained ? '' : ': the inputs do not explain it'
    return `The true ${target.name} went ${moved}, the predictions ${followed}${verdict}. ${said}`.trim()
  }
  if (inputs !== null && said === '') return 'None of the inputs has changed.'
  return said
}

function shift({ reference, current, effect }: NonNullable<WatchReport['target']>): string {
  if (reference.mean === null || current.mean === null)
    return `elsewhere (${percent(effect ?? 0)} of the rows)`
  return `from ${round(reference.mean)} to ${round(current.mean)} in the mean`
}
