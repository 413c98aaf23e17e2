import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { numberColumn } from '../../shared/data/column.ts'
import {
  evidentlyMethod,
  evidentlyMethods,
  type EvidentlyMethod,
} from '../../shared/monitor/drift_evidently.ts'
import { nannymlDistance, nannymlPair, type NannymlMethod } from '../../shared/monitor/drift_nannyml.ts'
import { cramerVonMises } from '../../shared/stats/cramer_von_mises.ts'
import { realData } from '../data/real_data.ts'

/**
 * What Evidently 0.7.21 itself gives for NannyML's California housing, reference against analysis; six digits.
 * The columns: wasserstein, ks, psi, jensenshannon, kl_div, hellinger, ed, then the p-value of Cramer-von Mises.
 */
const byEvidently: Record<string, readonly number[]> = {
  MedInc: [0.157537, 1.78783e-14, 0.0367252, 0.0673884, 0.0179335, 0.0675697, 0.161685, 1.195e-10],
  HouseAge: [0.178565, 8.44564e-23, 0.124127, 0.123539, 0.0598988, 0.103678, 0.500147, 1.545e-9],
  AveRooms: [0.0827669, 4.20342e-13, 0.0145942, 0.0445045, 0.0075119, 0.0457065, 0.0977699, 1.753e-10],
  AveBedrms: [0.035204, 0.513981, 0.00275309, 0.0247064, 0.00149423, 0.0275064, 0.0102673, 0.322123],
  Population: [0.0434114, 0.0934726, 0.00235138, 0.0197347, 0.00120892, 0.0239832, 1.02633, 0.0684487],
  AveOccup: [0.235714, 2.68431e-21, 1.26684e-5, 0.0112392, 6.07763e-6, 0.0134993, 0.136156, 8.449e-10],
  Latitude: [1.12446, 0, 3.28519, 0.526752, 1.17322, 0.573829, 1.17619, 8.403e-8],
  Longitude: [1.24311, 0, 3.45352, 0.576303, 2.06809, 0.66787, 1.19477, 9.527e-8],
  y_pred_proba: [0.531324, 1.53937e-184, 0.386683, 0.214566, 0.214368, 0.215451, 0.265348, 2.88e-8],
}

/** What NannyML 0.13.1 itself gives for the same: jensen_shannon, kolmogorov_smirnov, wasserstein, hellinger. */
const byNannyml: Record<string, readonly number[]> = {
  MedInc: [0.087238, 0.068747, 0.30473, 0.072849],
  HouseAge: [0.149185, 0.086754, 2.08636, 0.124712],
  AveRooms: [0.042946, 0.065305, 0.19543, 0.038186],
  AveBedrms: [0.032842, 0.013951, 0.014714, 0.03084],
  Population: [0.028881, 0.021119, 52.588441, 0.025374],
  AveOccup: [0.099246, 0.083792, 0.387773, 0.085254],
  Latitude: [0.699836, 0.507024, 1.872286, 0.628349],
  Longitude: [0.749066, 0.512294, 1.82351, 0.698331],
  y_pred_proba: [0.256843, 0.247825, 0.172886, 0.21632],
}

const nannymlMethods: readonly NannymlMethod[] = [
  'jensen_shannon',
  'kolmogorov_smirnov',
  'wasserstein',
  'hellinger',
]

describe('drift as the peers count it, on California housing', () => {
  let reference: Map<string, Float64Array>
  let analysis: Map<string, Float64Array>
  before(function () {
    const read = (part: string): Map<string, Float64Array> =>
      readNumbers(realData(this, `tabular/nannyml_california_housing_${part}.csv`))
    reference = read('reference')
    analysis = read('analysis')
  })

  for (const [name, expected] of Object.entries(byEvidently)) {
    it(`evidentlyMethod() gives Evidently's values for ${name}, to the six digits published`, () => {
      const [a, b] = sides(name)
      const found = evidentlyMethods.map((method: EvidentlyMethod) => evidentlyMethod(method, a, b).value)
      found.forEach((value, i) =>
        nearDigits(value, expected[i] ?? NaN, `${name} ${evidentlyMethods[i] ?? ''}`),
      )
      // Its p-value is taken from one and its series cut at 1e-7: no more digits can agree.
      assert.ok(Math.abs(cramerVonMises(a, b).pValue - (expected[7] ?? NaN)) < 1e-6)
    })
  }
  for (const [name, expected] of Object.entries(byNannyml)) {
    it(`nannymlDistance() gives NannyML's values for ${name}, to the six places published`, () => {
      const [a, b] = sides(name)
      const pair = nannymlPair(name, numberColumn(name, 'number', a), numberColumn(name, 'number', b))
      assert.ok(pair.kind !== 'other')
      nannymlMethods.forEach((method, i) =>
        nearDecimals(nannymlDistance(method, pair), expected[i] ?? NaN, `${name} ${method}`),
      )
    })
  }

  function sides(name: string): [Float64Array, Float64Array] {
    return [reference.get(name) as Float64Array, analysis.get(name) as Float64Array]
  }
})

/** Columns of numbers of a plain CSV file, sorted; cells that are no numbers are left out. */
function readNumbers(path: string): Map<string, Float64Array> {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/)
  const cells = lines.map((line) => line.split(','))
  return new Map(
    head.split(',').map((name, i) => {
      const numbers = cells.map((row) => Number(row[i] === '' ? NaN : row[i])).filter((n) => !Number.isNaN(n))
      return [name, Float64Array.from(numbers).sort()] as const
    }),
  )
}

/** Evidently's values were published with six significant digits; a p-value of 0 was below the smallest double. */
function nearDigits(actual: number, expected: number, what: string): void {
  const tolerance = Math.max(6e-6 * Math.abs(expected), 1e-300)
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} instead of ${expected}`)
}

/** NannyML's values were published with six decimal places. */
function nearDecimals(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 5.1e-7, `${what}: ${actual} instead of ${expected}`)
}
