import assert from 'node:assert/strict'
import {
  bracketBudgets,
  bracketOf,
  countBrackets,
  hyperbandPruner,
} from '../../shared/tuning/hyperband_pruner.ts'
import { parseSpaceText } from '../../shared/tuning/space_text.ts'
import { reportsOf, studyOf, trialOf } from './trials.ts'

describe('Hyperband', () => {
  it("has the brackets of the paper's example: R = 81, η = 3", () => {
    // Li et al. 2018, table 1: five brackets, s = 4 … 0, of 81, 34, 15, 8, 5 configurations for 5 / (s + 1) · 3^s.
    assert.equal(countBrackets(1, 81, 3), 5)
    assert.deepEqual(bracketBudgets(5, 3), [81, 34, 15, 8, 5])
  })
  it('gives each bracket its share of the trials', () => {
    const counts = [0, 0, 0]
    for (let number = 0; number < 9000; number++) counts[bracketOf(number, 3, 3)]! += 1
    // Budgets 9, 5, 3 of 17.
    for (const [bracket, budget] of [9, 5, 3].entries()) {
      const expected = (9000 * budget) / 17
      assert.ok(Math.abs(counts[bracket]! - expected) < 5 * Math.sqrt(expected), String(counts))
    }
  })
  it('judges a trial by its own bracket, whose first rung may be late', () => {
    const study = studyOf(parseSpaceText(['x=float(0,1)']), { lastStep: 27 })
    const pruner = hyperbandPruner({ firstRung: 3 })
    const numbers = Array.from({ length: 60 }, (_, number) => number)
    const [early, late] = [0, 2].map((bracket) =>
      numbers.filter((number) => bracketOf(number, 3, 3) === bracket),
    )
    const running = (number: number, value: number, steps: number) =>
      trialOf(
        number,
        { x: 0 },
        { state: 'running', reports: reportsOf(Array.from({ length: steps }, () => value)) },
      )
    const rival = running(early![0]!, 1, 3)
    assert.equal(pruner.decide(study, [rival], running(early![1]!, 2, 3)).prune, true)
    assert.equal(pruner.decide(study, [rival], running(late![0]!, 2, 3)).prune, false)
  })
})
