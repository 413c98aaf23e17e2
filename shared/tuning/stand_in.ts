import { valueAtRung } from './rung.ts'
import { loss, type Study, type Trial } from './trial.ts'

/**
 * What a trial that was ended early would have come to, as far as complete trials tell: the loss, at its end, of the
 * one that stood at the same step next to it on the worse side; where none stood worse, the worst loss of all. Null if
 * it reported nothing or no complete trial did.
 *
 * @param complete trials with their losses at the end
 */
export function standIn(
  { directions }: Study,
  pruned: Trial,
  complete: readonly { trial: Trial; loss: number }[],
): number | null {
  const last = pruned.reports.at(-1)
  if (last === undefined || Number.isNaN(last.value)) return null
  const own = loss(directions[0], last.value)
  let nearest = Infinity
  let found: number | null = null
  let worst: number | null = null
  for (const { trial, loss: end } of complete) {
    const value = valueAtRung(trial.reports, last.step)
    if (value === null) continue
    worst = Math.max(worst ?? -Infinity, end)
    const there = loss(directions[0], value)
    if (!(there >= own && there < nearest)) continue
    nearest = there
    found = end
  }
  return found ?? worst
}
