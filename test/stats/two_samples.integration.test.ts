import assert from 'node:assert/strict'
import { pythonOf, venvFolder } from '../../scripts/paths.mjs'
import { andersonDarling } from '../../shared/stats/anderson_darling.ts'
import { goodnessOfFit, sameShares } from '../../shared/stats/chi_square.ts'
import { cramerVonMises } from '../../shared/stats/cramer_von_mises.ts'
import { adjustForFalseDiscovery } from '../../shared/stats/false_discovery.ts'
import { countBetween, doaneEdges, sturgesEdges } from '../../shared/stats/histogram.ts'
import { jensenShannon } from '../../shared/stats/jensen_shannon.ts'
import { kolmogorovTail } from '../../shared/stats/kolmogorov.ts'
import { kolmogorovSmirnov } from '../../shared/stats/kolmogorov_smirnov.ts'
import { compareLocation, compareScale } from '../../shared/stats/rank_test.ts'
import { midranks } from '../../shared/stats/ranks.ts'
import { energyDistance, wasserstein } from '../../shared/stats/wasserstein.ts'
import { askPython } from '../notebook/python_peer.ts'

/** One pair of samples with what SciPy and NumPy make of it. */
interface Case {
  name: string
  a: number[]
  b: number[]
  ks: [number, number]
  cvm: [number, number] | null
  location: number
  scale: number | null
  ad: [number, number] | null
  w1: number
  energy: number
  sturges: number[]
  doane: number[]
  counts: number[]
}

interface Answer {
  cases: Case[]
  kolmogorov: [number, number, number][]
  shares: {
    a: number[]
    b: number[]
    gof: [number, number]
    two: [number, number]
    js: number
    js2: number
  }[]
  bh: { p: number[]; adjusted: number[] }
}

const program = `
import numpy as np, warnings
from scipy import stats
from scipy.spatial.distance import jensenshannon
warnings.simplefilter('ignore')
rng = np.random.default_rng(7)
def samples():
    yield 'normal', rng.normal(size=500), rng.normal(size=500)
    yield 'shifted', rng.normal(size=1000), rng.normal(0.2, 1, size=200)
    yield 'far', rng.normal(size=900), rng.normal(2, 1, size=1100)
    yield 'ties', rng.integers(0, 12, 700).astype(float), rng.integers(0, 12, 450).astype(float)
    yield 'heavy', rng.pareto(1.5, 600), rng.pareto(1.5, 330)
    yield 'small', rng.normal(size=5), rng.normal(size=7)
    yield 'equal sizes', rng.normal(size=37), rng.normal(0.5, 1, size=37)
    yield 'same', np.arange(50.0), np.arange(50.0)
    yield 'apart', np.arange(20.0), np.arange(100.0, 130.0)
    yield 'large', rng.normal(size=20000), rng.normal(0.02, 1, size=3000)
    yield 'large, far', rng.normal(size=20000), rng.normal(0.3, 1, size=11000)
    yield 'coprime', rng.normal(size=5832), rng.normal(0.1, 1, size=8231)
cases = []
for name, a, b in samples():
    a, b = np.sort(a), np.sort(b)
    ks = stats.ks_2samp(a, b)
    cvm = stats.cramervonmises_2samp(a, b, method='asymptotic')
    try:
        ad = stats.anderson_ksamp([a, b], midrank=True)
        ad = [float(ad.statistic), float(ad.pvalue)]
    except ValueError:
        ad = None
    cases.append(dict(name=name, a=a.tolist(), b=b.tolist(), ks=[float(ks.statistic), float(ks.pvalue)],
        location=float(stats.mannwhitneyu(a, b, use_continuity=False, method='asymptotic').pvalue),
        scale=None if len(np.unique(np.r_[a, b])) < len(a) + len(b) else float(stats.mood(a, b).pvalue),
        cvm=[float(cvm.statistic), float(cvm.pvalue)], ad=ad,
        w1=float(stats.wasserstein_distance(a, b)), energy=float(stats.energy_distance(a, b)),
        sturges=np.histogram_bin_edges(a, 'sturges').tolist(), doane=np.histogram_bin_edges(a, 'doane').tolist(),
        counts=np.histogram(a, np.histogram_bin_edges(a, 'doane'))[0].tolist()))
kolmogorov = []
for n in (1, 2, 5, 10, 50, 140, 141, 400, 2500, 9000, 60000, 400000):
    for x in (0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.9, 0.999):
        kolmogorov.append([n, x, float(stats.kstwo.sf(x, n))])
shares = []
for k, n, m in ((2, 100, 50), (10, 1000, 200), (50, 5000, 700)):
    p = rng.dirichlet(np.ones(k))
    a, b = rng.multinomial(n, p), rng.multinomial(m, p)
    a = a + 1
    gof = stats.chisquare(b, a * b.sum() / a.sum())
    two = stats.chi2_contingency([a, b], correction=False)
    shares.append(dict(a=a.tolist(), b=b.tolist(), gof=[float(gof.statistic), float(gof.pvalue)],
        two=[float(two.statistic), float(two.pvalue)], js=float(jensenshannon(a, b)), js2=float(jensenshannon(a, b, 2))))
p = rng.uniform(size=40) ** 3
result = dict(cases=cases, kolmogorov=kolmogorov, shares=shares,
    bh=dict(p=p.tolist(), adjusted=stats.false_discovery_control(p).tolist()))
`

describe('two-sample statistics against SciPy and NumPy', () => {
  let answer: Answer
  before(async function () {
    this.timeout(120_000)
    answer = await askPython<Answer>(pythonOf(venvFolder), program, null)
  })

  it('kolmogorovSmirnov() has the statistic and the p-value, relative to 1e-9', () => {
    for (const { name, a, b, ks } of answer.cases) {
      const found = kolmogorovSmirnov(Float64Array.from(a), Float64Array.from(b))
      near(found.statistic, ks[0], 1e-12, name)
      near(found.pValue, ks[1], 1e-9, name)
    }
  })

  it('kolmogorovTail() has the tail for 1 to 400,000 values, relative to 1e-8', () => {
    for (const [n, distance, tail] of answer.kolmogorov)
      near(kolmogorovTail(n, distance), tail, 1e-8, `n ${n}, distance ${distance}`)
  })

  it('cramerVonMises() has the statistic, and the p-value to 1e-7', () => {
    for (const { name, a, b, cvm } of answer.cases) {
      const found = cramerVonMises(Float64Array.from(a), Float64Array.from(b))
      near(found.statistic, cvm?.[0] ?? Number.NaN, 1e-9, name)
      // SciPy ends the series of the limit at terms of 1e-7, and takes it from one.
      const error = Math.abs(found.pValue - (cvm?.[1] ?? Number.NaN))
      assert.ok(error < 1e-7, `${name}: ${found.pValue} instead of ${cvm?.[1]}`)
    }
  })

  it('compareLocation() and compareScale() have the p-values, relative to 1e-9', () => {
    for (const { name, a, b, location, scale } of answer.cases) {
      const ranks = midranks(Float64Array.from(a), Float64Array.from(b))
      near(compareLocation(ranks).pValue, location, 1e-9, name)
      if (scale !== null) near(compareScale(ranks).pValue, scale, 1e-9, name)
    }
  })

  it('andersonDarling() has both, relative to 1e-8', () => {
    for (const { name, a, b, ad } of answer.cases) {
      if (ad === null) continue
      const found = andersonDarling(Float64Array.from(a), Float64Array.from(b))
      near(found.statistic, ad[0], 1e-8, name)
      near(found.pValue, ad[1], 1e-8, name)
    }
  })

  it('wasserstein() and energyDistance() agree, relative to 1e-9', () => {
    for (const { name, a, b, w1, energy } of answer.cases) {
      near(wasserstein(Float64Array.from(a), Float64Array.from(b)), w1, 1e-9, name)
      near(energyDistance(Float64Array.from(a), Float64Array.from(b)), energy, 1e-9, name)
    }
  })

  it('histogram edges and counts are those of NumPy', () => {
    for (const { name, a, sturges, doane, counts } of answer.cases) {
      const sorted = Float64Array.from(a)
      nearAll(sturgesEdges(sorted), sturges, name)
      nearAll(doaneEdges(sorted), doane, name)
      assert.deepEqual([...countBetween(sorted, Float64Array.from(doane))], counts, name)
    }
  })

  it('sameShares(), goodnessOfFit() and jensenShannon() agree, relative to 1e-9', () => {
    for (const { a, b, gof, two, js, js2 } of answer.shares) {
      const [totalA, totalB] = [a, b].map((list) => list.reduce((sum, n) => sum + n, 0)) as [number, number]
      const fit = goodnessOfFit(
        b,
        a.map((n) => (n * totalB) / totalA),
      )
      near(fit.statistic, gof[0], 1e-9, 'fit')
      near(fit.pValue, gof[1], 1e-9, 'fit')
      near(sameShares(a, b).statistic, two[0], 1e-9, 'shares')
      near(sameShares(a, b).pValue, two[1], 1e-9, 'shares')
      near(jensenShannon(a, b), js, 1e-9, 'js')
      near(jensenShannon(a, b, 2), js2, 1e-9, 'js, base 2')
    }
  })

  it('adjustForFalseDiscovery() agrees, relative to 1e-12', () => {
    const { p, adjusted } = answer.bh
    adjustForFalseDiscovery(p).forEach((value, i) => near(value, adjusted[i] ?? Number.NaN, 1e-12, String(i)))
  })
})

function near(actual: number, expected: number, relative: number, what: string): void {
  const error = Math.abs(actual - expected)
  assert.ok(error <= relative * Math.abs(expected) + 1e-15, `${what}: ${actual} instead of ${expected}`)
}

function nearAll(actual: Float64Array, expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length, what)
  actual.forEach((value, i) => near(value, expected[i] ?? Number.NaN, 1e-9, what))
}
