import type { StudySummary, StudyTrialState } from '../api/study_methods.ts'
import { formatDuration, formatNumber } from '../base/quantity.ts'

/** A study in a sentence or two: what was gained, how sure that is, and what matters. */
export function studyHeadline(study: StudySummary): string {
  const { best, settings, importance, trials } = study
  const [objective] = settings.objectives
  if (best === null || objective === undefined) {
    if (study.endedAtMs !== null) return 'No trial came to an end with a value.'
    return trials.running > 0 ? 'The first trials run.' : 'Imports and data are being loaded.'
  }
  if (settings.objectives.length > 1) {
    const names = settings.objectives.map(({ metric }) => metric).join(', ')
    return `${count(study.front.length, 'trial')} that no other beats in all of ${names}.${matters(importance)}`
  }
  return `${gainSentence(study, objective.metric)}${matters(importance)}`
}

function gainSentence(study: StudySummary, metric: string): string {
  const { gain, best, settings } = study
  const value = best?.values[0] ?? NaN
  if (gain === null) return `Best ${metric} so far: ${formatNumber(value)}.`
  const sign = settings.objectives[0]?.mode === 'min' ? 1 : -1
  const before = value + sign * gain.gain
  const words = {
    real: 'a real gain',
    small: 'real, but small',
    noise:
      gain.gain === 0
        ? "the notebook's own values are the best so far"
        : 'within the noise: no gain that can be told',
    unknown: 'measured once each, so how sure it is cannot be told',
  }[gain.verdict]
  if (gain.gain === 0) return `${metric} ${formatNumber(value)}: ${words}.`
  const half =
    gain.interval === null ? '' : ` ± ${formatNumber(round2((gain.interval.high - gain.interval.low) / 2))}`
  const by = `gain ${formatNumber(gain.gain)}${half}`
  if (gain.interval !== null) return `${metric}: ${by}, ${words}.`
  return `${metric} ${formatNumber(before)} → ${formatNumber(value)} (${by}: ${words}).`
}

function matters(importance: StudySummary['importance']): string {
  const [first, second] = importance
  if (first === undefined) return ''
  const next =
    second === undefined || second.share < 0.1 ? '' : `, then ${second.name} (${percent(second.share)})`
  return ` ${first.name} matters most (${percent(first.share)})${next}.`
}

/** How far it is, how long it took and will take, and what it costs, part by part. */
export function studyFacts(study: StudySummary, nowMs: number): string[] {
  const { trials, settings, used, leftMs, plateau, parallel } = study
  const over = overOf(study)
  const facts = [
    `${over}${settings.trials === null ? '' : ` of ${settings.trials}`} trials`,
    ...counted(trials, ['pruned', 'failed', 'cancelled']),
    ...(trials.running > 0 ? [`${trials.running} running, at most ${parallel} at a time`] : []),
    formatDuration((study.endedAtMs ?? nowMs) - study.createdAtMs),
    `${formatNumber(Number(used.hours.toPrecision(2)))} trial hours`,
  ]
  if (used.cost !== null) facts.push(`cost ${formatNumber(Number(used.cost.toPrecision(3)))}`)
  if (leftMs !== null && study.endedAtMs === null) facts.push(`about ${formatDuration(leftMs)} left`)
  if (plateau !== null && plateau.spent > 0) facts.push(`${count(plateau.spent, 'trial')} after the plateau`)
  return facts
}

/** Trials that are over. */
export function overOf({ trials }: StudySummary): number {
  return trials.complete + trials.pruned + trials.failed + trials.cancelled
}

/** How the trials get their processes, in words. */
export function howText({ how, madeBy }: StudySummary): string {
  if (madeBy !== null) return `${madeBy} runs it, from a cell: it is told of here and steered there.`
  if (how.mode === null) return ''
  const by = {
    fork: 'Trials are forked from a process that has loaded everything once',
    prepared: 'Each trial gets a process that was prepared before',
    kernel: 'Each trial gets a kernel of its own',
  }[how.mode]
  const shared =
    how.sharedCells === null || how.sharedCells === 0
      ? ''
      : `: ${count(how.sharedCells, 'cell')} run once${how.sharedSeconds === null ? '' : ` (${formatDuration(how.sharedSeconds * 1000)})`}`
  return `${by}${how.why === null ? '' : `, as ${how.why}`}${shared}.`
}

function counted(trials: Record<StudyTrialState, number>, states: readonly StudyTrialState[]): string[] {
  const words = { pruned: 'ended early', failed: 'failed', cancelled: 'cancelled' } as Record<string, string>
  return states.flatMap((state) => (trials[state] > 0 ? [`${trials[state]} ${words[state] ?? state}`] : []))
}

function count(n: number, noun: string): string {
  return n === 1 ? `1 ${noun}` : `${n.toLocaleString('en-US')} ${noun}s`
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

function round2(value: number): number {
  return Number(value.toPrecision(2))
}
