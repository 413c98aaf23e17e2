import assert from 'node:assert/strict'
import { ashaPruner } from '../../shared/tuning/asha_pruner.ts'
import { medianPruner, percentilePruner } from '../../shared/tuning/percentile_pruner.ts'
import { choosePruner, noPruner } from '../../shared/tuning/pruner_choice.ts'
import { prunerNames, type Pruner } from '../../shared/tuning/pruner.ts'
import { parseSpaceText } from '../../shared/tuning/space_text.ts'
import type { Trial } from '../../shared/tuning/trial.ts'
import { reportsOf, studyOf, trialOf } from './trials.ts'

const study = studyOf(parseSpaceText(['x=float(0,1)']))
const curve = (number: number, values: number[], rest: Partial<Trial> = {}): Trial =>
  trialOf(number, { x: 0 }, { reports: reportsOf(values), ...rest })
const running = (number: number, values: number[]): Trial => curve(number, values, { state: 'running' })

describe('the median pruner', () => {
  const five = [5, 4, 3, 2, 1].map((value, number) => curve(number, [value, value, value]))

  it('ends a trial whose best value is worse than the median at the same step, and no other', () => {
    const pruner = medianPruner({ warmupSteps: 0 })
    assert.equal(pruner.decide(study, five, running(9, [9, 3.1])).prune, true)
    assert.equal(pruner.decide(study, five, running(9, [9, 3])).prune, false)
    assert.equal(pruner.decide(study, five, running(9, [2, 9])).prune, false, 'its best so far counts')
    assert.equal(
      pruner.decide(study, five, running(9, [9, 9, 9, 9])).prune,
      false,
      'nobody reported at step 4',
    )
    assert.equal(pruner.decide(study, five, running(9, [NaN, NaN])).prune, true)
  })
  it('turns round with the direction', () => {
    const pruner = medianPruner({ warmupSteps: 0 })
    const most = { ...study, directions: ['maximize'] as const }
    assert.equal(pruner.decide(most, five, running(9, [2.9])).prune, true)
    assert.equal(pruner.decide(most, five, running(9, [3])).prune, false)
  })
  it('waits for five completed trials, which pruned ones are not, and for the warm-up', () => {
    const pruner = medianPruner({ warmupSteps: 2 })
    assert.equal(pruner.decide(study, five, running(9, [9])).prune, false)
    assert.equal(pruner.decide(study, five, running(9, [9, 9])).prune, true)
    const four = five.map((trial, index): Trial => (index === 0 ? { ...trial, state: 'pruned' } : trial))
    assert.equal(pruner.decide(study, four, running(9, [9, 9])).prune, false)
  })
  it('takes a percentile as numpy does', () => {
    // numpy.percentile([1, 2, 3, 4, 5], 30) = 2.2
    const pruner = percentilePruner({ percent: 30, warmupSteps: 0 })
    assert.equal(pruner.decide(study, five, running(9, [2.21])).prune, true)
    assert.equal(pruner.decide(study, five, running(9, [2.19])).prune, false)
  })
})

describe('ASHA', () => {
  const pruner = ashaPruner({ factor: 3, firstRung: 1 })

  it('lets only the best go on while fewer than the factor have come to a rung', () => {
    assert.equal(pruner.decide(study, [], running(0, [5])).prune, false)
    assert.equal(pruner.decide(study, [running(0, [5])], running(1, [6])).prune, true)
    assert.equal(pruner.decide(study, [running(0, [5])], running(1, [4])).prune, false)
  })
  it('promotes the best third at each of the rungs 1, 3, 9', () => {
    const rivals = [1, 2, 3, 4, 5].map((value, number) => running(number, [value]))
    // Six with the new one: two places.
    assert.equal(pruner.decide(study, rivals, running(9, [1.5])).prune, false)
    assert.equal(pruner.decide(study, rivals, running(9, [2.5])).prune, true)
    const further = [1, 2].map((value, number) => running(number, [value, value, value]))
    assert.equal(pruner.decide(study, further, running(9, [9, 9])).prune, false, 'step 2 is no rung')
    assert.equal(pruner.decide(study, further, running(9, [0, 0, 1.5])).prune, true)
    assert.equal(pruner.decide(study, further, running(9, [0, 0, 0.5])).prune, false)
  })
  it('takes the first report behind a rung for it, and ends what is NaN there', () => {
    const sparse = trialOf(1, { x: 0 }, { state: 'running', reports: reportsOf([4, 2], [2, 5]) })
    assert.match(pruner.decide(study, [running(0, [1, 1, 1])], sparse).says, /place 2 of 2 at step 3/)
    assert.equal(pruner.decide(study, [], running(1, [NaN])).prune, true)
  })
  it('judges nobody before 8 % of the way, or before it is known how long that is', () => {
    const auto = ashaPruner()
    const bad = running(5, [9, 9, 9, 9])
    const rivals = [running(0, [1, 1, 1, 1])]
    assert.equal(auto.decide(study, rivals, bad).prune, false)
    assert.equal(auto.decide({ ...study, lastStep: 52 }, rivals, bad).prune, false)
    assert.equal(
      auto.decide({ ...study, lastStep: 52 }, [running(0, [1, 1, 1, 1, 1])], running(5, [9, 9, 9, 9, 9]))
        .prune,
      true,
    )
    const complete = curve(
      1,
      Array.from({ length: 52 }, () => 1),
    )
    assert.equal(auto.decide(study, [complete], running(5, [9, 9, 9, 9, 9])).prune, true)
  })
  it('lets the better half go on unless the rungs were set', () => {
    const rivals = [1, 2, 3, 4, 5].map((value, number) =>
      running(
        number,
        Array.from({ length: 4 }, () => value),
      ),
    )
    const far = { ...study, lastStep: 40 }
    const own = (value: number): Trial => running(9, [9, 9, 9, value])
    // Six with the new one: three places, or two.
    assert.equal(ashaPruner().decide(far, rivals, own(2.5)).prune, false)
    assert.equal(ashaPruner().decide(far, rivals, own(3.5)).prune, true)
    assert.equal(ashaPruner({ firstRung: 4 }).decide(far, rivals, own(2.5)).prune, true)
    assert.equal(ashaPruner({ firstRung: 4, oneIn: 2 }).decide(far, rivals, own(2.5)).prune, false)
  })
  it('ends nobody behind half of the way, unless the rungs were set', () => {
    const far = { ...study, lastStep: 40 }
    const rival = running(
      0,
      Array.from({ length: 40 }, () => 1),
    )
    const at = (step: number): Trial =>
      running(
        5,
        Array.from({ length: step }, () => 9),
      )
    const stops = (pruner: Pruner): number[] =>
      Array.from({ length: 40 }, (_, index) => index + 1).filter(
        (step) => pruner.decide(far, [rival], at(step)).prune,
      )
    assert.deepEqual(stops(ashaPruner()), [4, 12])
    assert.deepEqual(stops(ashaPruner({ firstRung: 4 })), [4, 12, 36])
    assert.deepEqual(stops(ashaPruner({ firstRung: 4, lastRung: 11 })), [4])
  })
})

describe('the choice of a pruner', () => {
  it('knows every name, and none prunes nothing', () => {
    for (const name of prunerNames) assert.ok(choosePruner(name, study).pruner)
    assert.equal(noPruner().decide(study, [curve(0, [1])], running(1, [NaN])).prune, false)
  })
  it('says why there is none with several objectives', () => {
    const { pruner, says } = choosePruner('auto', { ...study, directions: ['minimize', 'maximize'] })
    assert.equal(pruner.name, 'none')
    assert.match(says, /several objectives/)
  })
})
