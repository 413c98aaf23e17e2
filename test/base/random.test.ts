import assert from 'node:assert/strict'
import { seedRandom, shuffled } from '../../shared/base/random.ts'

describe('a random source', () => {
  const draw = (count: number, next: () => number): number[] => Array.from({ length: count }, next)

  it('gives the same numbers for the same seed, others for its neighbour', () => {
    const [first, again, other] = [7, 7, 8].map((seed) => draw(5, seedRandom(seed).next))
    assert.deepEqual(first, again)
    assert.notDeepEqual(first, other)
  })
  it('forks by name, whatever was drawn before', () => {
    const random = seedRandom('a')
    const before = draw(3, random.fork(17).next)
    random.next()
    assert.deepEqual(draw(3, random.fork(17).next), before)
    assert.notDeepEqual(draw(3, random.fork(18).next), before)
  })
  it('is uniform and normal within five standard errors, over neighbouring forks too', () => {
    const random = seedRandom(1)
    const n = 20_000
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const firsts = Array.from({ length: n }, (_, key) => random.fork(key).next())
    for (const uniform of [draw(n, random.next), firsts]) {
      assert.ok(Math.abs(mean(uniform) - 1 / 2) < 5 * Math.sqrt(1 / 12 / n))
      assert.ok(Math.abs(mean(uniform.map((u) => u * u)) - 1 / 3) < 5 * Math.sqrt(4 / 45 / n))
    }
    const normal = draw(n, random.normal)
    assert.ok(Math.abs(mean(normal)) < 5 / Math.sqrt(n))
    assert.ok(Math.abs(mean(normal.map((z) => z * z)) - 1) < 5 * Math.sqrt(2 / n))
  })
  it('shuffles without losing anything', () => {
    const items = draw(50, seedRandom(2).next)
    const mixed = shuffled(items, seedRandom(3))
    assert.notDeepEqual(mixed, items)
    assert.deepEqual([...mixed].sort(), [...items].sort())
  })
})
