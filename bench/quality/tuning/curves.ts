import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { choosePruner } from '../../../shared/tuning/pruner_choice.ts'
import type { PrunerName } from '../../../shared/tuning/pruner.ts'
import { propose } from '../../../shared/tuning/propose.ts'
import { chooseSampler } from '../../../shared/tuning/sampler_choice.ts'
import { parseSpaceText } from '../../../shared/tuning/space_text.ts'
import type { Point, Space } from '../../../shared/tuning/space.ts'
import type { Report, Study, Trial } from '../../../shared/tuning/trial.ts'

/** Learning curves of every point of a space; less is better. */
export interface CurveTable {
  readonly name: string
  readonly space: Space
  readonly epochs: number
  readonly curveOf: (point: Point) => readonly number[]
  /** The least value at the end of any curve, and the middle one. */
  readonly best: number
  readonly middle: number
}

/** What a study with pruning came to. */
export interface PrunedStudy {
  /** The best trial's value at its end: 0 is the best of the table, 1 the median. */
  readonly regret: number
  /** Epochs that all its trials ran together. */
  readonly epochs: number
}

/** Every table `curves__NAME.csv` of a folder. */
export function readCurves(folder: string): CurveTable[] {
  return readdirSync(folder)
    .filter((name) => /^curves__.*\.csv$/.test(name))
    .sort()
    .map((file) => readCurveTable(join(folder, file), file.replace(/^curves__|\.csv$/g, '')))
}

function readCurveTable(path: string, name: string): CurveTable {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split('\n')
  const names = head.split(',').filter((column) => !column.startsWith('epoch'))
  const rows = lines.map((line) => line.split(','))
  const columns = names.map((_, index) => [...new Set(rows.map((row) => row[index] ?? ''))])
  const numeric = columns.map((values) => values.every((value) => Number.isFinite(Number(value))))
  const curves = new Map(
    rows.map((row) => [row.slice(0, names.length).join(), row.slice(names.length).map(Number)]),
  )
  const ends = [...curves.values()].map((curve) => curve.at(-1) ?? Infinity).sort((a, b) => a - b)
  return {
    name,
    space: parseSpaceText(
      names.map((own, index) =>
        numeric[index] === true
          ? `${own}=int(0,${(columns[index]?.length ?? 1) - 1})`
          : `${own}=choice(${(columns[index] ?? []).map((value) => JSON.stringify(value)).join()})`,
      ),
    ),
    epochs: rows[0] === undefined ? 0 : rows[0].length - names.length,
    curveOf(point) {
      const key = names.map((own, index) => {
        const value = point[own]
        return numeric[index] === true ? columns[index]?.[Number(value)] : String(value)
      })
      const curve = curves.get(key.join())
      if (curve === undefined) throw new RangeError(`${path} has no row ${key.join()}`)
      return curve
    },
    best: ends[0] ?? NaN,
    middle: ends[Math.floor(ends.length / 2)] ?? NaN,
  }
}

/**
 * A study of the default sampler on a table of curves, one epoch of each running trial after the other.
 *
 * @param most no trial begins after so many epochs
 */
export function studyWithPruner(
  table: CurveTable,
  name: PrunerName,
  { trials, workers, seed, most }: { trials: number; workers: number; seed: number; most: number },
): PrunedStudy {
  const study: Study = {
    ...{ space: table.space, directions: ['minimize'], trials, parallel: workers },
    lastStep: null,
  }
  const { sampler } = chooseSampler('auto', study)
  const { pruner } = choosePruner(name, study)
  const log: Trial[] = []
  let [ended, epochs, furthest] = [0, 0, 0]
  const begin = (number: number): boolean => {
    const proposal = propose(sampler, study, log, { seed, number })
    if (proposal.kind === 'exhausted') return false
    log.push({
      ...{ number, point: proposal.point, state: 'running', values: [], constraints: [], reports: [] },
      ...{ ended: null, saw: ended, enqueued: false },
    })
    return true
  }
  const step = (trial: Trial): void => {
    epochs++
    const curve = table.curveOf(trial.point)
    const reports: Report[] = [
      ...trial.reports,
      { step: trial.reports.length + 1, value: curve[trial.reports.length] ?? NaN },
    ]
    const now: Trial = { ...trial, reports }
    const rivals = log.filter(({ number }) => number !== trial.number)
    if (reports.length === table.epochs) {
      furthest = table.epochs
      log[trial.number] = { ...now, state: 'complete', values: [curve.at(-1) ?? NaN], ended: ended++ }
    } else if (reports.length < furthest && pruner.decide(study, rivals, now).prune) {
      log[trial.number] = { ...now, state: 'pruned', ended: ended++ }
    } else log[trial.number] = now
  }
  for (let open = true; ;) {
    let running = log.filter(({ state }) => state === 'running')
    while (open && epochs < most && running.length < workers && log.length < trials) {
      open = begin(log.length)
      running = log.filter(({ state }) => state === 'running')
    }
    if (running.length === 0) break
    for (const trial of running) step(trial)
  }
  const values = log.flatMap((trial) => (trial.state === 'complete' ? (trial.values[0] ?? NaN) : []))
  return { regret: (Math.min(...values) - table.best) / (table.middle - table.best), epochs }
}
