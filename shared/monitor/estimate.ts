import { seedRandom } from '../base/random.ts'
import type { Table } from '../data/column.ts'
import { growTrees, readTrees } from '../stats/boosted_trees.ts'
import { calibrate, expectPerformance } from './cbpe.ts'
import { codingsOf, featuresOf } from './features.ts'
import { lossOf, type Judged } from './performance.ts'
import type { Estimate } from './watch_report.ts'

/** Rows that the model was judged on before it went out. */
export interface KnownRows {
  inputs: Table
  judged: readonly Judged[]
  /** Chance of what was said, by row; null where none was kept. */
  chances: readonly number[] | null
}

/** Rows whose truth is not known yet. */
export interface NewRows {
  inputs: Table
  /** What was said, as numbers; empty for classes. */
  said: readonly number[]
  /** Chance of what was said, by row; null where the model tells none. */
  chances: readonly number[] | null
}

/** Fewer rows than this teach nothing. */
const leastRows = 200

/**
 * The error that is to be expected on new rows: trees learn from the known rows where the model errs by how much.
 * They cannot know of a world that has changed: what the inputs do not show is not in it.
 * @see NannyML's DLE (direct loss estimation)
 */
export function expectError(known: KnownRows, current: NewRows): Estimate | null {
  const { inputs, judged } = known
  if (judged.length < leastRows || judged.length !== inputs.rows) return null
  const codings = codingsOf(inputs, [])
  if (codings.length === 0) return null
  const loss = Float64Array.from(judged, (row) => lossOf(row, 'number'))
  const said = Float64Array.from(judged, ({ value }) => Number(value))
  const trees = growTrees([...featuresOf(inputs, codings), said], loss, {
    kind: 'number',
    random: seedRandom('dle'),
  })
  const features = [...featuresOf(current.inputs, codings), Float64Array.from(current.said)]
  let sum = 0
  for (let row = 0; row < current.inputs.rows; row++) sum += Math.max(0, readTrees(trees, features, row))
  const value = sum / Math.max(1, current.inputs.rows)
  return { method: 'dle', metric: 'error', value, reference: mean(loss) }
}

/** The share right that is to be expected: each chance says how likely the answer is right, set right by the known rows. */
export function expectAccuracy(known: KnownRows, current: NewRows): Estimate | null {
  if (current.chances === null || current.chances.length === 0) return null
  const right = known.judged.map((row) => 1 - lossOf(row, 'class'))
  if (known.judged.length < leastRows) return null
  const taught = known.chances !== null && known.chances.length === right.length
  const calibration = taught ? calibrate({ chances: known.chances ?? [], truth: right }) : null
  const said = current.chances.map(() => 1)
  const { accuracy } = expectPerformance({ chances: current.chances, said }, calibration)
  return { method: 'cbpe', metric: 'accuracy', value: accuracy, reference: mean(right) }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return sum / Math.max(1, values.length)
}
