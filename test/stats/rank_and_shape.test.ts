import assert from 'node:assert/strict'
import { seedRandom } from '../../shared/base/random.ts'
import { largestDifference } from '../../shared/stats/kolmogorov_smirnov.ts'
import { rankAndShape } from '../../shared/stats/rank_and_shape.ts'
import { compareLocation, compareScale } from '../../shared/stats/rank_test.ts'
import { midranks } from '../../shared/stats/ranks.ts'
import { sortNumbers } from '../../shared/stats/sort_numbers.ts'

const random = seedRandom('rank and shape')

/** Kinds of numbers: without and with equal ones, of all sizes, all the same. */
const kinds: Record<string, () => number> = {
  normal: () => random.normal(),
  rounded: () => Math.round(random.normal() * 3),
  'of all sizes': () => Math.exp(300 * random.normal()) * (random.next() < 0.5 ? -1 : 1),
  'with infinities and both zeros': () => [0, -0, Infinity, -Infinity, 1][random.below(5)] ?? 0,
  'all the same': () => 7,
}

describe('samples of many numbers', () => {
  for (const [kind, draw] of Object.entries(kinds)) {
    it(`${kind}: sorted as the engine sorts them`, () => {
      for (const size of [0, 1, 100, 4_096, 20_000]) {
        const values = Float64Array.from({ length: size }, draw)
        const [ours, wanted] = [sortNumbers(values), values.slice().sort()]
        assert.ok(ours.every((value, i) => Object.is(value, wanted[i])))
      }
    })

    it(`${kind}: one walk tells what the tests tell one by one, to 1e-9`, () => {
      for (const [sizeA, sizeB] of [
        [1, 1],
        [30, 500],
        [9_000, 7_000],
      ] as const) {
        const a = Float64Array.from({ length: sizeA }, draw).sort()
        const b = Float64Array.from({ length: sizeB }, () => draw() + (kind === 'normal' ? 0.02 : 0)).sort()
        const { location, scale, distance } = rankAndShape(a, b)
        const ranks = midranks(a, b)
        near(location.z, compareLocation(ranks).z)
        near(scale.z, compareScale(ranks).z)
        assert.equal(distance, largestDifference(a, b))
      }
    })
  }
})

function near(found: number, wanted: number): void {
  assert.ok(Math.abs(found - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)), `${found} for ${wanted}`)
}
