import { valueAtRung } from './rung.ts'
import { loss, type Study, type Trial } from './trial.ts'

/** A trial and the loss at its end, or what stands for it. */
export interface Ended {
  readonly trial: Trial
  readonly loss: number
}

/**
 * What trials that were ended early would have come to, as far as others tell: at the step where one was ended, the
 * ends of those that went further rise with what they had there (isotonic regression: Barlow et al. 1972), and its
 * own lies on that line. Those that came furthest are placed first and tell of the ones that were ended before. One
 * that reported nothing, or where nobody went further, is left out.
 *
 * @param complete trials with their losses at the end
 */
export function standIns(
  study: Study,
  pruned: readonly Trial[],
  complete: readonly Ended[],
): readonly Ended[] {
  const told = pruned.filter(({ reports }) => !Number.isNaN(reports.at(-1)?.value ?? NaN))
  const steps = [...new Set(told.map(lastStep))].sort((a, b) => b - a)
  const all = [...complete]
  for (const step of steps) {
    const line = risingLine(study, step, all)
    if (line.length === 0) continue
    for (const trial of told) {
      const last = trial.reports.at(-1)
      if (last?.step === step)
        all.push({ trial, loss: heightAt(line, loss(study.directions[0], last.value)) })
    }
  }
  return all.slice(complete.length)
}

function lastStep({ reports }: Trial): number {
  return reports.at(-1)?.step ?? 0
}

function lossAt({ directions }: Study, { reports }: Trial, step: number): number | null {
  const value = valueAtRung(reports, step)
  return value === null || !Number.isFinite(value) ? null : loss(directions[0], value)
}

/** Trials that lie together on a line: their mean loss at a step and at the end, and how many they are. */
interface Knot {
  readonly at: number
  readonly end: number
  readonly count: number
}

/** Neighbours whose ends fall where they should rise are drawn together. */
function risingLine(study: Study, step: number, ended: readonly Ended[]): Knot[] {
  const known = ended.flatMap(({ trial, loss: end }): Knot[] => {
    const at = lossAt(study, trial, step)
    return at === null ? [] : [{ at, end, count: 1 }]
  })
  const line: Knot[] = []
  for (const own of known.sort((a, b) => a.at - b.at)) {
    let knot = own
    for (let before = line.at(-1); before !== undefined && before.end >= knot.end; before = line.at(-1)) {
      knot = together(before, knot)
      line.pop()
    }
    line.push(knot)
  }
  return line
}

function together(a: Knot, b: Knot): Knot {
  const count = a.count + b.count
  const mean = (of: (knot: Knot) => number): number => (of(a) * a.count + of(b) * b.count) / count
  return { at: mean(({ at }) => at), end: mean(({ end }) => end), count }
}

/** Between knots the line is straight, before the first one flat; behind the last one it rises as it did on the way. */
function heightAt(line: readonly Knot[], at: number): number {
  const [first, last] = [line[0] as Knot, line.at(-1) as Knot]
  if (at <= first.at) return first.end
  if (at >= last.at) {
    const slope = last.at > first.at ? (last.end - first.end) / (last.at - first.at) : 0
    // What diverged is far behind, and still a number.
    return Math.min(last.end + slope * (Math.min(at, Number.MAX_VALUE) - last.at), Number.MAX_VALUE)
  }
  const after = line.findIndex((knot) => knot.at >= at)
  const [low, high] = [line[after - 1] as Knot, line[after] as Knot]
  return low.end + ((high.end - low.end) * (at - low.at)) / (high.at - low.at)
}
