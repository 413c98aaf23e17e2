import assert from 'node:assert/strict'
import { seedRandom } from '../../shared/base/random.ts'
import { outlook } from '../../shared/tuning/plateau.ts'
import { propose } from '../../shared/tuning/propose.ts'
import { autoSampler } from '../../shared/tuning/auto_sampler.ts'
import { forestSampler } from '../../shared/tuning/forest_sampler.ts'
import { gpSampler } from '../../shared/tuning/gp_sampler.ts'
import { gridSampler } from '../../shared/tuning/grid_sampler.ts'
import { nsga2Sampler } from '../../shared/tuning/nsga2_sampler.ts'
import { randomSampler } from '../../shared/tuning/random_sampler.ts'
import { chooseSampler } from '../../shared/tuning/sampler_choice.ts'
import { samplerNames } from '../../shared/tuning/sampler.ts'
import { sobolSampler } from '../../shared/tuning/sobol_sampler.ts'
import { standIns } from '../../shared/tuning/stand_in.ts'
import { tpeSampler } from '../../shared/tuning/tpe_sampler.ts'
import type { Trial } from '../../shared/tuning/trial.ts'
import { parseSpaceText } from '../../shared/tuning/space_text.ts'
import { samplerKeepsItsPromises } from './keeps_promises.ts'
import { studyOf, trialOf } from './trials.ts'

samplerKeepsItsPromises({ sampler: randomSampler() })
samplerKeepsItsPromises({ sampler: sobolSampler() })
samplerKeepsItsPromises({ sampler: gridSampler() })
samplerKeepsItsPromises({ sampler: tpeSampler() })
samplerKeepsItsPromises({ sampler: nsga2Sampler() })
samplerKeepsItsPromises({ sampler: gpSampler(), runs: 6 })
samplerKeepsItsPromises({ sampler: forestSampler(), runs: 6 })
samplerKeepsItsPromises({ sampler: autoSampler(), runs: 2 })

describe('a random sampler', () => {
  it('says that constraints leave nothing instead of drawing for ever', () => {
    const study = studyOf(parseSpaceText(['a=float(0,1)', 'b=float(0,1)', 'a + b >= 3']))
    assert.throws(() => propose(randomSampler(), study, [], { seed: 1, number: 0 }), /meets: a \+ b >= 3/)
  })
  it('finds the last point that is left in a space of thousands', () => {
    const space = parseSpaceText(['a=int(1,100)', 'b=int(1,30)'])
    const history = Array.from({ length: 2999 }, (_, index) =>
      trialOf(index, { a: Math.floor(index / 30) + 1, b: (index % 30) + 1 }),
    )
    const proposal = propose(randomSampler(), studyOf(space), history, { seed: 1, number: 2999 })
    assert.deepEqual(proposal.kind === 'point' && proposal.point, { a: 100, b: 30 })
  })
})

describe('the choice of a sampler', () => {
  const space = parseSpaceText(['x=float(0,1)'])
  it('knows every name', () => {
    for (const name of samplerNames) assert.ok(chooseSampler(name, studyOf(space)).sampler)
  })
  it('takes the whole grid where it is small, NSGA-II for several objectives, else a process and then TPE', () => {
    const small = studyOf(parseSpaceText(['a=int(1,4)', 'b=bool']), { trials: 8 })
    assert.equal(chooseSampler('auto', small).sampler.name, 'grid')
    assert.equal(chooseSampler('auto', { ...small, trials: 7 }).sampler.name, 'auto')
    assert.equal(chooseSampler('auto', studyOf(space)).sampler.name, 'auto')
    assert.equal(
      chooseSampler('auto', studyOf(space, { directions: ['minimize', 'minimize'] })).sampler.name,
      'nsga2',
    )
  })
})

describe('a trial that was ended early', () => {
  const study = studyOf(parseSpaceText(['x=float(0,1)']))
  const withReports = (number: number, values: readonly number[], ends: boolean): Trial => ({
    ...trialOf(number, { x: number / 10 }),
    state: ends ? 'complete' : 'pruned',
    reports: values.map((value, index) => ({ step: index + 1, value })),
  })
  const complete = [
    { trial: withReports(0, [5, 3, 1], true), loss: 1 },
    { trial: withReports(1, [6, 5, 2], true), loss: 2 },
    { trial: withReports(2, [9, 8, 7], true), loss: 7 },
  ]
  const lossesOf = (...pruned: Trial[]): number[] => standIns(study, pruned, complete).map(({ loss }) => loss)

  it('stands between those that were next to it at the same step', () => {
    assert.deepEqual(lossesOf(withReports(3, [5.5], false)), [1.5])
    assert.deepEqual(lossesOf(withReports(3, [9, 2], false)), [1], 'no better than the best that ended')
  })
  it('goes on as the others do where none stood worse, and stays a number when it diverged', () => {
    assert.deepEqual(lossesOf(withReports(3, [10], false)), [7 + (7 - 1) / (9 - 5)])
    assert.ok(lossesOf(withReports(3, [Infinity], false)).every(Number.isFinite))
  })
  it('tells of those that were ended before it, and crossing curves count with their mean', () => {
    const crossing = [...complete, { trial: withReports(3, [7, 4, 0], true), loss: 0 }]
    const [further, earlier] = standIns(
      study,
      [withReports(4, [6.5], false), withReports(5, [8, 6.5], false)],
      crossing,
    ).map(({ loss }) => loss)
    // At step 2: 3 → 1, 4 → 0 count as 3.5 → 0.5; then 5 → 2, 8 → 7.
    assert.equal(further, 4.5)
    // At step 1: 5, 6, 7 → 1, 2, 0 count as 6 → 1; then 8 → 4.5 by the one above.
    assert.equal(earlier, 1 + (0.5 * 3.5) / 2)
  })
  it('stands for nothing where nothing is known', () => {
    assert.deepEqual(lossesOf(withReports(3, [], false), withReports(4, [NaN], false)), [])
    assert.deepEqual(standIns(study, [withReports(3, [1], false)], []), [])
  })
})

describe('the outlook of a study', () => {
  const space = parseSpaceText(['x=float(0,1)', 'y=float(0,1)'])
  const run = (value: (x: number, y: number) => number, count: number): Trial[] => {
    const history: Trial[] = []
    for (let number = 0; number < count; number++) {
      const proposal = propose(autoSampler(), studyOf(space), history, { seed: 3, number })
      assert.ok(proposal.kind === 'point')
      const { x, y } = proposal.point
      history.push(trialOf(number, proposal.point, { values: [value(Number(x), Number(y))] }))
    }
    return history
  }
  it('ends a study that found the bottom of a bowl, and says why', () => {
    const history = run((x, y) => (x - 0.3) ** 2 + (y - 0.6) ** 2, 45)
    const { stop, says } = outlook(studyOf(space), history, seedRandom(1))
    assert.ok(stop, says)
    assert.match(says, /no gain in the last 15 trials, and another one is expected to add only/)
  })
  it('goes on before anything can be said, while the best still rises, and with several objectives', () => {
    const rising = Array.from({ length: 30 }, (_, number) =>
      trialOf(number, { x: number / 30, y: 0.5 }, { values: [-number] }),
    )
    assert.match(outlook(studyOf(space), rising.slice(0, 10), seedRandom(1)).says, /10 of 20/)
    assert.match(outlook(studyOf(space), rising, seedRandom(1)).says, /one of the last/)
    const two = studyOf(space, { directions: ['minimize', 'minimize'] })
    assert.equal(outlook(two, rising, seedRandom(1)).stop, false)
  })
  it('ends a study in which nothing changes anything', () => {
    const flat = Array.from({ length: 30 }, (_, number) =>
      trialOf(number, { x: number / 30, y: 0.5 }, { values: [1] }),
    )
    assert.match(outlook(studyOf(space), flat, seedRandom(1)).says, /nothing changes/)
  })
})
