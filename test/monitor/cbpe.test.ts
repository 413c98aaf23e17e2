import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { calibrate, expectPerformance, type ChanceRows } from '../../shared/monitor/cbpe.ts'
import { fitRising, readRising } from '../../shared/stats/isotonic.ts'
import { realData } from '../data/real_data.ts'

/** What NannyML 0.13.1 gives for ten chunks of 823 rows of its California housing, fitted on its reference. */
const published = {
  auc: [
    0.8559203523649266, 0.734269132964454, 0.686560784901561, 0.718157456121623, 0.8650235926777001,
    0.907697516093822, 0.8920129640600467, 0.9066858024767652, 0.8424001989349549, 0.9196791124826483,
  ],
  f1: [
    0.18360299371287256, 0.005022556667994121, 0.0, 0.16719354064965564, 0.27321929312482185,
    0.6296015427414806, 0.6446559401319586, 0.553445894990984, 0.13583895279466943, 0.41449078026646435,
  ],
  precision: [
    0.9567449839998476, 0.9606557377049181, 0.0, 0.9616044570395231, 0.9512251509122194, 0.973856887386476,
    0.9667238997577002, 0.9713753976828012, 0.9561127938963568, 0.9748169608059878,
  ],
  recall: [
    0.10154492512701063, 0.0025178603465622045, 0.0, 0.09155617673377521, 0.1595188539544335,
    0.46516661010190985, 0.4835569839372469, 0.38695877787361077, 0.07311322778366305, 0.2632019333046143,
  ],
  accuracy: [
    0.7001900806454676, 0.5375270551180923, 0.6869914186992092, 0.662441369679635, 0.575718004721489,
    0.6588897493733569, 0.6283487619584146, 0.6324017080979855, 0.689594829973588, 0.7088670552127075,
  ],
}

describe('expectPerformance()', () => {
  function read(path: string): ChanceRows {
    const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split('\n')
    const names = head.trim().split(',')
    const column = (name: string): number[] =>
      lines.map((line) => Number(line.trim().split(',')[names.indexOf(name)]))
    const truth = names.includes('clf_target') ? column('clf_target') : []
    return { chances: column('y_pred_proba'), said: column('y_pred'), truth }
  }

  it('equals NannyML on California housing: sums to 1e-9, the area (which it rounds) to 1e-5', function () {
    const folder = 'tabular/nannyml_california_housing_'
    const reference = read(realData(this, `${folder}reference.csv`))
    const analysis = read(realData(this, `${folder}analysis.csv`))
    const calibration = calibrate(reference)
    assert.notEqual(calibration, null)
    for (let chunk = 0; chunk < 10; chunk++) {
      const of = (values: readonly number[]): readonly number[] =>
        values.slice(chunk * 823, (chunk + 1) * 823)
      const found = expectPerformance({ chances: of(analysis.chances), said: of(analysis.said) }, calibration)
      for (const name of ['f1', 'precision', 'recall', 'accuracy'] as const) {
        const expected = published[name][chunk] ?? NaN
        // Where nothing was said, NannyML writes 0.
        const value = Number.isNaN(found[name]) ? 0 : found[name]
        assert.ok(Math.abs(value - expected) < 1e-9, `${name} of chunk ${chunk}: ${value}, not ${expected}`)
      }
      assert.ok(Math.abs(found.auc - (published.auc[chunk] ?? NaN)) < 1e-5, `auc of chunk ${chunk}`)
    }
  })
  it('takes chances as they are where they are good', () => {
    const chances = Array.from({ length: 4000 }, (_, i) => (i + 0.5) / 4000)
    const truth = chances.map((chance, i) => ((i * 0.6180339887) % 1 < chance ? 1 : 0))
    assert.equal(calibrate({ chances, truth }), null)
  })
})

describe('fitRising()', () => {
  it('pools neighbours that fall, as worked out by hand', () => {
    const curve = fitRising([1, 2, 2, 3, 4, 5], [1, 4, 2, 2, 5, 4])
    assert.deepEqual(curve.at, [1, 2, 3, 4, 5])
    // 2 has the mean 3 and 3 has 2: together (4 + 2 + 2) / 3; 4 and 5 together 4.5.
    assert.deepEqual(curve.value, [1, 8 / 3, 8 / 3, 4.5, 4.5])
    assert.deepEqual(
      [0, 1.5, 3.5, 9].map((place) => readRising(curve, place)),
      [1, 11 / 6, (8 / 3 + 4.5) / 2, 4.5],
    )
  })
})
