import assert from 'node:assert/strict'
import { parseSpaceText } from '../../shared/tuning/space_text.ts'
import { surface } from '../../shared/tuning/surface.ts'
import { seedRandom } from '../../shared/base/random.ts'
import type { Study, Trial } from '../../shared/tuning/trial.ts'

describe('the surface over two parameters', () => {
  const space = parseSpaceText(['x=float(0,1)', 'rate=log(1e-4,1)', 'kind=choice(a,b,c)'])
  const study: Study = { space, directions: ['minimize'], trials: null, parallel: 1, lastStep: null }
  const random = seedRandom(4)
  const trials = Array.from({ length: 300 }, (_none, number): Trial => {
    const [x, rate] = [random.next(), 10 ** (-4 * random.next())]
    const kind = ['a', 'b', 'c'][random.below(3)] ?? 'a'
    // A bowl with its bottom at x 0.3, rate 0.01; the kind is noise to these two.
    const value = (x - 0.3) ** 2 + 0.1 * (Math.log10(rate) + 2) ** 2 + (kind === 'b' ? 0.02 : 0)
    return {
      ...{ number, point: { x, rate, kind }, state: 'complete', values: [value], constraints: [] },
      ...{ reports: [], ended: number, saw: number, enqueued: false },
    }
  })

  it('has its bottom where the bowl has it, on a logarithm where the parameter is logarithmic', () => {
    const found = surface(study, trials, { across: 'x', up: 'rate', cells: 20 })
    assert.ok(found !== null)
    assert.equal(found.trials, 200)
    const flat = found.z.flatMap((row, y) => row.map((z, x) => ({ z, x, y })))
    const lowest = flat.reduce((a, b) => (b.z < a.z ? b : a))
    assert.ok(Math.abs(Number(found.across[lowest.x]) - 0.3) < 0.08, String(found.across[lowest.x]))
    assert.ok(Math.abs(Math.log10(Number(found.up[lowest.y])) + 2) < 0.4, String(found.up[lowest.y]))
    assert.ok(lowest.z > -0.02 && lowest.z < 0.03, String(lowest.z))
  })
  it('has a place for each value of a choice, and tells where it knows too little', () => {
    assert.deepEqual(surface(study, trials, { across: 'kind', up: 'x', cells: 6 })?.across, ['a', 'b', 'c'])
    assert.deepEqual(surface(study, trials.slice(0, 7), { across: 'x', up: 'rate', cells: 4 })?.z, [])
    assert.equal(surface(study, trials, { across: 'x', up: 'nothing', cells: 4 }), null)
  })
})
