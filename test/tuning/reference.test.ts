import assert from 'node:assert/strict'
import { seedRandom } from '../../shared/base/random.ts'
import { ashaPruner } from '../../shared/tuning/asha_pruner.ts'
import { logExpectedImprovement } from '../../shared/tuning/expected_improvement.ts'
import { condition } from '../../shared/tuning/gp.ts'
import { encodingOf } from '../../shared/tuning/gp_encoding.ts'
import { likelihoodOf } from '../../shared/tuning/gp_fit.ts'
import { hypervolume } from '../../shared/tuning/hypervolume.ts'
import { importances } from '../../shared/tuning/importance.ts'
import { logNormalCdf, normalCdf, normalQuantile } from '../../shared/tuning/normal.ts'
import { crowdingOf, frontsOf } from '../../shared/tuning/pareto.ts'
import { mixtureOf } from '../../shared/tuning/parzen.ts'
import { medianPruner, percentilePruner } from '../../shared/tuning/percentile_pruner.ts'
import type { Pruner } from '../../shared/tuning/pruner.ts'
import { signedRankGreater } from '../../shared/tuning/signed_rank.ts'
import { sobolPoint } from '../../shared/tuning/sobol.ts'
import { parseSpaceText } from '../../shared/tuning/space_text.ts'
import { weightsByAge } from '../../shared/tuning/tpe_sampler.ts'
import { splitTrials } from '../../shared/tuning/tpe_split.ts'
import type { Trial } from '../../shared/tuning/trial.ts'
import { wilcoxonPruner } from '../../shared/tuning/wilcoxon_pruner.ts'
import { near, readReference } from './reference.ts'
import { reportsOf, studyOf, trialOf } from './trials.ts'

const reference = readReference()

/** The space of make_reference.py. */
const space = parseSpaceText([
  'x=float(-5,5)',
  'rate=log(1e-4,1)',
  'share=float(0,1,0.1)',
  'n=int(1,9)',
  'units=int(16,512,log)',
  'kind=choice(a,b,c)',
])

describe('against SciPy', () => {
  it('the normal distribution, far into the tails', () => {
    const { z, cdf, logCdf, p, quantile } = reference.normal
    z.forEach((at, index) => {
      near(normalCdf(at), cdf[index]!, 1e-15)
      near(logNormalCdf(at), logCdf[index]!, 1e-12)
    })
    p.forEach((share, index) => near(normalQuantile(share), quantile[index]!, 1e-14))
  })
  it("Sobol' points in 64 dimensions", () => {
    // SciPy goes through the points in the order of Gray's code.
    const points = [0, 1, 2, 3, 5, 12, 33, 63].map((index) => sobolPoint(index ^ (index >> 1), 64, null))
    assert.deepEqual(
      points.map((point) => [...point]),
      reference.sobol.points,
    )
  })
  it('the signed-rank test with ties and zeros', () => {
    for (const { differences, p } of reference.signedRank) {
      // Ours is exact up to 50 differences with ties too, where SciPy's mostly is normal; and zeros, which SciPy
      // counts as ties, add nothing to the spread of ours.
      const tied = new Set(differences.map(Math.abs)).size < differences.length || differences.includes(0)
      near(signedRankGreater(differences), p, tied ? 0.01 : 1e-10)
    }
  })
})

describe('against scikit-learn', () => {
  it('mean, variance, likelihood and its slope of a Gaussian process', () => {
    for (const { x, y, scales, signal, noise, ...expected } of reference.process) {
      const encoding = encodingOf(parseSpaceText(scales.map((_, index) => `x${index}=float(0,1)`)))
      const places = x.map((row) => Float64Array.from(row))
      const weights = Float64Array.from(scales, (scale) => 1 / scale ** 2)
      const process = condition(encoding, { places, values: y }, { weights, signal, noise })
      expected.asked.forEach((row, index) => {
        const { mean, variance } = process.at(Float64Array.from(row))
        near(mean, expected.mean[index]!, 1e-8)
        near(variance, expected.variance[index]!, 1e-8)
      })
      // The fit adds 1e-6 to the noise.
      const theta = Float64Array.from([...weights.map(Math.log), Math.log(signal), Math.log(noise - 1e-6)])
      const { value, gradient } = likelihoodOf(encoding, { places, values: y })(theta)
      near(-value - (y.length / 2) * Math.log(2 * Math.PI), expected.logLikelihood, 1e-9)
      const [bySignal, ...rest] = expected.slope
      // A weight is a length scale to the power -2, and ours is the negative likelihood.
      rest.slice(0, -1).forEach((slope, index) => near(gradient[index]!, slope / 2, 1e-7))
      near(gradient.at(-2)!, -bySignal!, 1e-7)
      near(gradient.at(-1)!, -rest.at(-1)!, 1e-4)
    }
  })
})

describe('against Optuna', () => {
  it('the logarithm of the expected improvement, where it underflows too', () => {
    const { z, value } = reference.logEi
    z.forEach((at, index) => near(logExpectedImprovement(0, 1, at), value[index]!, 1e-10))
    near(logExpectedImprovement(1, 2, -1), Math.log(2) + value[z.indexOf(-1)]!, 1e-12)
  })
  it("the density of TPE's Parzen mixture over all kinds of parameters", () => {
    // Ours agrees to 13 digits with the same sum in 40 digits; Optuna's tails, by then 1e-8, are off by up to 2e-5.
    for (const { points, asked, logDensity } of reference.parzen) {
      const mixture = mixtureOf(
        space,
        { points, weights: weightsByAge(points.length) },
        { floor: 0, exponent: 1 },
      )
      asked.forEach((point, index) => near(mixture.logDensity(point), logDensity[index]!, 2e-6))
    }
  })
  it('which trials count as good', () => {
    const { trials, cases } = reference.split
    const history = trials.map(({ kind, value, reports, violation }, number): Trial => {
      const state = kind === 'pruned' || kind === 'running' || kind === 'failed' ? kind : 'complete'
      const values = state === 'complete' ? [value] : []
      const told = reports.map(([step, own]) => ({ step, value: own }))
      return trialOf(number, { x: 0.5 }, { state, values, reports: told, constraints: [violation] })
    })
    for (const { good, below } of cases) {
      const split = splitTrials(studyOf(space), history, { good, random: seedRandom(1) })
      assert.deepEqual(
        split.below.map(({ number }) => number),
        below,
      )
    }
  })
  it('whom each pruner ends at which step', () => {
    const { curves, folds, asha, median, percentile25, wilcoxon } = reference.pruners
    for (const [key, expected] of Object.entries(asha)) {
      const [firstRung = 1, factor = 3] = key.split(',').map(Number)
      assert.deepEqual(stops(ashaPruner({ firstRung, factor }), curves), expected, key)
    }
    assert.deepEqual(stops(medianPruner({ warmupSteps: 4 }), curves), median)
    assert.deepEqual(
      stops(percentilePruner({ percent: 25, startupTrials: 3, warmupSteps: 0 }), curves),
      percentile25,
    )
    assert.deepEqual(stops(wilcoxonPruner(), folds), wilcoxon)
  })
  it('non-domination ranks, crowding distances and hypervolumes', () => {
    for (const { values, violations, front, ...expected } of reference.pareto) {
      assert.deepEqual(frontsOf(values.map((own) => ({ values: own, violation: 0 }))), expected.fronts)
      const judged = values.map((own, index) => ({ values: own, violation: violations[index]! }))
      assert.deepEqual(frontsOf(judged), expected.constrainedFronts)
      near(hypervolume(values, expected.reference), expected.hypervolume, 1e-12)
      crowdingOf(front).forEach((distance, index) => near(distance, expected.crowding[index]!, 1e-12))
    }
  })
  it('importances by PED-ANOVA, with a parameter that is not always there', () => {
    for (const { trials, shares } of reference.importance) {
      const history = trials.map(({ point, value }, number) => trialOf(number, point, { values: [value] }))
      for (const { name, share } of importances(studyOf(space), history)) near(share, shares[name]!, 1e-8)
    }
  })
})

/** Where each curve is ended when they run one after the other. */
function stops(pruner: Pruner, curves: readonly number[][]): (number | null)[] {
  const rivals: Trial[] = []
  return curves.map((curve, number) => {
    for (let step = 1; step <= curve.length; step++) {
      const reports = reportsOf(curve.slice(0, step))
      const trial = trialOf(number, { x: 0 }, { state: 'running', reports })
      if (!pruner.decide(studyOf(space), rivals, trial).prune) continue
      rivals.push({ ...trial, state: 'pruned', ended: number })
      return step
    }
    rivals.push(trialOf(number, { x: 0 }, { values: [curve.at(-1)!], reports: reportsOf(curve) }))
    return null
  })
}
