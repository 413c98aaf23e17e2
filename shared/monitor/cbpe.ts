import { seedRandom, shuffled } from '../base/random.ts'
import { fitRising, readRising, type RisingCurve } from '../stats/isotonic.ts'

/** Chances of the class in question with what was said and what was true: rows the model had not learned from. */
export interface ChanceRows {
  chances: readonly number[]
  /** 1 where the class in question was said. */
  said: readonly number[]
  /** 1 where it was true. */
  truth: readonly number[]
}

/** Performance as the chances alone let expect it. */
export interface ExpectedPerformance {
  accuracy: number
  precision: number
  recall: number
  f1: number
  auc: number
}

/** How chances become probabilities; null where they are good as they are. */
export type Calibration = RisingCurve | null

/**
 * Learns what chances are worth: a rising curve, used only if it comes nearer to the truth in all of ten splits.
 * @see NannyML's `needs_calibration`: expected calibration error over ten bins of equal count
 */
export function calibrate({ chances, truth }: Pick<ChanceRows, 'chances' | 'truth'>): Calibration {
  const splits = 10
  const share = 0.1
  const random = seedRandom('calibration')
  for (let split = 0; split < splits; split++) {
    const { learn, judge } = stratified(truth, share, random.fork(split))
    const pick = (values: readonly number[], rows: readonly number[]): number[] =>
      rows.map((row) => values[row] ?? 0)
    const curve = fitRising(pick(chances, learn), pick(truth, learn))
    const [given, true_] = [pick(chances, judge), pick(truth, judge)]
    const better = given.map((chance) => readRising(curve, chance))
    if (calibrationError(better, true_) > calibrationError(given, true_)) return null
  }
  return fitRising(chances, truth)
}

/**
 * Performance without labels: each chance says how likely the answer is right.
 * @param calibration from rows with their truth
 * @see NannyML's CBPE (confidence-based performance estimation), binary: the same sums to the digit
 */
export function expectPerformance(
  { chances, said }: Pick<ChanceRows, 'chances' | 'said'>,
  calibration: Calibration,
): ExpectedPerformance {
  const real = chances.map((chance) => (calibration === null ? chance : readRising(calibration, chance)))
  let [tp, fp, fn, tn] = [0, 0, 0, 0]
  real.forEach((chance, row) => {
    if (said[row] === 1) {
      tp += chance
      fp += 1 - chance
    } else {
      fn += chance
      tn += 1 - chance
    }
  })
  return {
    accuracy: (tp + tn) / real.length,
    precision: tp / (tp + fp),
    recall: tp / (tp + fn),
    f1: tp / (tp + 0.5 * (fp + fn)),
    auc: expectedAuc(real, chances),
  }
}

/** Area under the curve of expected rates, the highest chances first. */
function expectedAuc(real: readonly number[], chances: readonly number[]): number {
  const order = chances.map((_, row) => row).sort((a, b) => (chances[b] ?? 0) - (chances[a] ?? 0))
  const all = real.reduce((sum, chance) => sum + chance, 0)
  const none = real.length - all
  let [tp, fp, area] = [0, 0, 0]
  for (const row of order) {
    const chance = real[row] ?? 0
    area += (1 - chance) * (tp + chance / 2)
    tp += chance
    fp += 1 - chance
  }
  return fp === 0 || all === 0 ? NaN : area / (all * none)
}

/** Mean gap between what chances say and what was true, over ten bins of equal count. */
function calibrationError(chances: readonly number[], truth: readonly number[]): number {
  const order = chances.map((_, row) => row).sort((a, b) => (chances[a] ?? 0) - (chances[b] ?? 0))
  const bins = Math.max(1, Math.min(10, Math.floor(chances.length / 2)))
  const width = Math.floor(chances.length / bins)
  let error = 0
  for (let bin = 0; bin < bins; bin++) {
    const rows = order.slice(bin * width, bin === bins - 1 ? undefined : (bin + 1) * width)
    const gap = rows.reduce((sum, row) => sum + (chances[row] ?? 0) - (truth[row] ?? 0), 0)
    error += Math.abs(gap) / chances.length
  }
  return error
}

/** Rows to learn from and rows to judge on, both kinds in their shares. */
function stratified(
  truth: readonly number[],
  share: number,
  random: Parameters<typeof shuffled>[1],
): { learn: number[]; judge: number[] } {
  const [learn, judge]: [number[], number[]] = [[], []]
  for (const kind of [0, 1]) {
    const rows = shuffled(
      truth.map((_, row) => row).filter((row) => truth[row] === kind),
      random,
    )
    const many = Math.round(share * rows.length)
    judge.push(...rows.slice(0, many))
    learn.push(...rows.slice(many))
  }
  return { learn, judge }
}
