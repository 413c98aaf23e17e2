import assert from 'node:assert/strict'
import { propose } from '../../shared/tuning/propose.ts'
import { randomSampler } from '../../shared/tuning/random_sampler.ts'
import { parseSpaceText } from '../../shared/tuning/space_text.ts'
import { samplerKeepsItsPromises } from './keeps_promises.ts'
import { studyOf, trialOf } from './trials.ts'

samplerKeepsItsPromises({ sampler: randomSampler() })

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
