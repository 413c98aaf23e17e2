import assert from 'node:assert/strict'
import { seedRandom } from '../../shared/base/random.ts'
import { makeTable, numberColumn, textColumn, type Table } from '../../shared/data/column.ts'
import { expectAccuracy, expectError } from '../../shared/monitor/estimate.ts'
import { growTrees, readTrees } from '../../shared/stats/boosted_trees.ts'

const random = seedRandom('estimate')

describe('growTrees()', () => {
  const [a, b] = [0, 1].map(() => Float64Array.from({ length: 4000 }, () => random.next())) as [
    Float64Array,
    Float64Array,
  ]
  it('finds a curve, a jump and what goes together', () => {
    const truth = a.map((x, i) => Math.sin(6 * x) + ((b[i] ?? 0) > 0.5 && x > 0.5 ? 2 : 0))
    const trees = growTrees([a, b], truth, { kind: 'number', random })
    const error = truth.reduce((sum, value, i) => sum + (value - readTrees(trees, [a, b], i)) ** 2, 0)
    const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length
    const spread = truth.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    assert.ok(error / spread < 0.02, `${error / spread} is left`)
  })
  it('learns chances, and where missing values go', () => {
    const holed = a.map((x, i) => ((b[i] ?? 0) < 0.3 ? NaN : x))
    const truth = holed.map((x) => (Number.isNaN(x) ? 1 : x > 0.7 ? 1 : 0))
    const trees = growTrees([holed], truth, { kind: 'odds', random })
    const wrong = truth.filter((value, i) => (readTrees(trees, [holed], i) > 0 ? 1 : 0) !== value)
    assert.ok(wrong.length < 80)
  })
})

describe('expectError()', () => {
  // Errors are ten times as large on rainy days.
  const made = (rows: number, rain: number): { inputs: Table; value: number[]; label: number[] } => {
    const weather = Array.from({ length: rows }, () => (random.next() < rain ? 'rain' : 'sun'))
    const value = weather.map(() => 100 + 20 * random.normal())
    const label = value.map((said, i) => said + (weather[i] === 'rain' ? 30 : 3) * random.normal())
    const other = numberColumn(
      'hour',
      'integer',
      Float64Array.from({ length: rows }, () => random.below(24)),
    )
    return { inputs: makeTable([textColumn('weather', weather), other]), value, label }
  }
  const known = made(3000, 0.2)
  const judged = known.value.map((value, i) => ({ day: i, value, label: known.label[i] ?? 0 }))

  it('expects more where more rows are of the kind that is hard', () => {
    const wet = made(1000, 0.8)
    const expected = expectError(
      { inputs: known.inputs, judged, chances: null },
      { inputs: wet.inputs, said: wet.value, chances: null },
    )
    const real = wet.value.reduce((sum, said, i) => sum + Math.abs(said - (wet.label[i] ?? 0)), 0) / 1000
    assert.ok(Math.abs((expected?.value ?? 0) - real) < 0.15 * real, `${expected?.value} is not near ${real}`)
    assert.ok((expected?.value ?? 0) > 2 * (expected?.reference ?? Infinity))
  })
  it('says nothing where too little is known', () => {
    const few = { inputs: known.inputs, judged: judged.slice(0, 100), chances: null }
    assert.equal(expectError(few, { inputs: known.inputs, said: known.value, chances: null }), null)
  })
})

describe('expectAccuracy()', () => {
  it('sets chances right that are too sure of themselves', () => {
    const real = Array.from({ length: 6000 }, () => 0.5 + 0.5 * random.next())
    const told = real.map((chance) => Math.min(1, chance + 0.15))
    const judged = real.map((chance, day) => ({ day, value: 'y', label: random.next() < chance ? 'y' : 'n' }))
    const inputs = makeTable([
      textColumn(
        'a',
        real.map(() => 'x'),
      ),
    ])
    const hard = real.map((chance) => 0.5 + 0.3 * (chance - 0.5))
    const current = { inputs, said: [], chances: hard.map((chance) => Math.min(1, chance + 0.15)) }
    const found = expectAccuracy({ inputs, judged, chances: told }, current)
    const expected = hard.reduce((sum, chance) => sum + chance, 0) / hard.length
    assert.ok(Math.abs((found?.value ?? 0) - expected) < 0.02, `${found?.value} is not near ${expected}`)
    const raw = expectAccuracy({ inputs, judged, chances: null }, current)
    assert.ok((raw?.value ?? 0) > expected + 0.1)
  })
})
